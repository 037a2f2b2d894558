import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"
import { until } from "../../support/until.ts"

const ORDERS = "runs global and service hooks in the documented orders"
const ENDS = "tells of ends and of health"
const OPTIONS = "gives hooks their options, and what they inherit"
const LOGS = "keeps what hooks print in the logs, with a way to leave it out"
const DETACHED = "returns at once in detached mode, whatever the hooks do"
const EXAMPLES = "runs the examples of the document"
const ALL = "has a test for everything in it"

/** The ids of the document (headings, rows of its tables, code blocks by their number) by the test that holds them. */
const HELD: Readonly<Record<string, readonly string[]>> = {
  [ALL]: ["# Hooks", "# Table of Contents", "# See Also"],
  [ORDERS]: [
    ...[
      "# Global Hooks",
      "# Service Hooks",
      "# Execution Order",
      "# Global Hook Execution",
      "# Service Hook Execution",
    ],
    ...["# Cleanup Hooks", "| on_init", "| pre_start", "| post_start", "| pre_stop", "| post_stop", "| pre_restart"],
    ...["| post_restart", "| pre_cleanup", "code 6"],
  ],
  [ENDS]: ["| post_exit", "| post_healthcheck_success", "| post_healthcheck_fail"],
  [OPTIONS]: [
    ...["# Hook Format", "# Shell Script (`run`)", "# Command Array (`command`)", "# Hook Options"],
    ...["# Hook Inheritance", "# Different User for Hooks", "| run", "| command", "| user", "| working_dir"],
    ...["| environment", "| env_file", "code 2", "code 3", "code 4", "code 9"],
  ],
  [LOGS]: ["# Hook Logging", "code 5"],
  [DETACHED]: ["# Detached Mode Behavior"],
  [EXAMPLES]: ["# Examples", "# Setup and Teardown", "# Notifications", "code 0", "code 1", "code 7", "code 8"],
}

/** Programs of the examples: each notes how it was called; the last word `dev` keeps it running. */
const fakes = mkdtempSync(path.join(os.tmpdir(), "hab-fakes-"))
let hab: Hab
let sup: SupervisorRun

beforeAll(async () => {
  const body = `#!/bin/sh\necho "\${0##*/} $*" >>"${fakes}/calls"\ncase $* in *dev) exec sleep 600;; esac\n`
  for (const name of ["npm", "docker-compose", "curl"]) writeFileSync(`${fakes}/${name}`, body, { mode: 0o755 })
  hab = createHab({ PATH: `${fakes}:${process.env["PATH"] ?? ""}` })
  sup = hab.supervise()
  await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
  rmSync(fakes, { recursive: true, force: true })
})

const calls = () => readFileSync(`${fakes}/calls`, "utf8").trim().split("\n")
const notes = (set: string) => (hab.readIfPresent(`${set}/notes`) ?? "").trim().split(/\s+/)
const clean = (set: string) => hab.does("svc", "stop", "--set", set, "--clean")
const note = (name: string) => `{ run: "echo ${name} >>notes" }`
const hooks = (indent: string, prefix: string, names: readonly string[]) =>
  names.map((name) => `${indent}${name}: ${note(prefix + name)}\n`).join("")

function codeBlocks(): string[] {
  const text = readFileSync(sharedPath("mission/kepler-hooks.md"), "utf8")
  return [...text.matchAll(/```\w+\n(.*?)```/gs)].map((match) => match[1] ?? "")
}

