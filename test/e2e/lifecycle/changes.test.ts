import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan, RUNS_ON } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

/** Hooks around loading, changing and unloading services, run by one supervisor. */
let hab: Hab
let sup: SupervisorRun

const EVENTS = ["pre-create", "post-create", "pre-update", "post-update", "pre-delete", "post-delete"]

/** A hook that notes its event, and what it is told of before and after, in `<service>.journal`. */
const NOTE = `#!/bin/sh
node -e '
const record = JSON.parse(require("fs").readFileSync(process.env.HAB_HOOK_FILE.replace(/^\\/hab/, process.argv[1] + "/hab"), "utf8"))
const told = ["old", "new"].flatMap((side) => ["inputs", "outputs"].filter((key) => record[side]?.[key]).map((key) => side + "." + key))
require("fs").appendFileSync(process.argv[1] + "/" + record.subject.name + ".journal", [record.event, record.reason, ...told].join(" ") + "\\n")
require("fs").writeFileSync(process.argv[1] + "/" + record.subject.name + "." + record.event + ".json", JSON.stringify(record))
' "$1"
`

beforeAll(() => {
  hab = createHab()
  const folder = "hab/sup/default/config"
  hab.write(`${folder}/note.sh`, NOTE)
  const hooks = EVENTS.map(
    (event) =>
      `[[hooks.${event}]]\nfor = ["acme/noted"]\ncommand = ["/bin/sh", "${hab.path(folder)}/note.sh", "${hab.root}"]\n`,
  )
  hab.write(`${folder}/sup.toml`, hooks.join(""))
  sup = hab.supervise()
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

const journal = (name: string) => (hab.readIfPresent(`${name}.journal`) ?? "").split("\n").filter(Boolean)
/** For a while the overlay is another. */
function overlayed(name: string, event: string, line: string): () => void {
  const before = hab.read(`hab/user/${name}/hooks.toml`)
  overlay(name, `[[hooks.${event}]]\nrun = "${line}"\n`)
  return () => overlay(name, before)
}
const overlay = (name: string, text: string) => hab.write(`hab/user/${name}/hooks.toml`, text)

describe("hooks around loading, changing and unloading a service", () => {
  it("run in order, told of inputs and outputs before and after", async () => {
    installPlan(hab, { name: "noted", hooks: { run: RUNS_ON } })
    hab.does("svc", "load", "acme/noted", "--wait")
    expect(journal("noted")).toEqual(["pre-create load new.inputs", "post-create load new.inputs new.outputs"])
    expect(JSON.parse(hab.read("noted.post-create.json"))).toMatchObject({
      urn: "hab:service:noted.default",
      operation: "create",
      new: {
        inputs: { ident: "acme/noted", channel: "base" },
        outputs: { pid: hab.status("noted")?.pid, state: "up" },
      },
    })
    hab.does("svc", "update", "acme/noted", "--channel", "beta")
    await until("it was changed", () => journal("noted").some((line) => line.startsWith("post-update")))
    hab.does("svc", "unload", "acme/noted", "--wait")
    expect(journal("noted").slice(2)).toEqual([
      "pre-update manual old.inputs old.outputs new.inputs",
      "post-update manual old.inputs old.outputs new.inputs new.outputs",
      "pre-delete unload old.inputs old.outputs",
      "post-delete unload old.inputs old.outputs",
    ])
  })

  it("run for a service that is replaced under its name, and once for one that gets another ident", async () => {
    hab.does("svc", "load", "acme/noted", "--wait")
    const before = journal("noted").length
    const events = () =>
      journal("noted")
        .slice(before)
        .map((line) => line.split(" ")[0])
    hab.does("svc", "load", "acme/noted/1.0.0", "--force", "--wait")
    expect(events()).toEqual(["pre-update", "post-update"])
    hab.does("svc", "load", "acme/noted/1.0.0", "--force", "--group", "blue", "--wait")
    expect(events().slice(2)).toEqual(["pre-create", "pre-delete", "post-delete", "post-create"])
    expect(JSON.parse(hab.read("noted.post-delete.json"))).not.toHaveProperty("pid")
    expect(hab.status("noted")).toMatchObject({ group: "noted.blue", state: "up" })
    hab.does("svc", "unload", "noted", "--wait")
    expect(hab.status("noted")).toBeUndefined()
  })

  it("keep it from being loaded, changed and unloaded when one before fails, and say so", async () => {
    installPlan(hab, { name: "kept", hooks: { run: RUNS_ON } })
    const failing = (event: string) => overlay("kept", `[[hooks.${event}]]\nrun = "exit 3"\n`)
    failing("pre-create")
    const slow = overlayed("kept", "pre-create", "sleep 1; exit 3")
    hab.does("svc", "load", "acme/kept", "-d")
    expect(hab.status("kept")).toMatchObject({ phase: "creating", state: "down" })
    await until("it is refused", () => hab.status("kept") === undefined)
    slow()
    const refused = hab.run("svc", "load", "acme/kept")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      "the pre-create hooks of kept failed: 'pre-create-overlay' exited with status code 3",
    )
    expect(refused.stderr).toContain("kept is not loaded")
    expect(hab.status("kept")).toBeUndefined()
    expect(hab.list("hab/sup/default/specs")).not.toContain("kept.spec")
    overlay("kept", "")
    hab.does("svc", "load", "acme/kept", "--wait")
    const { pid } = hab.status("kept") ?? {}
    failing("pre-update")
    await sup.sees("hooks.toml was read again: 1 hook")
    expect(hab.run("svc", "update", "acme/kept", "--channel", "beta").stderr).toContain("kept stays as it was")
    expect(hab.read("hab/sup/default/specs/kept.spec")).toContain('channel = "base"')
    failing("pre-delete")
    await until("it is read", () => sup.output().split("hooks.toml was read again: 1 hook").length === 3)
    expect(hab.run("svc", "unload", "acme/kept").stderr).toContain("kept stays loaded")
    expect(hab.status("kept")?.pid).toBe(pid)
    hab.does("svc", "unload", "acme/kept", "--force", "--wait")
    expect(hab.status("kept")).toBeUndefined()
  })

  it("fail the operation when one after fails, and leave the service as it became", () => {
    installPlan(hab, { name: "told", hooks: { run: RUNS_ON } })
    overlay("told", `[[hooks.post-create]]\nrun = "exit 4"\n`)
    const failed = hab.run("svc", "load", "acme/told", "--wait")
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain("told stays loaded")
    expect(hab.status("told")?.state).toBe("up")
    expect(hab.does("svc", "hooks", "told")).toContain("exit 4")
  })

  it("are asked whether a start that is waited for is tried again, and see every error", () => {
    installPlan(hab, { name: "stubborn", hooks: { init: `test -e ${hab.path("third")}`, run: RUNS_ON } })
    overlay(
      "stubborn",
      `[[hooks.on-error]]\nrun = '''\necho "$HAB_HOOK_FAILED_OPERATION" >>${hab.path("asked")}\ntest "$(wc -l <${hab.path("asked")})" -lt 2 || touch ${hab.path("third")}\n'''\n`,
    )
    hab.does("svc", "load", "acme/stubborn", "--wait")
    expect(hab.read("asked")).toBe("create\ncreate\n")
  })

  it("run around a configuration that is applied, and may refuse it; hooks are told which files change", async () => {
    const SCHEMA = { properties: { password: { secret: true } } }
    installPlan(hab, {
      name: "tuned",
      toml: 'word = 1\npassword = "hunter2"\n',
      config: { "app.conf": "{{cfg.word}} {{cfg.password}}\n" },
      hooks: { run: RUNS_ON, reconfigure: `cp "$HAB_HOOK_FILE" ${hab.path("reconfigure.json")}` },
      more: `pkg_exports=([word]=word [password]=password)\ndo_install() { echo '${JSON.stringify(SCHEMA)}' >$pkg_prefix/config.schema.json; }`,
    })
    overlay(
      "tuned",
      `[[hooks.pre-update]]\nrun = 'cp "$HAB_HOOK_FILE" ${hab.path("update.json")}; test ! -e ${hab.path("frozen")}'
[[hooks.file-updated]]\nrun = 'test "$HAB_HOOK_CHANGED" = 1 && cp "$HAB_HOOK_FILE" ${hab.path("files.json")}'\n`,
    )
    hab.does("svc", "load", "acme/tuned", "--wait")
    const apply = (version: number, text: string) => {
      hab.write("tuned.toml", text)
      return hab.run("config", "apply", "tuned.default", String(version), "tuned.toml")
    }
    expect(apply(1, "word = 2\n").code).toBe(0)
    await until("it was taken up", () => hab.readIfPresent("reconfigure.json"))
    expect(JSON.parse(hab.read("update.json"))).toMatchObject({
      reason: "config",
      changed: ["config/app.conf"],
      old: { outputs: { exports: { word: 1, password: "(secret)" } } },
    })
    expect(JSON.parse(hab.read("reconfigure.json"))).toMatchObject({ changed: ["config/app.conf"] })
    hab.write("motd", "hello")
    hab.does("file", "upload", "tuned.default", "1", "motd")
    const told = await until("it is told of the file", () => hab.readIfPresent("files.json"))
    expect(JSON.parse(told)).toMatchObject({ reason: "watch", changed: ["files/motd"] })
    hab.write("frozen", "")
    const refused = apply(2, "word = 3\n")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("the pre-update hooks of tuned failed")
    expect(hab.read("hab/svc/tuned/config/app.conf")).toBe("2 hunter2\n")
    rmSync(hab.path("frozen"))
    expect(apply(2, "word = 3\n").code).toBe(0)
  })

  it("run around a user.toml that is written by hand, and may refuse it until it is written again", async () => {
    const user = (text: string) => hab.write("hab/user/handmade/config/user.toml", text)
    const conf = () => hab.read("hab/svc/handmade/config/app.conf")
    installPlan(hab, {
      name: "handmade",
      toml: "word = 1\n",
      config: { "app.conf": "{{cfg.word}}\n" },
      hooks: { run: RUNS_ON, reconfigure: "true" },
    })
    const note = (event: string) => `echo ${event} $HAB_HOOK_REASON $HAB_HOOK_CHANGED >>${hab.path("handmade.journal")}`
    overlay(
      "handmade",
      `[[hooks.pre-update]]\nrun = '${note("pre-update")}; test ! -e ${hab.path("fixed")}'
[[hooks.post-update]]\nrun = '${note("post-update")}'\n`,
    )
    hab.does("svc", "load", "acme/handmade", "--wait")
    user("word = 2\n")
    await until("it is in force", () => journal("handmade").length === 2)
    expect([journal("handmade"), conf()]).toEqual([["pre-update config 1", "post-update config 1"], "2\n"])
    hab.write("fixed", "")
    user("word = 3\n")
    const seen = await sup.sees(/the pre-update hooks of handmade failed.*; handmade stays as it was/)
    expect([seen.length > 0, conf()]).toEqual([true, "2\n"])
    expect(hab.does("svc", "explain", "handmade")).toContain("the pre-update hooks of handmade failed")
    // Another reason to render does not let it in.
    hab.does("svc", "restart", "handmade")
    expect(conf()).toBe("2\n")
    rmSync(hab.path("fixed"))
    user("word = 4\n")
    await until("it is in force", () => conf() === "4\n")
    await until("that was told", () => journal("handmade").at(-1)?.startsWith("post-update"))
    // A stop gives up hooks that do not end; the file comes with the next start.
    overlay("handmade", '[[hooks.pre-update]]\nrun = "sleep 1000"\n')
    await until("that is in force", () => sup.output().match(/handmade.default\(HK\): hooks.toml was read/g)?.length)
    user("word = 5\n")
    await until("its hooks run", () => hab.status("handmade")?.awaits.includes("the end of its pre-update hooks"))
    hab.does("svc", "stop", "handmade")
    await until("they are ended", () => hab.status("handmade")?.awaits.length === 0)
    hab.does("svc", "start", "handmade", "--wait")
    expect(conf()).toBe("5\n")
  })

  it("that do not end keep it neither from a stop nor from being unloaded", async () => {
    installPlan(hab, { name: "hung", hooks: { run: RUNS_ON } })
    hab.does("svc", "load", "acme/hung", "--wait")
    const awaits = (event: string) =>
      until(`its ${event} hooks run`, () => hab.status("hung")?.awaits.includes(`the end of its ${event} hooks`))
    overlay("hung", `[[hooks.pre-update]]\nrun = "sleep 1000"\n`)
    await until("that is in force", () => sup.output().includes("hung.default(HK): hooks.toml was read again"))
    const spec = "hab/sup/default/specs/hung.spec"
    hab.write(spec, hab.read(spec).replace('channel = "base"', 'channel = "beta"'))
    await awaits("pre-update")
    hab.write(spec, hab.read(spec).replace('desired_state = "up"', 'desired_state = "down"'))
    await until("it is down", () => hab.status("hung")?.state === "down")
    expect(hab.status("hung")?.desired).toBe("down")
    await awaits("pre-update")
    rmSync(hab.path(spec))
    await until("it is gone", () => hab.status("hung") === undefined)
    overlay("hung", `[[hooks.pre-delete]]\nrun = "sleep 1000"\n`)
    hab.does("svc", "load", "acme/hung", "--wait")
    hab.does("svc", "unload", "hung", "-d")
    await awaits("pre-delete")
    expect(hab.does("svc", "unload", "hung", "-d")).toContain("its pre-delete hooks run; --force ends them")
    hab.does("svc", "unload", "hung", "--force", "--wait")
    expect(hab.status("hung")).toBeUndefined()
  })

  it("run for spec files that appear and go, and for nothing that was known before", async () => {
    const spec = 'ident = "acme/noted"\n'
    const before = journal("noted").length
    hab.write("hab/sup/default/specs/noted.spec", spec)
    await until("it was created", () => journal("noted").length === before + 2)
    await until("it is up", () => hab.status("noted")?.pid)
    hab.does("sup", "restart")
    await until("the next supervisor knows it", () => hab.run("svc", "status").code === 0 && hab.status("noted")?.pid)
    expect(journal("noted")).toHaveLength(before + 2)
  })
})

describe("hooks around changes and a supervisor that is not there", () => {
  const note = (word: string) => `echo ${word} >>${hab.path("owed.journal")}`
  const owed = () => (hab.readIfPresent("owed.journal") ?? "").split("\n").filter(Boolean)

  it("run once a supervisor is there again: those that were owed when it was killed", async () => {
    installPlan(hab, { name: "owed", hooks: { run: RUNS_ON } })
    const wait = `test -e ${hab.path("go-on")} || exec sleep 600`
    const overlaid = [
      `[[hooks.pre-update]]\nrun = "${note("pre-update")}"\n`,
      `[[hooks.post-update]]\nrun = "${note("post-update")}; ${wait}; ${note("over")}"\n`,
      `[[hooks.pre-delete]]\nrun = "${note("pre-delete")}"\n[[hooks.post-delete]]\nrun = "${note("post-delete")}"\n`,
    ]
    overlay("owed", overlaid.join(""))
    hab.does("svc", "load", "acme/owed", "--wait")
    const { pid } = hab.status("owed") ?? {}
    hab.does("svc", "update", "acme/owed", "--channel", "beta")
    await until("its hook after the change runs", () => owed().includes("post-update"))
    hab.write("go-on", "")
    process.kill(JSON.parse(hab.does("sup", "status", "--json")).pid, "SIGKILL")
    await until("the hook has run again", () => owed().includes("over"))
    expect(owed()).toEqual(["pre-update", "post-update", "post-update", "over"])
    expect(hab.status("owed")?.pid).toBe(pid)
  })

  it("run when it finds that a service changed, or went, meanwhile", async () => {
    const before = { noted: journal("noted").length, owed: owed().length }
    expect(await sup.stop()).toBe(0)
    hab.does("svc", "update", "acme/noted", "--channel", "gamma")
    hab.does("svc", "unload", "acme/owed")
    rmSync(hab.path("update.json"))
    installPlan(hab, { name: "tuned", version: "2.0.0", hooks: { run: RUNS_ON } })
    sup = hab.supervise()
    await until("both are seen", () => owed().includes("post-delete") && journal("noted").length === before.noted + 2)
    expect(journal("noted").slice(before.noted)).toEqual([
      "pre-update boot old.inputs old.outputs new.inputs",
      "post-update boot old.inputs old.outputs new.inputs new.outputs",
    ])
    expect(owed().slice(before.owed)).toEqual(["pre-delete", "post-delete"])
    expect(hab.status("noted")?.state).toBe("up")
    expect(hab.status("owed")).toBeUndefined()
    const [, had] = /"release": "(acme\/tuned\/1.*)"/.exec(hab.read("update.json")) ?? []
    expect(JSON.parse(hab.read("update.json"))).toMatchObject({ reason: "update", old: { outputs: { release: had } } })
    await until("the newer release runs", () => hab.status("tuned")?.ident.startsWith("acme/tuned/2.0.0/"))
  })
})

describe("hooks around the services of a set", () => {
  it("run as far as the dependencies allow, and a failing one fails the set", async () => {
    const note = (word: string) => `echo ${word} >>${hab.path("set.journal")}`
    const shop = (extra = "") => `[services.db]\nrun = "exec sleep 600"
[[services.db.hooks.pre-create]]\nrun = "${note("pre-create-db")}"
[[services.db.hooks.post-create]]\nrun = "${note("post-create-db")}"
[[services.db.hooks.pre-delete]]\nrun = "${note("pre-delete-db")}"
[services.front]\nrun = "exec sleep 600"\ndepends_on = ["db"]
[[services.front.hooks.pre-create]]\nrun = "${note("pre-create-front")}; test ! -e ${hab.path("no")}"
[[services.front.hooks.post-delete]]\nrun = "${note("post-delete-front")}"
${extra}[[hooks.pre-start]]\nrun = "${note("pre-start-set")}"\n`
    hab.write("shop/shop.toml", shop())
    hab.write("no", "")
    const failed = hab.run("svc", "apply", "shop/shop.toml")
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain("the pre-create hooks of front failed")
    const said = ["pre-start-set", "pre-create-db", "post-create-db", "pre-create-front"]
    expect(hab.read("set.journal").trim().split("\n")).toEqual(said)
    expect(hab.status("front")).toBeUndefined()
    rmSync(hab.path("no"))
    expect(hab.run("svc", "apply", "shop/shop.toml")).toMatchObject({ code: 0 })
    expect(hab.status("front")?.state).toBe("up")
    hab.does("svc", "stop", "--set", "shop", "--clean")
    expect(hab.read("set.journal").trim().split("\n").slice(4)).toEqual([
      "pre-create-front",
      "post-delete-front",
      "pre-delete-db",
    ])
  })
})
