import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { identify } from "../../src/host/process-table.ts"
import type { ProcessRequest } from "../../src/supervisor/launcher/protocol.ts"
import { bundleProgram } from "../support/as-program.ts"
import { until } from "../support/until.ts"

const services = fileURLToPath(new URL("../../fixtures/services", import.meta.url))
const launchers: ChildProcess[] = []
let programs: string

beforeAll(async () => {
  programs = mkdtempSync(path.join(os.tmpdir(), "hab-launcher-"))
  await Promise.all(["launcher-program.ts", "supervisor-program.ts"].map((name) => bundleProgram(name, programs)))
})

afterEach(async () => {
  for (const launcher of launchers.splice(0)) launcher.kill("SIGTERM")
})

afterAll(() => rmSync(programs, { recursive: true, force: true }))

type Event = { tag: string; supervisor: number; [key: string]: unknown }

function createRoot() {
  const root = mkdtempSync(path.join(programs, "root-"))
  const logs = path.join(root, "hab/svc/beacon/logs")
  mkdirSync(logs, { recursive: true })
  mkdirSync(path.join(root, "hab/sup/default/run"), { recursive: true })
  const journal = path.join(root, "journal")
  const events = () =>
    existsSync(journal)
      ? readFileSync(journal, "utf8")
          .split("\n")
          .filter(Boolean)
          .map((line): Event => JSON.parse(line))
      : []
  return {
    root,
    journal,
    logs,
    events,
    find: (tag: string, from = 0) =>
      events()
        .slice(from)
        .find((event) => event.tag === tag),
    log: (name: string) => readFileSync(path.join(logs, name), "utf8"),
    run: path.join(root, "hab/sup/default/run"),
  }
}
type Root = ReturnType<typeof createRoot>

