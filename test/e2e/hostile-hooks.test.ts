import { chmodSync, renameSync, rmSync } from "node:fs"
import path from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { filesOf, footprintOf, processesOfService, whileAnswering } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

/** One supervisor for all of these services, and one service beside them that nothing of it may touch. */
let hab: Hab
let sup: SupervisorRun
let bystander: number

const RUNS_ON = "#!/bin/sh\nexec sleep 1000\n"
const MEBIBYTES_GROWN_MAX = 96

beforeAll(async () => {
  hab = createHab()
  sup = hab.supervise("--service-min-backoff-period", "1", "--service-max-backoff-period", "1")
  await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
  bystander = await running("bystander", {})
})

afterAll(async () => {
  expect(hab.status("bystander")).toMatchObject({ state: "up", pid: bystander })
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

type Hooks = Readonly<Record<string, string>>

async function load(name: string, hooks: Hooks, ...options: string[]): Promise<string> {
  const files = Object.fromEntries(
    Object.entries({ run: RUNS_ON, ...hooks }).map(([hook, text]) => [`hooks/${hook}`, text]),
  )
  const directory = await writeInstalled(hab, { ident: `bad/${name}/1.0.0/20260101000000`, files })
  hab.does("svc", "load", `bad/${name}`, ...options)
  return directory
}

async function running(name: string, hooks: Hooks, ...options: string[]): Promise<number> {
  await load(name, hooks, ...options)
  return until(`${name} is up`, () => hab.status(name)?.pid ?? undefined)
}

/** Ends the service and sees that no process, file or spec of it is left. */
async function unload(name: string): Promise<void> {
  hab.does("svc", "unload", `bad/${name}`)
  await until(`${name} is gone`, () => hab.status(name) === undefined)
  expect(processesOfService(hab, name)).toEqual([])
  expect(filesOf(hab).filter((file) => path.basename(file).startsWith(`${name}.`))).toEqual([])
}

/** What a failed test left must not fail the next one. */
afterEach(() => {
  for (const file of hab.list("hab/sup/default/specs")) {
    if (file !== "bystander.spec") rmSync(hab.path(`hab/sup/default/specs/${file}`))
  }
})

describe("a spec that is broken", () => {
  it("is complained of once and starts nothing; corrected, it is loaded", async () => {
    await writeInstalled(hab, { ident: "bad/spec/1.0.0/20260101000000", files: { "hooks/run": RUNS_ON } })
    const file = "hab/sup/default/specs/spec.spec"
    for (const [text, complaint] of [
      ['ident = "bad/spec', "spec.spec"],
      ["ident = 7\n", "ident"],
      ["\u0000\u0001\u0002", "spec.spec"],
      ["x = [".repeat(20_000), "spec.spec"],
    ] as const) {
      const before = sup.output().length
      hab.write(file, text)
      await until("it is complained of", () => sup.output().slice(before).includes(complaint))
    }
    expect(hab.status("spec")).toBeUndefined()
    hab.write(file, 'ident = "bad/spec"\n')
    await until("it is up", () => hab.status("spec")?.state === "up")
    await unload("spec")
  })
})

describe("a hook that cannot be executed", () => {
  it.each([
    ["has no shebang", "init", "exit 0\n", "it has no shebang"],
    [
      "names an interpreter that is not there",
      "init",
      "#!/no/such/shell\n",
      "its interpreter /no/such/shell does not exist",
    ],
    ["was saved with CR LF", "init", "#!/bin/sh\r\nexit 0\r\n", "CR LF"],
    ["has no shebang", "run", "exec sleep 1000\n", "it has no shebang"],
    ["names an interpreter that is not there", "run", "#!/no/such/shell\n", "/no/such/shell"],
  ])("because it %s: %s is reported, and the service waits for its next attempt", async (_, hook, text, complaint) => {
    const name = `crooked-${hook}-${complaint.length}`
    const before = sup.output().length
    await load(name, { [hook]: text })
    await until("it is reported", () => sup.output().slice(before).includes(complaint))
    await until("it is tried again", () => hab.status(name)?.phase === "waiting")
    await unload(name)
  })

  it("because it lost its execute bit is given it back when it is rendered", async () => {
    const directory = await writeInstalled(hab, {
      ident: "bad/bits/1.0.0/20260101000000",
      files: { "hooks/run": RUNS_ON, "hooks/init": "#!/bin/sh\nexit 0\n" },
    })
    for (const hook of ["run", "init"]) chmodSync(`${directory}/hooks/${hook}`, 0o644)
    hab.does("svc", "load", "bad/bits")
    await until("it is up", () => hab.status("bits")?.state === "up")
    await unload("bits")
  })

  it("because the operator took its execute bit is reported with the remedy", async () => {
    await running("locked", { "health-check": "#!/bin/sh\nexit 0\n" }, "--health-check-interval", "1")
    chmodSync(hab.path("hab/svc/locked/hooks/health-check"), 0o640)
    await sup.sees("it is not executable; run chmod 0750 on it")
    expect(hab.status("locked")?.state).toBe("up")
    await unload("locked")
  })
})

describe("a hook that goes wrong", () => {
  it.each([
    ["exits 4", "exit 4", "unknown status code, 4"],
    ["dies of a signal", "kill -SEGV $$", "SIGSEGV"],
  ])("as a health check that %s is a failed check: unknown, and the service stays", async (_, body, complaint) => {
    const before = sup.output().length
    const pid = await running("check", { "health-check": `#!/bin/bash\n${body}\n` }, "--health-check-interval", "1")
    await until("it is reported", () => new RegExp(complaint).test(sup.output().slice(before)))
    await until("it is unknown", () => hab.status("check")?.health === "unknown")
    expect(hab.status("check")).toMatchObject({ state: "up", pid })
    await unload("check")
  })

  it.each(["init", "run"])("as %s that dies of a signal is reported and tried again", async (hook) => {
    const before = sup.output().length
    await load("signals", { [hook]: "#!/bin/bash\nkill -SEGV $$\n" })
    await until(
      "it is reported twice",
      () =>
        sup
          .output()
          .slice(before)
          .split(/SIGSEGV/).length > 2,
    )
    await unload("signals")
  })

  it("hangs in init, ignoring TERM: others go on, its unload ends it and all it started", async () => {
    const answered = await whileAnswering(hab, async () => {
      await load("hangs", { init: '#!/bin/bash\ntrap "" TERM\nsetsid sleep 1000 &\nwhile :; do sleep 1000; done\n' })
      await until("it hangs", () => hab.status("hangs")?.phase === "initializing")
      hab.write("hab/sup/default/specs/hangs.spec", 'ident = "bad/hangs"\nshutdown_timeout = 1\n')
      await unload("hangs")
    })
    expect(answered).toBeGreaterThan(0)
  })

  it("prints 1 GB: its output is bounded in memory and on disk, and the service comes up", async () => {
    const before = footprintOf(hab, sup)
    const answered = await whileAnswering(hab, () =>
      running("loud", { init: "#!/bin/bash\nyes 'a line of a hook that says too much' | head -c 1G\n" }),
    )
    expect(answered).toBeGreaterThan(0)
    const after = footprintOf(hab, sup)
    expect(after.kilobytes - before.kilobytes).toBeLessThan(MEBIBYTES_GROWN_MAX * 1024)
    const log = hab.read("hab/svc/loud/logs/init.stdout.log")
    expect(log.length).toBeLessThan(11 * 1024 * 1024)
    expect(log).toMatch(/\[what came after \d+ bytes is not kept\]/)
    await unload("loud")
  })

  it("prints 100 MB without a single line feed: the same", async () => {
    const before = footprintOf(hab, sup)
    await running("endless-line", { init: "#!/bin/bash\nhead -c 100M /dev/zero\n" })
    expect(footprintOf(hab, sup).kilobytes - before.kilobytes).toBeLessThan(MEBIBYTES_GROWN_MAX * 1024)
    await unload("endless-line")
  })

  it("leaves a daemon that keeps standard output open: the service comes up, and its end is the daemon's", async () => {
    const init = "#!/bin/bash\n(setsid bash -c 'while :; do echo still here; sleep 0.1; done' &)\nexit 0\n"
    await running("daemon", { init })
    await unload("daemon")
  })
})

describe("a service that cannot run", () => {
  it.skipIf(process.getuid?.() !== 0)(
    "because its user does not exist (as root) says how to make one, and can be unloaded",
    async () => {
      const files = { "hooks/run": RUNS_ON, SVC_USER: "nobody-knows-me\n", SVC_GROUP: "nobody-knows-me\n" }
      await writeInstalled(hab, { ident: "bad/user/1.0.0/20260101000000", files })
      hab.run("svc", "load", "bad/user")
      await until("status says how", () => /useradd .*nobody-knows-me/.test(hab.run("svc", "status").stderr))
      expect(hab.status("user")?.pid ?? null).toBeNull()
      hab.does("svc", "unload", "bad/user")
      await until("it is gone", () => hab.status("user") === undefined)
    },
  )

  it("because its package directory was deleted: it runs on, is not restarted into nothing, and comes back with it", async () => {
    const directory = await load("deleted", { init: "#!/bin/sh\nexit 0\n" })
    const pid = await until("it is up", () => hab.status("deleted")?.pid ?? undefined)
    renameSync(directory, `${directory}.away`)
    expect(hab.status("deleted")).toMatchObject({ state: "up", pid })
    process.kill(pid, "SIGKILL")
    await until("it waits", () => hab.status("deleted")?.pid === null)
    expect(hab.does("svc", "status")).toContain("bystander")
    renameSync(`${directory}.away`, directory)
    await until("it is up again", () => (hab.status("deleted")?.pid ?? pid) !== pid)
    rmSync(directory, { recursive: true })
    await unload("deleted")
  })
})
