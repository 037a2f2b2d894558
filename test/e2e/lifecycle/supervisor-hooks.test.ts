import { rmSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf } from "../../support/hab.ts"
import { installPlan, RUNS_ON } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

const SUP_TOML = "hab/sup/default/config/sup.toml"

/** A hab whose supervisor has these hooks, and a service that says when it starts and stops. */
function habWith(toml: string): Hab {
  const hab = createHab({ SECRET_OF_OPERATOR: "x" })
  hab.write(SUP_TOML, toml)
  hab.write("hab/sup/default/config/note.sh", `#!/bin/sh\necho "$1 $HAB_HOOK_REASON" >>${hab.path("journal")}\n`)
  return hab
}

const journal = (hab: Hab) => (hab.readIfPresent("journal") ?? "").split("\n").filter(Boolean)
const note = (hook: string, word: string) => `[[hooks.${hook}]]\ncommand = ["/bin/sh", "note.sh", "${word}"]\n`

describe("hooks of the supervisor itself", () => {
  it("bracket its life, its reloads and its services", async () => {
    const names = ["on-run", "pre-start", "post-start", "pre-stop", "post-stop", "on-shutdown"]
    const hab = habWith(
      `${names.map((name) => note(name, name)).join("")}[[hooks.pre-start]]\nrun = "echo in $PWD; env | cut -d= -f1 | sort >variables"\n`,
    )
    installPlan(hab, {
      name: "web",
      hooks: {
        run: `echo service-up >>${hab.path("journal")}\n${RUNS_ON}`,
        "post-stop": `echo service-down >>${hab.path("journal")}`,
      },
    })
    const sup = hab.supervise("acme/web")
    await until("the start is over", () => journal(hab).includes("post-start boot"))
    expect(journal(hab).filter((line) => line !== "service-up")).toEqual([
      "on-run boot",
      "pre-start boot",
      "post-start boot",
    ])
    await until("the service runs", () => journal(hab).includes("service-up"))
    const output = sup.output()
    const said = /hook\[pre-start-supervisor\S*\]:\(HK\): in \/.*hab\/sup\/default\/config/
    expect(output).toMatch(said)
    expect(output.indexOf("Starting http-gateway")).toBeGreaterThan(output.search(said))
    expect(hab.does("sup", "logs")).toMatch(said)
    const variables = hab.read("hab/sup/default/config/variables").split("\n")
    expect(variables).toEqual(expect.arrayContaining(["HOME", "LANG", "PATH", "USER", "HAB_HOOK_EVENT"]))
    expect(variables).not.toContain("SECRET_OF_OPERATOR")

    const pid = hab.status("web")?.pid
    sup.child.kill("SIGHUP")
    await until("the next supervisor is up", () => journal(hab).includes("post-start reload"))
    const ofReload = journal(hab).filter((line) => line.endsWith("reload"))
    expect(ofReload.slice(0, 2).sort()).toEqual(["on-shutdown reload", "pre-stop reload"])
    expect(ofReload.slice(2)).toEqual(["post-stop reload", "on-run reload", "pre-start reload", "post-start reload"])
    expect(hab.status("web")?.pid).toBe(pid)

    expect(await sup.stop()).toBe(0)
    const last = journal(hab).slice(-4)
    expect(last.slice(0, 2).sort()).toEqual(["on-shutdown shutdown", "pre-stop shutdown"])
    expect(last.slice(2)).toEqual(["service-down", "post-stop shutdown"])
    expect(processesOf(hab.root)).toEqual([])
  })

  it("end the first start when one fails before it, with nothing opened", async () => {
    const hab = habWith(`[[hooks.on-run]]\nrun = "exit 3"\n${note("pre-start", "second")}`)
    const sup = hab.supervise()
    expect(await sup.ended()).toBe(1)
    expect(sup.output()).toContain("nothing was started")
    expect(sup.output()).not.toContain("Starting")
    expect(journal(hab)).toEqual([])
  })

  it("are ended by a shutdown that comes before the start is over", async () => {
    const hab = habWith(`[[hooks.on-run]]\nrun = "echo warming up; exec sleep 300"\n${note("on-shutdown", "bye")}`)
    const sup = hab.supervise()
    await sup.sees("warming up")
    expect(await sup.stop()).toBe(0)
    expect(sup.output()).not.toContain("Starting")
    expect(journal(hab)).toEqual([])
    expect(processesOf(hab.root)).toEqual([])
  })

  it("are tried again by a later supervisor, while the services live on", async () => {
    const hab = habWith(`[[hooks.pre-start]]\nrun = "test ! -e broken"\n`)
    installPlan(hab, { name: "web", hooks: { run: RUNS_ON } })
    const sup = hab.supervise("acme/web")
    const pid = await until("web is up", () => hab.status("web")?.pid ?? undefined)
    hab.write("hab/sup/default/config/broken", "")
    sup.child.kill("SIGHUP")
    await sup.sees("services stay as they are, it runs again in")
    expect(() => process.kill(pid, 0)).not.toThrow()
    rmSync(hab.path("hab/sup/default/config/broken"))
    await until("it is supervised again", () => hab.status("web")?.pid === pid)
    expect(await sup.stop()).toBe(0)
  })

  it("run all at once at the end and are ended at exit_wait, each by its name", async () => {
    const hab = habWith(
      `exit_wait = "1s"\n[[hooks.on-shutdown]]\nrun = "trap '' TERM; sleep 300"\n${note("on-shutdown", "beside")}`,
    )
    const sup = hab.supervise()
    await sup.sees("Starting ctl-gateway")
    expect(await sup.stop()).toBe(0)
    expect(journal(hab)).toEqual(["beside shutdown"])
    expect(sup.output()).toMatch(
      /hook\[on-shutdown-supervisor\S*\] is ended: it did not finish within 1 s \(exit_wait\)/,
    )
    expect(processesOf(hab.root)).toEqual([])
  })
})

