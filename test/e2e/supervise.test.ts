import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, project, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"

const beacon = path.join(project, "fixtures/plans/beacon")
let artifact: string

beforeAll(() => {
  const builder = createHab()
  builder.does("origin", "key", "generate", "acme")
  artifact = builder.does("pkg", "build", beacon)
  keys = path.join(builder.root, "hab/cache/keys")
})
let keys: string

/** A root in which the beacon can be installed: it trusts the key it was built with. */
function beaconRoot(): Hab {
  const hab = createHab()
  for (const name of readdirSync(keys)) hab.write(`hab/cache/keys/${name}`, readFileSync(path.join(keys, name), "utf8"))
  return hab
}

/** What the hooks wrote, in order; post-run starts right after the spawn, so either of the two may write first. */
const journal = (hab: Hab) =>
  (hab.readIfPresent("hab/svc/beacon/data/journal") ?? "")
    .replaceAll("post-run\nrun\n", "run\npost-run\n")
    .split("\n")
    .filter(Boolean)
const pidOf = (hab: Hab) => hab.status("beacon")?.pid ?? undefined

async function runningBeacon(...options: string[]): Promise<{ hab: Hab; sup: SupervisorRun; pid: number }> {
  const hab = beaconRoot()
  const sup = hab.supervise(artifact, ...options)
  const line = await sup.sees(/beacon says message = lit as \d+/)
  await until("both have run", () => ["run", "post-run"].every((hook) => journal(hab).includes(hook)))
  return { hab, sup, pid: Number(/as (\d+)/.exec(line)?.[1]) }
}

describe("hab sup run", () => {
  it("installs, starts and stops a service with its hooks in order, and leaves nothing behind", async () => {
    const { hab, sup, pid } = await runningBeacon()
    expect(journal(hab)).toEqual(["install", "init", "run", "post-run"])
    expect(pidOf(hab)).toBe(pid)
    expect(hab.read("hab/svc/beacon/PID")).toBe(String(pid))
    await until("the service is healthy", () => hab.status("beacon")?.health === "ok")
    expect(await sup.stop()).toBe(0)
    expect(journal(hab)).toEqual(["install", "init", "run", "post-run", "post-stop"])
    expect(sup.output()).toContain("beacon.default(O): beacon out")
    expect(processesOf(hab.root)).toEqual([])
    expect(existsSync(hab.path("hab/svc/beacon/PID"))).toBe(false)
    expect(existsSync(hab.path("hab/sup/default/run/control.sock"))).toBe(false)
    expect(
      existsSync(hab.path("hab/sup/default/run/fifo")) ? readdirSync(hab.path("hab/sup/default/run/fifo")) : [],
    ).toEqual([])
  })

  it("reconfigures instead of restarting when the config changes: same process, new config", async () => {
    const { hab, sup, pid } = await runningBeacon()
    hab.write("hab/user/beacon/config/user.toml", 'message = "brighter"\n')
    await sup.sees("beacon now says message = brighter")
    expect(pidOf(hab)).toBe(pid)
    expect(journal(hab)).toEqual(["install", "init", "run", "post-run", "reconfigure"])
    hab.write("hab/user/beacon/config/user.toml", "[broken\n")
    await sup.sees(/user\.toml/)
    expect(pidOf(hab)).toBe(pid)
    await sup.stop()
  })

  it("restarts when the text of the init hook changes, without running reconfigure", async () => {
    const { hab, sup, pid } = await runningBeacon()
    hab.write("hab/user/beacon/config/user.toml", 'message = "new"\nfail_init = true\n')
    await sup.sees("Initialization failed! 'init' exited with status code 7")
    hab.write("hab/user/beacon/config/user.toml", 'message = "new"\n')
    await sup.sees("beacon says message = new as")
    expect(pidOf(hab)).not.toBe(pid)
    expect(journal(hab)).not.toContain("reconfigure")
    await sup.stop()
  })

  it("starts a killed service again and runs post-stop in between", async () => {
    const { hab, sup, pid } = await runningBeacon(
      "--service-min-backoff-period",
      "0",
      "--service-max-backoff-period",
      "0",
    )
    process.kill(pid, "SIGKILL")
    const again = await until("another process runs", () => {
      const now = pidOf(hab)
      return now !== undefined && now !== pid ? now : undefined
    })
    await until("it runs again", () => journal(hab).filter((line) => line === "run").length === 2)
    expect(journal(hab).slice(0, 6)).toEqual(["install", "init", "run", "post-run", "post-stop", "init"])
    expect(hab.read("hab/svc/beacon/PID")).toBe(String(again))
    await sup.stop()
  })

  it("shows a critical health check without touching the service", async () => {
    const { hab, sup, pid } = await runningBeacon("--health-check-interval", "1")
    hab.write("hab/user/beacon/config/user.toml", "health = 2\n")
    await until("the service is critical", () => hab.status("beacon")?.health === "critical")
    expect(pidOf(hab)).toBe(pid)
    expect(hab.read("hab/svc/beacon/logs/health-check.stdout.log")).toBe("beacon is well\n")
    await sup.stop()
  })

  it("refuses to run twice on one root and names the holder", async () => {
    const { hab, sup } = await runningBeacon()
    const second = hab.run("sup", "run")
    expect(second.code).not.toBe(0)
    expect(second.stderr).toContain(String(sup.child.pid))
    expect(hab.does("svc", "status")).toContain("beacon.default")
    await sup.stop()
  })
})