function launch({ root, journal }: Root, requests: unknown = []) {
  const program = path.join(programs, "launcher-program.cjs")
  const child = spawn(process.execPath, [program, root, journal, JSON.stringify(requests)], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  launchers.push(child)
  const printed = { stdout: "", stderr: "" }
  child.stdout.on("data", (bytes) => {
    printed.stdout += bytes
  })
  child.stderr.on("data", (bytes) => {
    printed.stderr += bytes
  })
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
  return { child, printed, exited }
}

function beacon(home: Root, script: string, more: Partial<ProcessRequest> = {}): ProcessRequest {
  return {
    id: "run-1",
    kind: "run",
    service: "beacon",
    runId: "run-1",
    label: "beacon.run",
    argv: ["bash", "-c", script],
    env: { PATH: process.env["PATH"] ?? "" },
    output: {
      preamble: "beacon.default",
      lines: "run",
      log: { directory: home.logs, name: "run", keep: "rotated" },
      headBytes: 0,
    },
    ...more,
  }
}

const started = async (home: Root) => {
  const event = await until("the service is started", () => home.find("started"))
  return { pid: Number(event["pid"]), supervisor: event.supervisor }
}
const LIGHT = "n=0; while :; do echo lit $((n += 1)); read -t 0.02 <> <(:); done"

describe("the launcher", () => {
  it("prints what services print under their name, logs it, and leaves nothing behind after TERM", async () => {
    const home = createRoot()
    const { child, printed, exited } = launch(home, [beacon(home, "echo out; echo err >&2; exec sleep 3600")])
    const { pid } = await started(home)
    await until(
      "both lines are printed",
      () => printed.stdout.includes("(O): out") && printed.stderr.includes("(E): err"),
    )
    expect(printed.stdout).toContain("hab-sup(MR): ready\n")
    expect(printed.stdout).toContain("beacon.default(O): out\n")
    expect(printed.stderr).toBe("beacon.default(E): err\n")
    expect(readFileSync(path.join(home.root, "hab/launcher/PID"), "utf8")).toBe(`${child.pid}`)
    child.kill("SIGTERM")
    expect(await exited).toBe(0)
    expect(printed.stdout).toContain("hab-launch(SV): Hasta la vista, services.\n")
    expect(home.find("all-stopped")).toBeDefined()
    expect(identify(pid)).toBeUndefined()
    expect([home.log("run.stdout.log"), home.log("run.stderr.log")]).toEqual(["out\n", "err\n"])
    expect(readdirSync(home.run)).toEqual([])
    expect(existsSync(path.join(home.root, "hab/launcher/PID"))).toBe(false)
  })

  it("survives kill -9 of the supervisor: same services, exit codes of what died meanwhile, no line lost", async () => {
    const home = createRoot()
    const short = beacon(home, "read -t 30 <> <(:) ; exit 7", { id: "run-2", runId: "run-2", label: "short.run" })
    const { child, printed, exited } = launch(home, [beacon(home, LIGHT), short])
    const { pid, supervisor } = await started(home)
    const second = await until("the second runs", () => home.events().find((event) => event["id"] === "run-2"))
    process.kill(supervisor, "SIGSTOP")
    process.kill(-Number(second["pid"]), "SIGUSR2")
    await until("it is dead", () => identify(Number(second["pid"])) === undefined)
    process.kill(supervisor, "SIGKILL")
    const hello = await until("another supervisor is told", () => home.events().filter(({ tag }) => tag === "hello")[1])
    expect(hello["respawned"]).toBe(true)
    expect(hello["processes"]).toMatchObject([
      { id: "run-1", pid, adopted: false },
      { id: "run-2", status: { tag: "signaled", signal: "SIGUSR2" } },
    ])
    expect(printed.stdout).toContain("hab-launch(SV): Child for service 'beacon.default' with PID ")
    const before = home.log("run.stdout.log").length
    await until("output continues", () => home.log("run.stdout.log").length > before)
    expect(printed.stdout).toContain("hab-launch(SV): Supervisor was killed by SIGKILL; starting it again\n")
    child.kill("SIGINT")
    expect(await exited).toBe(0)
    const lit = home.log("run.stdout.log").trim().split("\n")
    expect(lit).toEqual(lit.map((_, index) => `lit ${index + 1}`))
  })

  it("survives its own kill -9: the next launcher adopts the services and their output, their end is unknown", async () => {
    const home = createRoot()
    const first = launch(home, [beacon(home, LIGHT)])
    const { pid, supervisor } = await started(home)
    first.child.kill("SIGKILL")
    await until("its supervisor noticed", () => home.find("lost"))
    await until("its supervisor is gone", () => identify(supervisor) === undefined)
    expect(identify(pid)).toBeDefined()
    const known = home.events().length
    const second = launch(home)
    const hello = await until("the next supervisor is told", () => home.find("hello", known))
    expect(hello["processes"]).toMatchObject([{ id: "run-1", pid, adopted: true }])
    const before = home.log("run.stdout.log").length
    await until("output continues", () => home.log("run.stdout.log").length > before)
    await until("and is printed", () => second.printed.stdout.includes("beacon.default(O): lit"))
    process.kill(-pid, "SIGKILL")
    const exit = await until("its end is noticed", () => home.find("exited", known))
    expect(exit["status"]).toEqual({ tag: "unknown" })
    second.child.kill("SIGTERM")
    expect(await second.exited).toBe(0)
    expect(readdirSync(home.run)).toEqual([])
  })

  it("starts no supervisor beside that of a launcher that was killed; one that does not end is killed", async () => {
    const home = createRoot()
    const first = launch(home, [beacon(home, LIGHT)])
    const { supervisor } = await started(home)
    process.kill(supervisor, "SIGSTOP")
    first.child.kill("SIGKILL")
    await first.exited
    const known = home.events().length
    const second = launch(home)
    await until("the next supervisor is told", () => home.find("hello", known))
    expect(identify(supervisor)).toBeUndefined()
    expect(second.printed.stdout).toContain("The supervisor of the former launcher does not end; killing it")
    second.child.kill("SIGTERM")
    expect(await second.exited).toBe(0)
  })

  it("ends with its own what launchers that were killed had no time to record, their supervisors first", async () => {
    const home = createRoot()
    const first = launch(home, [beacon(home, LIGHT)])
    const { pid, supervisor } = await started(home)
    for (const id of ["run-1", "supervisor"]) rmSync(path.join(home.run, `processes/${id}.json`))
    writeFileSync(path.join(home.run, "control.sock"), "")
    process.kill(supervisor, "SIGSTOP")
    first.child.kill("SIGKILL")
    const second = launch(home)
    await until(
      "the second is there",
      () => readIfThere(path.join(home.root, "hab/launcher/PID")) === `${second.child.pid}`,
    )
    second.child.kill("SIGKILL")
    await second.exited
    const known = home.events().length
    const third = launch(home)
    await until("the next supervisor is told", () => home.find("hello", known))
    expect([identify(supervisor), identify(pid) === undefined]).toEqual([undefined, false])
    third.child.kill("SIGTERM")
    expect(await third.exited).toBe(0)
    expect(identify(pid)).toBeUndefined()
    expect(readdirSync(home.run)).toEqual([])
  })

  it("starts another supervisor on HUP and keeps the services", async () => {
    const home = createRoot()
    const { child, exited } = launch(home, [beacon(home, "exec sleep 3600")])
    const { pid, supervisor } = await started(home)
    child.kill("SIGHUP")
    const hello = await until("another one is told", () => home.events().filter(({ tag }) => tag === "hello")[1])
    expect(hello.supervisor).not.toBe(supervisor)
    expect(hello["processes"]).toMatchObject([{ id: "run-1", pid }])
    child.kill("SIGTERM")
    expect(await exited).toBe(0)
  })

  it("ends services that ignore TERM, and strays that left their group, when the supervisor is no help", async () => {
    const home = createRoot()
    const stubborn = beacon(home, "", { argv: [path.join(services, "forks-twice")] })
    const { child, printed, exited } = launch(home, [
      stubborn,
      beacon(home, "", { id: "run-2", runId: "run-2", label: "b", argv: [path.join(services, "ignores-term")] }),
    ])
    await until("the traps are set", () => printed.stdout.includes("(O): ready"))
    const { supervisor } = await started(home)
    process.kill(supervisor, "SIGSTOP")
    child.kill("SIGTERM")
    await until("it was asked to end", () => !isPending(child, "SIGTERM"))
    child.kill("SIGTERM")
    const both = () => readdirSync("/proc").filter((pid) => environmentOf(pid).includes("/run-2\0")).length
    expect(await exited).toBe(0)
    expect(both()).toBe(0)
  })

  it("neither stalls nor fails to end because nobody reads its output", async () => {
    const home = createRoot()
    const loud = beacon(home, "", { argv: [path.join(services, "prints-forever")] })
    const { child, exited } = launch(home, [loud])
    child.stdout.removeAllListeners("data").pause()
    await until("the log is rotated", () => existsSync(path.join(home.logs, "run.stdout.log.1")))
    child.kill("SIGTERM")
    expect(await exited).toBe(0)
  })

  it("exits with the supervisor's code when the first one does not come up", async () => {
    const home = createRoot()
    const { exited, printed } = launch(home, { exit: 35 })
    expect(await exited).toBe(35)
    expect(printed.stdout).not.toContain("Hasta la vista")
    expect(readdirSync(home.run)).toEqual([])
  })

  it("takes 86 as a failure that stays and 84 as none", async () => {
    expect(await launch(createRoot(), { exit: 86 }).exited).toBe(86)
    expect(await launch(createRoot(), { exit: 84 }).exited).toBe(0)
  })

  it("prints and logs the lines of a hook, empties its log at each run, and returns its output with the exit", async () => {
    const home = createRoot()
    const hook = (n: number, script: string) =>
      beacon(home, script, {
        id: `run-1/${n}`,
        runId: `run-1/${n}`,
        kind: "hook",
        hook: "init",
        label: "beacon.init",
        output: {
          preamble: "beacon.default hook[init]:",
          lines: "hook",
          log: { directory: home.logs, name: "init", keep: "replaced" },
          headBytes: 16,
        },
      })
    const { child, printed, exited } = launch(home, [
      hook(1, "echo first"),
      hook(2, "echo preparing; echo more >&2; head -c 9000 /dev/zero | tr '\\0' x; echo; echo last; exit 4"),
    ])
    const end = await until("the second ended", () =>
      home.events().find((e) => e.tag === "exited" && e["id"] === "run-1/2"),
    )
    expect(end["status"]).toEqual({ tag: "exited", code: 4 })
    const output = end["output"] as { stdout: { head: string; tail: string; dropped: number } }
    expect(Buffer.from(output.stdout.head, "base64").toString()).toBe("preparing\nxxxxxx")
    expect(Buffer.from(output.stdout.tail, "base64").toString().endsWith("x\nlast\n")).toBe(true)
    expect(output.stdout.dropped).toBe(10 + 9001 + 5 - 16 - 4096)
    await until("its lines are printed", () => printed.stdout.includes("beacon.default hook[init]:(HK): last\n"))
    expect(printed.stdout).toContain("beacon.default hook[init]:(HK): more\n")
    expect(home.log("init.stdout.log")).toMatch(/^preparing\nx{9000}\nlast\n$/)
    expect(home.log("init.stderr.log")).toBe("more\n")
    child.kill("SIGTERM")
    expect(await exited).toBe(0)
  })
})

/** Whether the kernel still holds this signal back: two of a kind that wait are delivered as one. */
function isPending({ pid }: ChildProcess, signal: "SIGTERM"): boolean {
  const pending = /^ShdPnd:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0"
  return ((BigInt(`0x${pending}`) >> BigInt(os.constants.signals[signal] - 1)) & 1n) === 1n
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1")
  } catch {
    return ""
  }
}
