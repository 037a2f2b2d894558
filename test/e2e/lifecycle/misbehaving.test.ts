import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { until } from "../../support/until.ts"

/** Services of one set, each with a post-start hook that goes wrong in its own way, under one supervisor. */
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

/** What each hook does (a shell line, or a module), what it is called in `hab svc hooks`, and what the log says. */
const PROCESSES: Readonly<Record<string, readonly [what: string, result: string, told: string]>> = {
  fails: ["exit 3", "exit 3", "exited with status code 3"],
  dies: ["kill -SEGV $$", "SIGSEGV", "killed by SIGSEGV"],
  hangs: ["exec sleep 1000", "timed-out", "ran longer than its limit of 0.2 s"],
  stubborn: ["trap '' TERM; while :; do sleep 1; done", "timed-out", "ran longer than its limit of 0.2 s"],
  leaks: ["setsid sleep 1000 & echo left a child", "exit 0", "left a child"],
  absent: ["exec ./not-there", "exit 127", "exited with status code 127"],
}

const MODULES: typeof PROCESSES = {
  throws: ["() => { throw new Error('it throws') }", "exit 1", "it throws"],
  rejects: ["async () => { throw new Error('it rejects') }", "exit 1", "it rejects"],
  later: ["(info, cb) => { setImmediate(() => { throw new Error('much later') }) }", "exit 1", "much later"],
  rejectsLater: ["(info, cb) => { Promise.reject(new Error('rejected later')) }", "exit 1", "rejected later"],
  twice: ["(info, cb) => { cb(null); cb(new Error('again')) }", "exit 0", "called its callback again"],
  reports: ["(info, cb) => cb(new Error('no luck'))", "exit 1", "no luck"],
  says: ["() => false", "exit 1", "the hook answered no"],
  ends: ["() => { process.exit(7) }", "exit 7", "exited with status code 7"],
  killed: [
    "() => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => 0) }",
    "SIGKILL",
    "killed by SIGKILL",
  ],
  broken: ["{", "exit 1", "SyntaxError"],
  nothing: ["42", "exit 1", "exports no function"],
  loops: ["(info, cb) => { for (;;); }", "timed-out", "ran longer than its limit of 0.2 s"],
  silent: ["(info, cb) => {}", "timed-out", "ran longer than its limit of 0.2 s"],
  never: ["() => new Promise(() => 0)", "timed-out", "ran longer than its limit of 0.2 s"],
  forks: [
    "() => void require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()",
    "exit 0",
    "",
  ],
}

const serviceOf = (name: string, hook: string) => `[services.${name}]
command = ["sleep", "1000"]
[[services.${name}.hooks.post-start]]
${hook}
`

const runsOf = (name: string) => JSON.parse(hab.run("svc", "hooks", name, "--json").stdout || "[]") as unknown[]

async function expectAllSeen(set: string, cases: typeof PROCESSES, hookOf: (name: string, what: string) => string) {
  const services = Object.entries(cases).map(([name, [what]]) => serviceOf(name, hookOf(name, what)))
  hab.write(`${set}.toml`, services.join("\n"))
  hab.does("svc", "apply", `${set}.toml`, "-d")
  for (const [name, [, result, told]] of Object.entries(cases)) {
    await until(`${name} is over`, () => runsOf(name).length > 0)
    const [, run] = hab.does("svc", "hooks", name).split("\n")
    expect([name, run]).toEqual([name, expect.stringContaining(`  ${result}  `)])
    await until(`${name} is told`, () => sup.output().includes(told))
  }
  const loaded = JSON.parse(hab.does("svc", "status", "--json")) as { name: string; state: string }[]
  const up = loaded.filter(({ state }) => state === "up").map(({ name }) => name)
  expect(up.sort()).toEqual(Object.keys(cases).sort())
  hab.does("svc", "stop", "--set", set, "--clean")
}

describe("a hook that misbehaves is seen in hab svc hooks, and its service and the supervisor stay well", () => {
  it("as a process: it fails, dies, hangs, ignores signals, leaks a child, is not there", async () => {
    await expectAllSeen("processes", PROCESSES, (_, what) => `run = ${JSON.stringify(what)}\ntimeout = "200ms"`)
  })

  it("as a module: it throws, rejects, hangs, answers twice, never or no, ends its process, leaves a child", async () => {
    for (const [name, [text]] of Object.entries(MODULES)) hab.write(`${name}.cjs`, `module.exports = ${text}\n`)
    const limit = (name: string) => (["loops", "silent", "never"].includes(name) ? "200ms" : "60s")
    await expectAllSeen("modules", MODULES, (name) => `module = "${name}.cjs"\ntimeout = "${limit(name)}"`)
  })

  it("while it still hangs: it is listed as running, and a stop ends it", async () => {
    hab.write("endless.toml", serviceOf("endless", 'run = "echo waiting; exec sleep 1000"'))
    hab.does("svc", "apply", "endless.toml", "-d")
    await until("it runs", () => hab.run("svc", "hooks", "endless").stdout.includes("running: the post-start"))
    expect(hab.does("svc", "hooks", "endless")).toMatch(
      /^running: the post-start-spec hook, for \d+ s without a limit$/,
    )
    hab.does("svc", "stop", "--set", "endless", "--clean")
  })
})