describe("hab svc", () => {
  it("loads, stops, starts and unloads a service of a running supervisor", async () => {
    const { hab, sup, pid } = await runningBeacon()
    expect(hab.run("svc", "load", "acme/beacon").code).toBe(1)
    expect(hab.does("svc", "stop", "acme/beacon")).toContain("stopping")
    await until("the service is down", () => hab.status("beacon")?.state === "down")
    expect(hab.status("beacon")).toMatchObject({ desired: "down", pid: null })
    expect(hab.run("svc", "stop", "acme/beacon").code).toBe(0)
    hab.does("svc", "start", "acme/beacon")
    const again = await until("the service is up", () => pidOf(hab))
    expect(again).not.toBe(pid)
    hab.does("svc", "unload", "acme/beacon")
    await until("the service is gone", () => hab.does("svc", "status") === "No services loaded.")
    expect(existsSync(`/proc/${again}`)).toBe(false)
    expect(hab.run("svc", "unload", "acme/beacon")).toMatchObject({ code: 1 })
    hab.does("svc", "load", "acme/beacon")
    await until("the service is up again", () => pidOf(hab))
    await sup.stop()
  })

  it("takes a spec file dropped into the specs folder, and its removal", async () => {
    const hab = beaconRoot()
    hab.does("pkg", "install", artifact)
    const sup = hab.supervise()
    await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
    hab.write("hab/sup/default/specs/beacon.spec", 'ident = "acme/beacon"\n')
    await until("the service is up", () => pidOf(hab))
    hab.run("svc", "unload", "acme/beacon")
    await until("the service is gone", () => hab.status("beacon") === undefined)
    await sup.stop()
  })

  it("edits the specs itself when no supervisor runs; status says that none does", () => {
    const hab = beaconRoot()
    hab.does("pkg", "install", artifact)
    expect(hab.does("svc", "load", "acme/beacon")).toContain("successfully loaded")
    expect(hab.read("hab/sup/default/specs/beacon.spec")).toContain('ident = "acme/beacon"')
    const status = hab.run("svc", "status")
    expect(status.code).toBe(1)
    expect(status.stderr).toContain("Unable to contact the Supervisor.")
  })
})

describe("hab sup term", () => {
  it("ends the supervisor and every service, and leaves no process, FIFO or socket", async () => {
    const { hab, sup } = await runningBeacon()
    hab.does("sup", "term")
    expect(await sup.ended()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
    expect(existsSync(hab.path("hab/sup/default/run/control.sock"))).toBe(false)
    expect(hab.run("sup", "term").code).toBe(0)
  })
})
