import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan, RUNS_ON } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

/** Options of hooks, each seen by what it does to services of small sets. */
let hab: Hab
let sup: SupervisorRun

beforeAll(async () => {
  hab = createHab({ OF_OPERATOR: "yes" })
  sup = hab.supervise()
  await sup.sees("Starting ctl-gateway")
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

const notes = (name: string) => (hab.readIfPresent(`${name}.notes`) ?? "").split("\n").filter(Boolean)
const note = (name: string, text: string) => `echo "${text}" >>${name}.notes`
const hook = (name: string, event: string, line: string, options = "") =>
  `[[services.${name}.hooks.${event}]]\nrun = '''${line}'''\n${options}\n`

/** Applies a set of one service of this name; `rest`: its hooks and whatever else stands behind its command. */
function apply(name: string, ...rest: string[]): void {
  const command = `[services.${name}]\ncommand = ["sleep", "1000"]\nworking_dir = "${hab.root}"\n`
  hab.write(`${name}.toml`, command + rest.join(""))
  hab.does("svc", "apply", `${name}.toml`, "-d")
}

const phaseOf = (name: string) => hab.status(name)?.phase

describe("an option of a hook", () => {
  it("wait: runs post-start once the service is healthy", async () => {
    apply(
      "wait",
      'health = { run = "test -e well || exit 2", interval = 1, retries = 1 }\n',
      hook("wait", "post-start", note("wait", "waited"), 'wait = "healthy"'),
      hook("wait", "post-unhealthy", note("wait", "unhealthy")),
    )
    await until("it was unhealthy", () => notes("wait").includes("unhealthy"))
    expect(notes("wait")).toEqual(["unhealthy"])
    hab.write("well", "")
    await until("it waited", () => notes("wait").includes("waited"))
  })

  it("retry: runs again so often after growing pauses, and is given up", async () => {
    const line = `${note("retry", "attempt $HAB_HOOK_ATTEMPT")}; exit 3`
    apply("retry", hook("retry", "post-start", line, 'retry = { max = 2, delay = "10ms", backoff = "linear" }'))
    await sup.sees("retry.*it is given up after 3 attempts")
    expect(notes("retry")).toEqual(["attempt 1", "attempt 2", "attempt 3"])
    await sup.sees(/retry.*it runs again in 0.01 s/)
    await sup.sees(/retry.*it runs again in 0.02 s/)
    expect(phaseOf("retry")).toBe("up")
  })

  it("ignore_errors: decides whether a failure counts, over what its event says", async () => {
    apply("forgiven", hook("forgiven", "pre-start", "exit 1", "ignore_errors = true"))
    await until("it is up all the same", () => phaseOf("forgiven") === "up")
    await sup.sees(/forgiven.*the failure is ignored/)
    apply("strict", hook("strict", "post-start", "exit 1", "ignore_errors = false"))
    await until("its start failed", () => phaseOf("strict") === "waiting")
    hab.does("svc", "stop", "--set", "strict", "--clean")
  })

  it("once: is skipped after its first success, and not after a failure", async () => {
    const fails = `${note("once", "try")}; test -e allowed || exit 1`
    apply("once", hook("once", "pre-start", fails, "once = true"), hook("once", "pre-start", note("once", "each")))
    await until("it waits", () => phaseOf("once") === "waiting")
    hab.write("allowed", "")
    hab.does("svc", "start", "once", "--wait")
    hab.does("svc", "restart", "once", "--wait")
    const lines = notes("once")
    expect(lines.slice(lines.indexOf("each") - 1)).toEqual(["try", "each", "each"])
  })

  it('once = "release": is skipped for the same release only', async () => {
    const plan = (version: string) => ({ name: "released", version, hooks: { run: RUNS_ON } })
    hab.write(
      "hab/user/released/hooks.toml",
      `[[hooks.pre-start]]\nrun = "echo $HAB_HOOK_IDENT >>${hab.path("released.notes")}"\nonce = "release"\n`,
    )
    const first = installPlan(hab, plan("1.0.0"))
    hab.does("svc", "load", "acme/released")
    await until("it is up", () => phaseOf("released") === "up")
    hab.does("svc", "restart", "acme/released", "--wait")
    const second = installPlan(hab, plan("1.1.0"))
    hab.does("svc", "restart", "acme/released", "--wait")
    await until("the newer one is up", () => hab.status("released")?.ident === second)
    expect(notes("released")).toEqual([first, second])
  })

  it("on: runs for the reasons it names, and groups of them", async () => {
    apply(
      "on",
      hook("on", "post-start", note("on", "manual"), 'on = ["manual"]'),
      hook("on", "post-start", note("on", "unrequested"), 'on = "unrequested"'),
      hook("on", "post-start", note("on", "any $HAB_HOOK_REASON")),
    )
    await until("it started", () => notes("on").length === 1)
    hab.does("svc", "restart", "on", "--wait")
    await until("it was restarted", () => notes("on").length === 3)
    process.kill(hab.status("on")?.pid ?? 0, "SIGKILL")
    await until("it came back", () => notes("on").length === 5)
    expect(notes("on")).toEqual(["any apply", "manual", "any manual", "unrequested", "any exit"])
  })

  it("parallel: runs together with its parallel neighbours, and those behind wait for all", async () => {
    const meets = (own: string, other: string) =>
      `touch ${own}; until [ -e ${other} ]; do sleep 0.02; done; ${note("parallel", "met")}`
    apply(
      "parallel",
      hook("parallel", "pre-start", meets("one", "two"), "parallel = true"),
      hook("parallel", "pre-start", meets("two", "one"), "parallel = true"),
      hook("parallel", "pre-start", note("parallel", "alone")),
    )
    await until("it is up", () => phaseOf("parallel") === "up")
    expect(notes("parallel")).toEqual(["met", "met", "alone"])
  })

  it("inherit_env: begins with the operator's environment", async () => {
    apply(
      "inherit",
      hook("inherit", "pre-start", note("inherit", "plain $OF_OPERATOR")),
      hook("inherit", "pre-start", note("inherit", "inherited $OF_OPERATOR"), "inherit_env = true"),
    )
    await until("it is up", () => phaseOf("inherit") === "up")
    expect(notes("inherit")).toEqual(["plain ", "inherited yes"])
  })
})

describe.skipIf(process.getuid?.() !== 0)("the accounts of a package's own hooks (as root)", () => {
  const plan = {
    name: "reaching",
    more: "pkg_svc_user=nobody\npkg_svc_group=nogroup",
    hooks: { run: RUNS_ON, "hooks.toml": '[[hooks.pre-start]]\nrun = "echo reached $(id -un)"\nuser = "daemon"\n' },
  }

  it("are the service's unless allow_users of sup.toml names others", async () => {
    const own = createHab()
    installPlan(own, plan)
    const strict = own.supervise("acme/reaching")
    await strict.sees('wants to run as daemon; allow it with allow_users = \\["daemon"\\] in sup.toml')
    expect(own.status("reaching")?.pid ?? null).toBeNull()
    expect(await strict.stop()).toBe(0)
    own.write("hab/sup/default/config/sup.toml", 'allow_users = ["daemon"]\n')
    const kind = own.supervise()
    await kind.sees("reached daemon")
    expect(await kind.stop()).toBe(0)
  })
})