describe("Kepler's document on hooks", () => {
  it.skipIf(!hasShared)(ALL, () => {
    const text = readFileSync(sharedPath("mission/kepler-hooks.md"), "utf8").replace(/```.*?```/gs, "")
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => `# ${match[1]}`)
    const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => `| ${match[1]}`)
    const ids = [...headings, ...rows, ...codeBlocks().map((_, index) => `code ${index}`)]
    expect([...new Set(ids)].sort()).toEqual(Object.values(HELD).flat().sort())
    const own = readFileSync(fileURLToPath(import.meta.url), "utf8")
    expect(own.match(/^ {2}it\b.*\((ALL|ORDERS|ENDS|OPTIONS|LOGS|DETACHED|EXAMPLES),/gm)).toHaveLength(
      Object.keys(HELD).length,
    )
  })

  it(ORDERS, async () => {
    const both = ["on_init", "pre_start", "post_start", "pre_stop", "post_stop", "pre_restart", "post_restart"]
    const global = hooks("    ", "all:", [...both, "pre_cleanup"])
    const service = hooks("      ", "", both)
    hab.write(
      "orders/kepler.yaml",
      `kepler:\n  hooks:\n${global}services:\n  one:\n    command: [sleep, "600"]\n    hooks:\n${service}`,
    )
    const does = (...words: string[]) => {
      const before = (hab.readIfPresent("orders/notes") ?? "").length
      hab.does("svc", ...words)
      return hab.read("orders/notes").slice(before).trim().split("\n")
    }
    const start = ["all:pre_start", "pre_start", "post_start", "all:post_start"]
    const first = ["all:on_init", "all:pre_start", "on_init", "pre_start", "post_start", "all:post_start"]
    const stop = ["all:pre_stop", "pre_stop", "post_stop", "all:post_stop"]
    expect(does("apply", "orders/kepler.yaml")).toEqual(first)
    expect(does("stop", "--set", "orders")).toEqual(stop)
    expect(does("start", "--set", "orders", "--wait")).toEqual(start)
    const restarted = does("restart", "--set", "orders")
    expect(restarted.filter((line) => line.startsWith("all:"))).toEqual(
      ["pre_restart", "pre_stop", "post_stop", "pre_start", "post_start", "post_restart"].map((name) => `all:${name}`),
    )
    await until("the service's own restart is over", () => notes("orders").filter((n) => n === "post_restart").length)
    expect(
      notes("orders")
        .filter((line) => !line.startsWith("all:"))
        .slice(-6),
    ).toEqual(["pre_restart", "pre_stop", "post_stop", "pre_start", "post_start", "post_restart"])
    expect(does("stop", "--set", "orders", "--clean")).toEqual([...stop, "all:pre_cleanup"])
    expect(does("apply", "orders/kepler.yaml")).toEqual(first)
    clean("orders")
  })

  it(ENDS, async () => {
    hab.write(
      "ends/kepler.yaml",
      `services:
  ends:
    run: exit 3
    hooks: { post_exit: { run: 'echo "exit:$HAB_HOOK_EXIT_CODE" >>notes' }, post_stop: ${note("post_stop")} }
  checked:
    command: [sleep, "600"]
    healthcheck: { run: test ! -e sick, interval: 1s, retries: 1 }
    hooks: { post_healthcheck_success: ${note("well")}, post_healthcheck_fail: ${note("ill")} }
`,
    )
    hab.run("svc", "apply", "ends/kepler.yaml", "-d")
    await until("it ended and is well", () => notes("ends").includes("exit:3") && notes("ends").includes("well"))
    hab.write("ends/sick", "")
    await until("it is ill", () => notes("ends").includes("ill"))
    rmSync(hab.path("ends/sick"))
    await until("it is well again", () => notes("ends").filter((one) => one === "well").length === 2)
    expect(notes("ends")).not.toContain("post_stop")
    clean("ends")
  })

  it(OPTIONS, () => {
    const asRoot = process.getuid?.() === 0
    const user = asRoot ? "    user: nobody\n" : ""
    hab.write("options/app/scripts/.keep", "")
    hab.write("options/.env.hooks", "FROM_FILE=yes\n")
    hab.write(
      "options/kepler.yaml",
      `services:
  web:
    command: [sleep, "600"]
    working_dir: ./app
    environment: [MODE=service]
${user}    hooks:
      pre_start:
        run: echo "$(pwd) $MODE $SETUP_MODE $FROM_FILE $(id -u)"
        user: ${asRoot ? "root" : os.userInfo().username}
        working_dir: ./scripts
        environment: [SETUP_MODE=full]
        env_file: ../.env.hooks
      post_start: { command: [sh, -c, 'echo "$(pwd) $MODE $(id -u)"'] }
`.replace("../.env.hooks", hab.path("options/.env.hooks")),
    )
    hab.does("svc", "apply", "options/kepler.yaml")
    const logs = hab.does("svc", "logs", "web")
    const uid = asRoot ? 0 : os.userInfo().uid
    expect(logs).toContain(`${hab.path("options/app/scripts")} service full yes ${uid}`)
    expect(logs).toContain(`${hab.path("options/app")} service ${asRoot ? 65534 : uid}`)
    clean("options")
  })

  it(LOGS, async () => {
    hab.write(
      "logs/kepler.yaml",
      'kepler: { hooks: { pre_start: { run: echo of all } } }\nservices: { talks: { run: "echo of service; exec sleep 600", hooks: { pre_start: { run: echo of hook } } } }\n',
    )
    hab.does("svc", "apply", "logs/kepler.yaml")
    expect(hab.does("svc", "logs", "talks")).toContain("of hook")
    expect(hab.does("svc", "logs", "talks", "--no-hook")).not.toContain("of hook")
    await sup.sees(/set\.logs hook\[.*\]:\(HK\): of all/)
    clean("logs")
  })

  it(DETACHED, async () => {
    hab.write(
      "later/kepler.yaml",
      "kepler: { hooks: { pre_start: { run: exit 4 } } }\nservices: { late: { run: sleep 600 } }\n",
    )
    expect(hab.run("svc", "apply", "later/kepler.yaml", "-d").code).toBe(0)
    await sup.sees(/the pre-start hooks of the set later failed/)
    expect(hab.status("late")).toMatchObject({ phase: "blocked" })
    const waited = hab.run("svc", "start", "--set", "later", "--wait")
    expect(waited.code).toBe(1)
    expect(waited.stderr).toContain("the pre-start hooks of the set later failed")
    clean("later")
  })

  it.skipIf(!hasShared)(EXAMPLES, () => {
    const blocks = codeBlocks()
    for (const [index, name] of [0, 1, 7, 8].entries()) {
      const set = `example-${index}`
      hab.write(`${set}/kepler.yaml`, blocks[name] ?? "")
      writeFileSync(hab.path(`${set}/server`), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 })
      hab.does("svc", "apply", `${set}/kepler.yaml`)
      if (index > 0) expect(hab.status("backend")).toMatchObject({ state: "up" })
      clean(set)
    }
    expect(calls().filter((line) => line !== "npm install")).toEqual([
      "docker-compose down -v",
      "docker-compose up -d postgres redis",
      "npm run migrate",
      "npm run dev",
      "docker-compose down -v",
    ])
  })
})
