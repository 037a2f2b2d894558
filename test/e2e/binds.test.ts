import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"
import { installPlan, RUNS_ON } from "../support/plans.ts"
import { until } from "../support/until.ts"

let hab: Hab
let sup: SupervisorRun

beforeAll(() => {
  hab = createHab()
  installPlan(hab, {
    name: "store",
    toml: "port = 5432\n",
    hooks: { run: RUNS_ON },
    config: { "store.conf": "port={{cfg.port}}\n" },
    more: "pkg_exports=([port]=port)",
  })
  installPlan(hab, {
    name: "client",
    hooks: { run: RUNS_ON, reconfigure: "echo took it" },
    config: { "client.conf": "{{#if bind.db}}db={{bind.db.first.cfg.port}} of {{bind.db.first.service}}{{/if}}\n" },
    more: "pkg_binds=([db]='port')",
  })
  sup = hab.supervise()
})

const clientConfig = () => hab.readIfPresent("hab/svc/client/config/client.conf")

describe("binds between services of one supervisor", () => {
  it("refuse a service whose required bind is not given, and one the package does not know", () => {
    expect(hab.run("svc", "load", "acme/client").stderr).toContain("Missing required bind(s), db")
    const unknown = hab.run("svc", "load", "acme/client", "--bind", "db:store.default", "dbb:store.default")
    expect(unknown.stderr).toContain("Invalid bind(s), dbb")
  })

  it("hold a strict service back until its group is loaded, and say what is awaited", async () => {
    await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
    hab.does("svc", "load", "acme/client", "--bind", "db:store.default")
    await sup.sees("The bind 'db' waits: the group 'store.default' is not loaded here")
    expect(hab.status("client")).toMatchObject({ state: "down", phase: "blocked" })
    hab.does("svc", "load", "acme/store")
    await until("the client is up", () => hab.status("client")?.state === "up")
    expect(clientConfig()).toBe("db=5432 of store\n")
  })

  it("show changed exports to those that bind them, whose process stays", async () => {
    const pid = hab.status("client")?.pid
    hab.write("hab/user/store/config/user.toml", "port = 6000\n")
    await until("the client sees the new port", () => clientConfig() === "db=6000 of store\n")
    await sup.sees(/client\.default hook\[reconfigure\]:\(HK\): took it/)
    expect(hab.status("client")?.pid).toBe(pid)
  })

  it("never stop a service that runs when the other one goes", async () => {
    const pid = hab.status("client")?.pid
    hab.does("svc", "unload", "acme/store")
    await until("the client sees it gone", () => clientConfig() === "\n")
    expect(hab.status("client")?.pid).toBe(pid)
    expect(await sup.stop()).toBe(0)
  })
})
