import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { partsOf, titlesIn } from "../../support/document-parts.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan, journalOf, noteHook, RUNS_ON } from "../../support/plans.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"
import { until } from "../../support/until.ts"

const LIFE = "runs every hook of the document at its time, in its order"
const CHECK = "runs the template of health-check as it is, and shows what it says"
const RUN = "runs the template of run as it is: variables, options, one stream, one process"
const CODES = "says ok, warning, critical and unknown with 0 to 3; anything else is a failed check with its output"
const CONFIG = "reconfigures instead of restarting, and restarts without asking when run changed too"

/** Every heading and code block of the document on application lifecycle hooks, and the tests that show it. */
const PARTS: readonly (readonly [hash: string, about: string, ...proofs: readonly string[]])[] = [
  [
    "8fc970c9",
    "runtime settings",
    "see the runtime settings, as configuration files do: package, configuration, system and service",
  ],
  [
    "5d349567",
    "file-updated",
    LIFE,
    "runs when a file below files/ changes, not for user.toml, the census or what hooks write there",
  ],
  ["b29ade51", "health-check", LIFE, CODES],
  ["3647e4e0", "template of health-check: run as it is", CHECK],
  [
    "2c9d8f9d",
    "init",
    LIFE,
    "that fails keeps run from starting and is tried again with the back-off, until it passes",
  ],
  [
    "6e53325f",
    "install",
    LIFE,
    "run at the first install of a package, those of its dependencies first, and not again",
    "of runtime dependencies do not run when a package that needs them is built",
    "that failed are remembered with their exit code, which is hab's, and run again at the next install",
    "run when the supervisor loads a package and they never ran, before anything of the service",
    "is their package, its configuration and config_install, and nothing of a service or a census",
    "changes with the configuration without reloading the service",
  ],
  [
    "db0a3ce8",
    "reconfigure",
    LIFE,
    CONFIG,
    "whose reconfigure hook puts another process in the place of the service's is taken for its end",
  ],
  [
    "4b118288",
    "suitability",
    "elect the most suitable; when its machine dies another leads, with a higher fence, and hooks are told it",
  ],
  [
    "0859a0b9",
    "run",
    LIFE,
    RUN,
    "restarts with the back-off when it exits, whatever its exit code",
    "may start processes in groups of their own: they are gone before it runs again, and after a stop",
    "of a newer release runs after that release's init, when it is loaded with force",
  ],
  ["7ea02972", "template of run: run as it is", RUN],
  ["c4869c0a", "post-run", LIFE, "post-run runs when the process is there, and again until it succeeds"],
  [
    "7de631c6",
    "post-stop",
    LIFE,
    "post-stop runs when nothing of the service is alive, after a crash too, and undoes what init did",
  ],
  [
    "483f461b",
    "uninstall",
    LIFE,
    "run when the last release of a package goes, not while there are others",
    "of the newest is the one that runs when all go at once, oldest first",
  ],
]

/** Files whose tests drive the real `hab`. */
const FILES = ["./habitat.test.ts", "../lifecycle-hooks.test.ts", "../package-hooks.test.ts", "../cluster.test.ts"]

/** Programs of the templates, on the PATH of the supervisor. */
const programs = mkdtempSync(path.join(os.tmpdir(), "hab-programs-"))
let hab: Hab
let sup: SupervisorRun