describe("hooks of the supervisor around all services", () => {
  it("run in the documented order of start, stop, restart and clean, and for no single service", async () => {
    const names = ["on-init", "pre-start", "post-start", "pre-stop", "post-stop", "pre-restart", "post-restart"]
    const hab = habWith(
      `${[...names, "pre-cleanup"].map((name) => note(name, name)).join("")}[[hooks.pre-start]]\nrun = "test ! -e no"\n`,
    )
    const says = (word: string) => `echo ${word} >>${hab.path("journal")}`
    installPlan(hab, { name: "web", hooks: { run: `${says("web-up")}\n${RUNS_ON}`, "post-stop": says("web-down") } })
    hab.write("shop/shop.toml", `[services.db]\nrun = "exec sleep 600"\n[[hooks.pre-start]]\nrun = "${says("shop")}"\n`)
    const sup = hab.supervise("acme/web")
    await until("the start is over", () => journal(hab).includes("post-start boot"))
    hab.does("svc", "apply", "shop/shop.toml")
    const fired = (...words: string[]) => {
      const before = journal(hab).length
      hab.does("svc", ...words)
      return journal(hab).slice(before)
    }
    // A service is up before it says so: its line comes when it comes, but after what it had to wait for.
    const starting = async (after: string, ...words: string[]) => {
      const before = journal(hab).length
      hab.does("svc", ...words)
      const lines = await until("web says that it is up", () => {
        const now = journal(hab).slice(before)
        return now.includes("web-up") ? now : undefined
      })
      expect(lines.indexOf("web-up")).toBeGreaterThan(lines.indexOf(after))
      return lines.filter((line) => line !== "web-up")
    }
    const [stop, start] = [
      ["pre-stop manual", "web-down", "post-stop manual"],
      ["pre-start manual", "shop", "post-start manual"],
    ]
    expect(await starting("web-down", "restart", "web")).toEqual(["web-down"])
    const restart = ["pre-restart manual", ...stop, ...start, "post-restart manual"]
    expect(await starting("shop", "restart", "--all")).toEqual(restart)
    expect(fired("stop", "--all")).toEqual(stop)
    hab.write("shop/no", "")
    hab.write("hab/sup/default/config/no", "")
    const refused = hab.run("svc", "start", "--all", "--wait")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("the pre-start hooks of all services failed")
    expect(hab.status("web")?.pid ?? null).toBeNull()
    rmSync(hab.path("hab/sup/default/config/no"))
    expect(await starting("shop", "start", "--all", "--wait")).toEqual(start)
    expect(fired("stop", "--all", "--clean")).toEqual([...stop, "pre-cleanup manual"])
    expect(hab.list("hab/sup/default/sets")).toEqual([])
    expect(hab.status("web")?.desired).toBe("down")
    expect(await sup.stop()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
  })

  it("run while ports close at the end", async () => {
    const hab = habWith("")
    const sup = hab.supervise()
    await sup.sees("Starting ctl-gateway")
    const port = /http-gateway on \S*:(\d+)/.exec(sup.output())?.[1] ?? ""
    const asks = `until ! node -e 'require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'; do :; done; echo closed >>${hab.path("journal")}`
    expect(port).not.toBe("")
    installPlan(hab, { name: "slow", hooks: { run: RUNS_ON, "post-stop": asks } })
    hab.does("svc", "load", "acme/slow", "--wait")
    expect(await sup.stop()).toBe(0)
    expect(journal(hab)).toEqual(["closed"])
  })
})
