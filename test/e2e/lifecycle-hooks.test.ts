import { existsSync, readdirSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, project, type SupervisorRun } from "../support/hab.ts"
import { installPlan, journalOf, noteHook, RUNS_ON, type TestPlan } from "../support/plans.ts"
import { until } from "../support/until.ts"

/** One supervisor for all of these tests; each has services of its own. */
let hab: Hab
let sup: SupervisorRun

beforeAll(() => {
  hab = createHab()
  sup = hab.supervise()
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

const pidOf = (name: string) => hab.status(name)?.pid ?? undefined
const journal = (name: string) => journalOf(hab, name)
const userToml = (name: string, text: string) => hab.write(`hab/user/${name}/config/user.toml`, text)
const release = (name: string) => hab.does("svc", "unload", `acme/${name}`)

/** Builds, installs and loads a service; resolves when its process is up. */
async function running(plan: TestPlan, ...options: string[]): Promise<number> {
  installPlan(hab, plan)
  hab.does("svc", "load", `acme/${plan.name}`, ...options)
  return until(`${plan.name} is up`, () => pidOf(plan.name))
}

describe("hooks of a plan", () => {
  it("are run by the interpreter of their shebang, whatever their file is called besides the hook's name", async () => {
    await running({
      name: "shebang",
      hooks: {
        "init.mjs": `#!${process.execPath}\nimport fs from "node:fs"\nfs.appendFileSync("{{pkg.svc_data_path}}/journal", "init by node\\n")\n`,
        "health-check.sh": `#!/bin/sh\n${noteHook("health-check")}\n`,
        run: RUNS_ON,
      },
    })
    await until("the check has run", () => journal("shebang").includes("health-check"))
    expect(journal("shebang")[0]).toBe("init by node")
    expect(hab.list("hab/svc/shebang/hooks")).toEqual(["health-check", "init", "run"])
    release("shebang")
  })

  it("may block and call hab: only their own service waits", async () => {
    const status = `${process.execPath} ${project}/bin/hab svc status --json`
    installPlan(hab, {
      name: "patient",
      hooks: {
        init: `touch {{pkg.svc_data_path}}/waiting\nuntil [ -e {{pkg.svc_data_path}}/go ]; do sleep 0.05; done\n${status} >{{pkg.svc_data_path}}/status`,
        run: RUNS_ON,
      },
    })
    hab.does("svc", "load", "acme/patient")
    await until("init waits", () => existsSync(hab.path("hab/svc/patient/data/waiting")))
    await running({ name: "other", hooks: { run: RUNS_ON } })
    expect(hab.status("patient")).toMatchObject({ phase: "initializing", pid: null })
    hab.write("hab/svc/patient/data/go", "")
    await until("patient is up", () => pidOf("patient"))
    expect(hab.read("hab/svc/patient/data/status")).toContain("acme/other")
    release("patient")
    release("other")
  })

  it("see the runtime settings, as configuration files do: package, configuration, system and service", async () => {
    const settings = "{{pkg.name}} {{cfg.word}} {{sys.hostname}} {{svc.service}} {{svc.me.pkg.version}}"
    const hostname = readFileSync("/proc/sys/kernel/hostname", "utf8").trim()
    await running({
      name: "settings",
      toml: 'word = "hello"\n',
      config: { "app.conf": settings },
      hooks: { init: `echo "${settings}" >{{pkg.svc_data_path}}/init`, run: RUNS_ON },
    })
    const expected = `settings hello ${hostname} settings 1.0.0`
    expect(hab.read("hab/svc/settings/config/app.conf")).toBe(expected)
    expect(hab.read("hab/svc/settings/data/init")).toBe(`${expected}\n`)
    release("settings")
  })
})

/** Processes whose command line is this, found in the process table. */
function pidsOf(...words: string[]): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandOf(pid) === `${words.join("\0")}\0`)
    .map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    return ""
  }
}

