import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"

/** One applied set of services without packages, with hooks of both kinds. */
let hab: Hab
let sup: SupervisorRun

beforeAll(async () => {
  hab = createHab()
  sup = hab.supervise()
  await sup.sees("Starting ctl-gateway")
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

const notes = () => (hab.readIfPresent("notes") ?? "").split("\n").filter(Boolean)

const shop = (port: string) => `
[services.db]
command = ["sleep", "1000"]
health = { run = "test -e ready || exit 2", interval = 1 }

[services.web]
run = "echo port $PORT; exec sleep 1000"
environment = { PORT = "${port}" }
depends_on = { db = "healthy" }

[[services.web.hooks.post-create]]
run = "echo created >>notes"

[[services.web.hooks.post-update]]
run = "echo updated >>notes"

[[services.web.hooks.pre-start]]
run = "echo starting $HAB_HOOK_REASON >>notes"

[[services.web.hooks.pre-delete]]
run = "echo deleting >>notes"
`

describe("hab apply", () => {
  it("makes, changes and takes away services without packages, with their hooks while they run", async () => {
    hab.write("ready", "")
    hab.write("shop.toml", shop("80"))
    expect(hab.run("apply", "shop.toml")).toMatchObject({ code: 0 })
    expect(notes()).toEqual([expect.stringMatching(/^starting (apply|load)$/), "created"])
    await sup.sees(/^web\.default\(O\): port 80$/)
    expect(hab.does("apply", "shop.toml")).toContain("0 created, 0 updated, 0 deleted, 2 unchanged")
    hab.write("shop.toml", shop("81"))
    expect(hab.does("apply", "shop.toml")).toContain("0 created, 1 updated, 0 deleted, 1 unchanged")
    await sup.sees(/^web\.default\(O\): port 81$/)
    expect(notes().slice(2)).toEqual([expect.stringMatching(/^starting /), "updated"])
    hab.does("svc", "restart", "web", "--wait")
    expect(notes().at(-1)).toBe("starting manual")
    hab.does("destroy", "shop")
    expect([notes().at(-1), hab.status("web"), hab.status("db")]).toEqual(["deleting", undefined, undefined])
  })

  it("writes what each start waits for into the spec, for every supervisor to come", () => {
    hab.write("wait.toml", shop("80").replace("test -e ready", "test -e later"))
    const { code, stderr } = hab.run("apply", "wait.toml", "--timeout", "3")
    expect([code, stderr]).toEqual([1, expect.stringContaining("db, whose health is")])
    expect(hab.read("hab/sup/default/specs/web.hab.toml")).toContain('db = "healthy"')
    hab.does("destroy", "wait")
  })

  it("takes the same from a program", () => {
    const web = `{ command: ["sleep", "1000"], hooks: { preStart: [{ run: "echo from a program >>notes" }] } }`
    hab.write("program.mjs", `export default { services: { web: ${web} } }\n`)
    hab.does("apply", "program.mjs")
    expect(notes().at(-1)).toBe("from a program")
    hab.does("destroy", "program")
  })
})