describe("a hook of a set that misbehaves", () => {
  it("is seen in hab svc hooks --set, and in why the set did not start", () => {
    const hook = (event: string, line: string) => `[[hooks.${event}]]\nrun = "${line}"\ntimeout = "200ms"\n`
    const services = '[services.calm]\ncommand = ["sleep", "1000"]\n'
    hab.write("calm.toml", `${hook("pre-start", "kill -SEGV $$")}${services}`)
    expect(hab.run("svc", "apply", "calm.toml").stderr).toContain("killed by SIGSEGV")
    hab.write("calm.toml", `${hook("post-start", "exec sleep 1000")}${services}`)
    expect(hab.run("svc", "apply", "calm.toml").code).toBe(0)
    const [, died, hung] = hab.does("svc", "hooks", "--set", "calm").split("\n")
    expect([died, hung]).toEqual([
      expect.stringMatching(/pre-start-set +pre-start +SIGSEGV/),
      expect.stringMatching(/post-start-set +post-start +timed-out/),
    ])
    expect(hab.run("svc", "hooks", "--set", "none").stderr).toContain("no set 'none' was applied")
    hab.does("svc", "stop", "--set", "calm", "--clean")
  })
})

describe("a module of hab apply", () => {
  it("runs in a process of its own: what hangs there or ends it fails the hook and nothing else", () => {
    hab.write(
      "count.cjs",
      "let n = 0\nmodule.exports = ({ event, newInputs }) => console.log(event, ++n, newInputs.children)\n",
    )
    hab.write("spin.cjs", "module.exports = () => { for (;;); }\n")
    hab.write("exit.cjs", "module.exports = () => process.exit(9)\n")
    hab.write("throw.mjs", "export default async () => { throw new Error('no luck') }\n")
    const group = (hooks: string) => `[groups.g]\nchildren = []\n${hooks}`
    const hook = (module: string, more = "") => `[[groups.g.hooks.pre-create]]\nmodule = "${module}"\n${more}\n`
    const apply = (hooks: string) => {
      hab.write("one.toml", group(hooks))
      return hab.run("apply", "one.toml")
    }
    const late = apply(hook("spin.cjs", 'timeout = "200ms"'))
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("ran longer than its limit of 0.2 s")])
    const ended = apply(hook("exit.cjs"))
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("exited with status code 9")])
    const thrown = apply(hook("throw.mjs"))
    expect([thrown.code, thrown.stderr]).toEqual([1, expect.stringContaining("failed: no luck")])
    const shared = apply(`${hook("count.cjs")}${hook("count.cjs").replace("pre-create", "post-create")}`)
    expect([shared.code, shared.stderr + shared.stdout]).toEqual([
      0,
      expect.stringMatching(/pre-create 1 \[\][\s\S]*post-create 2 \[\]/),
    ])
    hab.does("destroy", "one")
  })

  it("answers on-error with true, and with nothing else", () => {
    hab.write("no.cjs", "module.exports = ({ errors }) => { console.log('asked', errors.length) }\n")
    hab.write("yes.cjs", "module.exports = ({ errors }) => errors.length < 3\n")
    const apply = (module: string) => {
      const hook = `[[packages.none.hooks.on-error]]\nmodule = "${module}"\n`
      hab.write("missing.toml", `[packages.none]\nident = "acme/none"\n${hook}`)
      return hab.run("apply", "missing.toml").stderr
    }
    expect(apply("no.cjs")).not.toContain("trying again")
    expect(apply("yes.cjs").match(/trying again/g)).toHaveLength(2)
  })

  it("is asked by the supervisor in the same way", () => {
    const asked = () => (hab.readIfPresent("asked") ?? "").length
    const apply = (answer: string) => {
      const before = asked()
      const note = `require("node:fs").appendFileSync("${hab.path("asked")}", "?")`
      hab.write("asks.cjs", `module.exports = ({ errors }) => { ${note}; ${answer} }\n`)
      const never = '[[services.never.hooks.pre-start]]\nrun = "exit 1"\n'
      const command = '[services.never]\ncommand = ["sleep", "1000"]\n'
      hab.write("never.toml", `${command}${never}[[services.never.hooks.on-error]]\nmodule = "asks.cjs"\n`)
      expect(hab.run("svc", "apply", "never.toml").code).toBe(1)
      hab.does("svc", "stop", "--set", "never", "--clean")
      return asked() - before
    }
    expect(apply("")).toBe(1)
    expect(apply("return errors.length < 3")).toBe(3)
  })
})