describe("the run hook", () => {
  it("takes variables and options from the configuration, and becomes the service's process", async () => {
    const pid = await running({
      name: "options",
      toml: 'value = "1"\noption = 1000\n',
      hooks: { run: "exec 2>&1\nexport MY_ENVIRONMENT_VARIABLE={{cfg.value}}\nexec sleep {{cfg.option}}" },
    })
    await until("the command runs", () => commandOf(String(pid)) === "sleep\x001000\0")
    expect(readFileSync(`/proc/${pid}/environ`, "utf8").split("\0")).toContain("MY_ENVIRONMENT_VARIABLE=1")
    expect(hab.read("hab/svc/options/PID")).toBe(String(pid))
    release("options")
  })

  it("is heard on both streams, and on one after exec 2>&1", async () => {
    await running({
      name: "streams",
      hooks: { run: "echo plain\necho wrong >&2\nexec 2>&1\necho both >&2\nexec sleep 1000" },
    })
    await sup.sees(/^streams\.default\(O\): plain$/)
    await sup.sees(/^streams\.default\(E\): wrong$/)
    await sup.sees(/^streams\.default\(O\): both$/)
    release("streams")
  })

  it("restarts with the back-off when it exits, whatever its exit code", async () => {
    const exits = (code: number) => `${noteHook("run")}\nsleep 0.1\nexit ${code}`
    for (const code of [0, 3]) {
      installPlan(hab, { name: `exits-${code}`, hooks: { run: exits(code) } })
      hab.does("svc", "load", `acme/exits-${code}`)
    }
    for (const code of [0, 3]) {
      await until("it was started again", () => journal(`exits-${code}`).length > 1)
      await sup.sees(`exits-${code}\\.default\\(SR\\): Restarting after [01]\\.\\d\\d secs`)
      release(`exits-${code}`)
    }
  })

  it("may start processes in groups of their own: they are gone before it runs again, and after a stop", async () => {
    const pid = await running({
      name: "spawner",
      hooks: { run: "setsid --fork sleep 7771\nexec sleep 1000" },
    })
    const [stray] = await until("the stray runs", () => pidsOf("sleep", "7771"))
    process.kill(pid, "SIGKILL")
    await until("it was started again", () => (pidOf("spawner") ?? pid) !== pid)
    expect(pidsOf("sleep", "7771")).not.toContain(stray)
    hab.does("svc", "stop", "acme/spawner")
    await until("nothing of it is left", () => pidsOf("sleep", "7771").length === 0)
    release("spawner")
  })

  it("of a newer release runs after that release's init, when it is loaded with force", async () => {
    const version = (number: string): TestPlan => ({
      name: "updated",
      version: number,
      hooks: { init: noteHook("init {{pkg.version}}"), run: `${noteHook("run {{pkg.version}}")}\n${RUNS_ON}` },
    })
    const pid = await running(version("1.0.0"))
    installPlan(hab, version("1.1.0"))
    hab.does("svc", "load", "acme/updated", "--force")
    await until("the newer release is up", () => (pidOf("updated") ?? pid) !== pid)
    expect(journal("updated")).toEqual(["init 1.0.0", "run 1.0.0", "init 1.1.0", "run 1.1.0"])
    release("updated")
  })
})

describe("the init hook", () => {
  it("that fails keeps run from starting and is tried again with the back-off, until it passes", async () => {
    installPlan(hab, {
      name: "unready",
      toml: "code = 7\n",
      hooks: { init: `${noteHook("init")}\nexit {{cfg.code}}`, run: `${noteHook("run")}\n${RUNS_ON}` },
    })
    hab.does("svc", "load", "acme/unready")
    await sup.sees("unready.*Initialization failed! 'init' exited with status code 7")
    await sup.sees(/unready\.default\(SR\): Restarting after \d\.\d\d secs/)
    await until("it was tried again", () => journal("unready").length > 1)
    expect(new Set(journal("unready"))).toEqual(new Set(["init"]))
    userToml("unready", "code = 0\n")
    await until("it is up", () => pidOf("unready"))
    expect(journal("unready").slice(-2)).toEqual(["init", "run"])
    release("unready")
  })
})