beforeAll(() => {
  const write = (name: string, body: string) =>
    writeFileSync(`${programs}/${name}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  write("program_that_returns_a_status", `exit "$(cat "${programs}/status")"`)
  write("my_command", `echo "called with $*"\necho "wrong" >&2\nexec sleep 1000`)
  hab = createHab({ PATH: `${programs}:${process.env["PATH"] ?? ""}` })
  sup = hab.supervise()
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
  rmSync(programs, { recursive: true, force: true })
})

/** The code block that the document calls this, without its fences. */
function template(name: string): string {
  const document = readFileSync(sharedPath("mission/habitat-application-lifecycle-hooks.md"), "utf8")
  const text = document.split(`\`\`\`bash ${name}\n`)[1]?.split("```")[0]
  if (text === undefined) throw new Error(`the document has no block ${name}`)
  return text
}

const pidOf = (name: string) => hab.status(name)?.pid ?? undefined
const userToml = (name: string, text: string) => hab.write(`hab/user/${name}/config/user.toml`, text)

describe("the document on application lifecycle hooks", () => {
  it.skipIf(!hasShared)("has no heading, table or code block without its tests", () => {
    const document = readFileSync(sharedPath("mission/habitat-application-lifecycle-hooks.md"), "utf8")
    expect(PARTS.map(([hash]) => hash)).toEqual(partsOf(document).map(({ hash }) => hash))
  })

  it("names tests that exist", () => {
    const titles = FILES.flatMap((file) => [...titlesIn(readFileSync(new URL(file, import.meta.url), "utf8"))])
    expect(PARTS.flatMap(([, , ...proofs]) => proofs).filter((title) => !titles.includes(title))).toEqual([])
    expect(PARTS.filter(([, , ...proofs]) => proofs.length === 0)).toEqual([])
  })
})

describe("hooks in a plan", () => {
  it("runs every hook of the document at its time, in its order", async () => {
    const names = ["install", "init", "run", "post-run", "reconfigure", "file-updated", "post-stop", "uninstall"]
    installPlan(hab, {
      name: "whole",
      toml: "word = 1\n",
      config: { "app.conf": "{{cfg.word}}\n" },
      hooks: {
        ...Object.fromEntries(names.map((name) => [name, noteHook(name)])),
        run: `${noteHook("run")}\ntouch {{pkg.svc_data_path}}/runs\n${RUNS_ON}`,
        // Beside the process: without the wait either may write first.
        "post-run": `until [ -e {{pkg.svc_data_path}}/runs ]; do sleep 0.02; done\n${noteHook("post-run")}`,
        "health-check": noteHook("health-check"),
        suitability: "echo 7",
      },
    })
    const order = () => journalOf(hab, "whole").filter((line) => line !== "health-check")
    expect(order()).toEqual(["install"])
    hab.does("svc", "load", "acme/whole")
    await until("it was checked", () => journalOf(hab, "whole").includes("health-check"))
    await until("post-run has run", () => order().includes("post-run"))
    userToml("whole", "word = 2\n")
    await until("reconfigure has ended", () => /reconfigure +exit 0/.test(hab.does("svc", "hooks", "whole")))
    hab.write("hab/svc/whole/files/motd", "good morning")
    await until("file-updated has run", () => order().includes("file-updated"))
    hab.does("svc", "unload", "acme/whole", "--wait")
    hab.does("pkg", "uninstall", "acme/whole")
    expect(order()).toEqual(names)
  })

  it("reconfigures instead of restarting, and restarts without asking when run changed too", async () => {
    installPlan(hab, {
      name: "changed",
      toml: "word = 1\nrun = 1\n",
      config: { "app.conf": "{{cfg.word}}\n" },
      hooks: {
        run: `: {{cfg.run}}\n${noteHook("run")}\n${RUNS_ON}`,
        reconfigure: `echo "reconfigure $(cat {{pkg.svc_pid_file}})" >>{{pkg.svc_data_path}}/journal`,
      },
    })
    hab.does("svc", "load", "acme/changed")
    const pid = await until("it is up", () => pidOf("changed"))
    userToml("changed", "word = 2\n")
    await until("it was reconfigured", () => journalOf(hab, "changed").length === 2)
    expect(pidOf("changed")).toBe(pid)
    userToml("changed", "word = 3\nrun = 3\n")
    await until("another process runs", () => (pidOf("changed") ?? pid) !== pid)
    expect(hab.read("hab/svc/changed/config/app.conf")).toBe("3\n")
    expect(journalOf(hab, "changed")).toEqual(["run", `reconfigure ${pid}`, "run"])
    hab.does("svc", "unload", "acme/changed")
  })

  it.skipIf(!hasShared)("runs the template of health-check as it is, and shows what it says", async () => {
    writeFileSync(`${programs}/status`, "3")
    installPlan(hab, { name: "asked", hooks: { run: RUNS_ON, "health-check": template("hooks/health-check") } })
    hab.does("svc", "load", "acme/asked", "--health-check-interval", "1")
    for (const [status, health] of [
      ["3", "ok"],
      ["0", "warning"],
      ["4", "critical"],
      ["9", "unknown"],
    ] as const) {
      writeFileSync(`${programs}/status`, status)
      await until(`it is ${health}`, () => hab.status("asked")?.health === health)
    }
    hab.does("svc", "unload", "acme/asked")
  })

  it.skipIf(!hasShared)("runs the template of run as it is: variables, options, one stream, one process", async () => {
    installPlan(hab, {
      name: "templated",
      toml: 'option = "one"\noption2 = 2\n',
      hooks: { run: template("hooks/run") },
    })
    hab.does("svc", "load", "acme/templated")
    await sup.sees(/^templated\.default\(O\): called with --option one --option2 2$/)
    await sup.sees(/^templated\.default\(O\): wrong$/)
    const pid = await until("it is up", () => pidOf("templated"))
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0")
    expect(environment).toEqual(
      expect.arrayContaining(["MY_ENVIRONMENT_VARIABLE=1", "MY_OTHER_ENVIRONMENT_VARIABLE=2"]),
    )
    await until("the command is the process", () => readFileSync(`/proc/${pid}/cmdline`, "utf8") === "sleep\x001000\0")
    hab.does("svc", "unload", "acme/templated")
  })
})
