import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"

/** One root for all of these tests; they follow each other. */
let hab: Hab
let sup: SupervisorRun

const SHOP = `[services.web]
run = "echo web >>journal; exec sleep 600"
depends_on = { db = "healthy" }
[services.db]
command = ["sh", "-c", "echo db $MODE >>journal; exec sleep 600"]
environment = { MODE = "fast" }
[services.once]
run = "echo once >>journal"
restart = "no"
`

beforeAll(() => {
  hab = createHab()
  hab.write("shop/shop.toml", SHOP)
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

/** In the order they started, the one-shot left out. */
const journal = () => (hab.readIfPresent("shop/journal") ?? "").split("\n").filter((line) => /^(db|web)/.test(line))
const pidOf = (name: string) => hab.status(name)?.pid ?? undefined
const apply = (...options: string[]) => hab.run("svc", "apply", "shop/shop.toml", ...options)
const edit = (from: string, to: string) => hab.write("shop/shop.toml", hab.read("shop/shop.toml").replace(from, to))

describe("hab svc apply", () => {
  it("shows what it would do, and writes the services down for the next supervisor", async () => {
    const plan = "The set shop:\n+ create web (local/web)\n+ create db (local/db)\n+ create once (local/once)\n"
    expect(apply("--dry-run")).toMatchObject({ code: 0, stdout: plan })
    expect(hab.list("hab/sup/default/specs")).toEqual([])
    expect(apply()).toMatchObject({ code: 0, stdout: plan })
    sup = hab.supervise()
    await until("web is up", () => pidOf("web"))
    expect(journal()).toEqual(["db fast", "web"])
  })

  it("changes nothing when nothing changed, and leaves alone what did not", async () => {
    const [web, db] = [pidOf("web"), pidOf("db")]
    expect(apply()).toMatchObject({ code: 0, stdout: "The set shop is unchanged\n" })
    edit("echo web", "echo web2")
    edit("services.once", "services.other")
    const { code, stdout } = apply()
    expect(code).toBe(0)
    expect(stdout.split("\n").sort()).toEqual(
      ["", "  unchanged db (local/db)", "+ create other (local/other)", "- remove once (local/once)"].concat([
        "The set shop:",
        "the set shop is up",
        "~ update web (local/web)",
      ]),
    )
    expect(pidOf("db")).toBe(db)
    expect(pidOf("web")).not.toBe(web)
    expect(hab.status("once")).toBeUndefined()
  })

  it("fails when a service does not start, and starts it when the file is right again", () => {
    edit('restart = "no"', 'restart = "no"\nworking_dir = "missing"')
    const failed = apply()
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain("other: other cannot run in")
    expect(apply().code).toBe(1)
    edit('\nworking_dir = "missing"', "")
    expect(apply().code).toBe(0)
  })

  it("refuses services and sets that are another file's, and files that are wrong, and changes nothing", () => {
    hab.write("other.toml", '[services.web]\nrun = "true"\n')
    const taken = hab.run("svc", "apply", "other.toml")
    expect(taken).toMatchObject({ code: 1 })
    expect(taken.stderr).toContain("the service 'web' is of the set 'shop' already")
    expect(hab.run("svc", "apply", "other.toml", "--set", "shop").stderr).toContain("was applied from")
    hab.write("kepler.yaml", "services:\n  a:\n    comand: [x]\n")
    const wrong = hab.run("svc", "apply", "kepler.yaml")
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain("kepler.yaml:3: unknown key 'comand'; did you mean 'command'?")
    expect(hab.run("svc", "apply", "nothing.toml").stderr).toContain("SET_FILE_INVALID")
    expect(hab.list("hab/sup/default/sets")).toEqual(["shop.json"])
  })
})

describe("a set", () => {
  it("is restarted, stopped and started in the order of its dependencies", async () => {
    const before = journal().length
    expect(hab.does("svc", "restart", "--set", "shop")).toContain("the set shop is up")
    expect(journal().slice(before)).toEqual(["db fast", "web2"])
    expect(hab.does("svc", "stop", "--set", "shop")).toContain("the set shop is down")
    expect([pidOf("web"), pidOf("db")]).toEqual([undefined, undefined])
    expect(hab.status("web")).toMatchObject({ desired: "down" })
    expect(hab.does("svc", "start", "--set", "shop", "--wait")).toContain("the set shop is up")
    expect(journal().slice(before + 2)).toEqual(["db fast", "web2"])
  })

  it("waits with a service for what it depends on, and says so", async () => {
    hab.does("svc", "stop", "--set", "shop")
    hab.does("svc", "start", "web")
    await until("web waits", () => hab.status("web")?.phase === "blocked")
    expect(hab.status("web")?.awaits).toEqual(["db, which is not up"])
    hab.does("svc", "start", "db")
    await until("web is up", () => pidOf("web"))
  })

  it("goes down though the supervisor that was asked for that is killed midway", async () => {
    const hooks = "[hooks.pre-stop]\nrun = 'if mkdir once 2>/dev/null; then exec sleep 600; fi'\n"
    hab.write("slow/slow.toml", `[services.slow]\nrun = "exec sleep 600"\n${hooks}`)
    hab.does("svc", "apply", "slow/slow.toml")
    const before = hab.status("slow")?.pid
    hab.does("svc", "stop", "--set", "slow", "-d")
    await until("its hook runs", () => hab.list("slow").includes("once"))
    process.kill(JSON.parse(hab.does("sup", "status", "--json")).pid, "SIGKILL")
    await until("it is down", () => hab.status("slow")?.desired === "down" && hab.status("slow")?.pid === null)
    expect(before).toBeTypeOf("number")
    await until("the stop is over", () => !hab.list("hab/sup/default/data").includes("stops.json"))
    hab.does("svc", "stop", "--set", "slow", "--clean")
  })

  it("survives the supervisor, and goes down with it in reverse order", async () => {
    const pids = [pidOf("web"), pidOf("db")]
    hab.does("sup", "restart")
    await until("the next supervisor knows them", () => hab.run("svc", "status").code === 0 && pidOf("db"))
    expect([pidOf("web"), pidOf("db")]).toEqual(pids)
    expect(await sup.stop()).toBe(0)
    const ends = sup.output().match(/(web|db)\.default\(SV\): The service's process was killed by SIGTERM/g) ?? []
    expect(ends.slice(-2).map((line) => line.split(".")[0])).toEqual(["web", "db"])
    sup = hab.supervise()
    await until("web is up again", () => pidOf("web"))
  })

  it("is forgotten by stop --clean, its data is not", () => {
    hab.write("hab/svc/db/data/kept", "")
    expect(hab.run("svc", "stop", "web", "--clean").code).toBe(2)
    expect(hab.does("svc", "stop", "--all", "--clean")).toContain("the set shop is gone")
    expect(hab.list("hab/sup/default/specs")).toEqual([])
    expect(hab.list("hab/sup/default/sets")).toEqual([])
    expect(hab.list("hab/svc/db/data")).toEqual(["kept"])
    expect(hab.run("svc", "start", "--set", "shop").stderr).toContain("no set 'shop' was applied")
  })
})