describe("hooks after the start and after the stop", () => {
  it("post-run runs when the process is there, and again until it succeeds", async () => {
    const pid = await running({
      name: "datastore",
      hooks: {
        run: RUNS_ON,
        "post-run": `echo "post-run beside $(cat {{pkg.svc_pid_file}})" >>{{pkg.svc_data_path}}/journal\n[ "$(wc -l <{{pkg.svc_data_path}}/journal)" -gt 1 ]`,
      },
    })
    await until("post-run ran twice", () => journal("datastore").length > 1)
    expect(journal("datastore")).toEqual([`post-run beside ${pid}`, `post-run beside ${pid}`])
    release("datastore")
  })

  it("post-stop runs when nothing of the service is alive, after a crash too, and undoes what init did", async () => {
    const pid = await running({
      name: "tidy",
      hooks: {
        init: `mkdir {{pkg.svc_data_path}}/mounted || exit 9\n${noteHook("init")}`,
        run: "echo $$ >{{pkg.svc_data_path}}/pid\ntrap '' TERM\nwhile :; do sleep 0.1; done",
        "post-stop": `rmdir {{pkg.svc_data_path}}/mounted\nkill -0 "$(cat {{pkg.svc_data_path}}/pid)" && ${noteHook("alive")}\n${noteHook("post-stop")}`,
      },
    })
    process.kill(pid, "SIGKILL")
    await until("it was started again", () => (pidOf("tidy") ?? pid) !== pid)
    hab.does("svc", "stop", "acme/tidy", "--shutdown-timeout", "1")
    await until("it is down", () => hab.status("tidy")?.phase === "down")
    expect(journal("tidy")).toEqual(["init", "post-stop", "init", "post-stop"])
    expect(hab.list("hab/svc/tidy/data")).not.toContain("mounted")
    release("tidy")
  })
})

describe("a change of the configuration", () => {
  const changing = (name: string, hooks: TestPlan["hooks"]): TestPlan => ({
    name,
    toml: 'word = "one"\nrun = "one"\n',
    config: { "app.conf": "word = {{cfg.word}}\n" },
    hooks: { init: noteHook("init"), run: `: {{cfg.run}}\n${noteHook("run")}\n${RUNS_ON}`, ...hooks },
  })

  it("restarts a service without a reconfigure hook", async () => {
    const pid = await running(changing("plain", {}))
    userToml("plain", 'word = "two"\n')
    await until("another process runs", () => (pidOf("plain") ?? pid) !== pid)
    expect(journal("plain")).toEqual(["init", "run", "init", "run"])
    release("plain")
  })

  it("that changes the run hook too restarts, and reconfigure does not run", async () => {
    const pid = await running(changing("both", { reconfigure: noteHook("reconfigure") }))
    userToml("both", 'word = "two"\nrun = "two"\n')
    await until("another process runs", () => (pidOf("both") ?? pid) !== pid)
    expect(hab.read("hab/svc/both/config/app.conf")).toBe("word = two\n")
    userToml("both", 'word = "three"\nrun = "two"\n')
    await until("reconfigure ran", () => journal("both").includes("reconfigure"))
    expect(journal("both")).toEqual(["init", "run", "init", "run", "reconfigure"])
    release("both")
  })

  it("whose reconfigure hook puts another process in the place of the service's is taken for its end", async () => {
    const pid = await running(
      changing("replaced", { reconfigure: 'kill -9 "$(cat {{pkg.svc_pid_file}})"\nsetsid --fork sleep 7772' }),
    )
    userToml("replaced", 'word = "two"\n')
    await until("another process runs", () => (pidOf("replaced") ?? pid) !== pid)
    expect(pidsOf("sleep", "7772")).toEqual([])
    expect(journal("replaced")).toEqual(["init", "run", "init", "run"])
    release("replaced")
  })
})

describe("the file-updated hook", () => {
  it("runs when a file below files/ changes, not for user.toml, the census or what hooks write there", async () => {
    const pid = await running({
      name: "files",
      toml: "word = 1\n",
      config: { "app.conf": "{{cfg.word}}" },
      hooks: {
        init: "echo written by init >{{pkg.svc_files_path}}/from-init",
        run: RUNS_ON,
        reconfigure: noteHook("reconfigure"),
        "file-updated": `echo "file-updated $(cat {{pkg.svc_files_path}}/motd)" >>{{pkg.svc_data_path}}/journal`,
      },
    })
    await running({ name: "neighbour", hooks: { run: RUNS_ON } })
    userToml("files", "word = 2\n")
    await until("reconfigure has ended", () => /reconfigure +exit 0/.test(hab.does("svc", "hooks", "files")))
    hab.write("hab/svc/files/files/motd", "good morning")
    await until("file-updated ran", () => journal("files").length > 1)
    expect(journal("files")).toEqual(["reconfigure", "file-updated good morning"])
    expect(pidOf("files")).toBe(pid)
    release("files")
    release("neighbour")
  })
})

