import { chmodSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

/** Hooks that are JavaScript modules, well behaved and not, under one supervisor. */
let hab: Hab
let sup: SupervisorRun

beforeAll(() => {
  hab = createHab()
  sup = hab.supervise()
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  await until("nothing is left", () => processesOf(hab.root).length === 0)
})

/** Echoes its standard input into a file. */
const LISTENS = 'echo "{{pkg.name}} listens"\nexec cat >{{pkg.svc_data_path}}/heard'
const hooksOf = (name: string) => hab.does("svc", "hooks", name)

function writeModule(name: string, text: string, mode = 0o644): void {
  hab.write(`hab/user/${name}`, text)
  chmodSync(hab.path(`hab/user/${name}`), mode)
}

/** A service whose overlay names the module for post-start; `more`: other options of the hook. */
async function running(name: string, module: string, more = ""): Promise<number> {
  hab.write(`hab/user/${name}/hooks.toml`, `[[hooks.post_start_hook]]\nmodule = "${module}"\n${more}\n`)
  installPlan(hab, { name, hooks: { run: LISTENS } })
  hab.does("svc", "load", `acme/${name}`)
  return until(`${name} is up`, () => hab.status(name)?.pid ?? undefined)
}

describe("a hook module", () => {
  it("gets pid, environment and the living streams of its service, and its output is in the log", async () => {
    writeModule(
      "greet.js",
      `module.exports = function hook(info, cb) {
         info.stdout.once("data", (text) => {
           console.log(\`post-start hook for app \${info.pm2_env.name} with pid \${info.pid}: \${text}\`)
           info.stdin.write("secret for " + info.pm2_env.name + "\\n", () => cb(null))
         })
       }\n`,
    )
    const pid = await running("greeted", "../greet.js")
    await sup.sees(`post-start hook for app greeted with pid ${pid}: greeted listens`)
    await until("the secret arrives", () => hab.readIfPresent("hab/svc/greeted/data/heard") === "secret for greeted\n")
    await until("it is in the list of runs", () => hooksOf("greeted").includes("post-start-hook-overlay"))
  })

  it("is one instance for all services that name it, and a new one when the file changes", async () => {
    writeModule(
      "count.mjs",
      "let calls = 0\nexport default async ({ subject }) => console.log(`call ${++calls} for ${subject.name}`)\n",
    )
    await running("one", "../count.mjs")
    await sup.sees("call 1 for one")
    await running("two", "../count.mjs")
    await sup.sees("call 2 for two")
    writeModule("count.mjs", "export default ({ subject }) => console.log(`edited, for ${subject.name}`)\n")
    hab.does("svc", "restart", "acme/one")
    await sup.sees("edited, for one")
  })

  it("that others may write does not run", async () => {
    writeModule("open.js", "module.exports = () => console.log('never')\n", 0o666)
    await running("open", "../open.js")
    await sup.sees("others may write it; run chmod go-w on it")
  })
})