describe("the health-check hook", () => {
  it("says ok, warning, critical and unknown with 0 to 3; anything else is a failed check with its output", async () => {
    await running(
      {
        name: "health",
        toml: "code = 0\n",
        hooks: {
          run: RUNS_ON,
          "health-check": `${noteHook("check {{cfg.code}}")}\necho "disk is {{cfg.code}}"\nexit {{cfg.code}}`,
        },
      },
      "--health-check-interval",
      "1",
    )
    for (const [code, health] of [
      [0, "ok"],
      [1, "warning"],
      [2, "critical"],
      [3, "unknown"],
      [1, "warning"],
      [4, "unknown"],
    ] as const) {
      userToml("health", `code = ${code}\n`)
      await until(`it is ${health}`, () => hab.status("health")?.health === health)
    }
    await sup.sees(/health.*\(HK\): .*unknown status code, 4.*disk is 4/)
    expect(new Set(journal("health"))).toEqual(new Set([0, 1, 2, 3, 4].map((code) => `check ${code}`)))
    release("health")
  })

  it("restarts a service that is unhealthy for long enough, where the operator asked for that", async () => {
    const hooks = { run: RUNS_ON, "health-check": 'test -e "{{pkg.svc_data_path}}/well" || exit 2' }
    const first = await running(
      { name: "sick", hooks },
      ...["--health-check-interval", "3600", "--health-backoff", "on"],
      ...["--health-failure-threshold", "2", "--on-critical", "restart"],
    )
    await until("it has another process", () => ![undefined, first].includes(pidOf("sick")))
    expect(hab.does("svc", "explain", "sick")).toMatch(/^ *failures +\d+ since somebody last started it$/m)
    hab.write("hab/svc/sick/data/well", "")
    hab.does("svc", "wait", "sick", "--healthy", "--timeout", "60")
    release("sick")
  })
})

describe("limits", () => {
  it("hold for the process of the service, from its next start on", async () => {
    const run = `echo "limits $(ulimit -n) $(ulimit -v) $(ulimit -t)"\n${RUNS_ON}`
    await running({ name: "limited", hooks: { run } }, "--limit", "nofile=100", "memory=1G", "--limit", "cpu=600")
    await sup.sees("limits 100 1048576 600")
    hab.does("svc", "update", "limited", "--limit", "memory=none")
    await sup.sees("limits 100 unlimited 600")
    const refused = hab.run("svc", "update", "limited", "--limit", "memry=1G")
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("did you mean memory?")])
    release("limited")
  })

  it("of the operator's hooks.toml go over those it was loaded with, from its next start on; a mistake changes nothing", async () => {
    const overlay = (nofile: string) => hab.write("hab/user/overlaid/hooks.toml", `[limits]\nnofile = ${nofile}\n`)
    const restarted = async (before: number) => {
      hab.does("svc", "restart", "overlaid")
      return until("it has another process", () => (pidOf("overlaid") === before ? undefined : pidOf("overlaid")))
    }
    overlay("200")
    const run = `echo "$$ may $(ulimit -n) $(ulimit -t)"\n${RUNS_ON}`
    const first = await running({ name: "overlaid", hooks: { run } }, "--limit", "nofile=100", "cpu=600")
    await sup.sees(`${first} may 200 600`)
    overlay("300")
    await sup.sees("hooks.toml was read again")
    expect(pidOf("overlaid")).toBe(first)
    const second = await restarted(first)
    await sup.sees(`${second} may 300 600`)
    overlay('"many"')
    await sup.sees("overlaid/hooks.toml: 'nofile' must be a number of files")
    const third = await restarted(second)
    await sup.sees(`${third} may 300 600`)
    release("overlaid")
  })
})
