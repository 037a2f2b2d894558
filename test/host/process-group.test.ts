import { Buffer } from "node:buffer"
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { systemExecPlace } from "../../src/host/exec-place.ts"
import { createProcessGroups } from "../../src/host/process-group.ts"
import { identify } from "../../src/host/process-table.ts"
import type { GroupCommand, OwnedGroup, RunGroups } from "../../src/ports/process-group.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

const services = fileURLToPath(new URL("../../fixtures/services", import.meta.url))
const isRoot = process.getuid?.() === 0
const NOBODY = { name: "nobody", uid: 65534, gid: 65534 }
let runs = 0
const opened: { groups: RunGroups; runId: string }[] = []

afterEach(async () => {
  for (const { groups, runId } of opened.splice(0)) {
    const gone = groups.emptied(runId)
    groups.signalRun(runId, "SIGKILL")
    await gone
    groups.close()
  }
})

function createGroups(place = systemExecPlace(undefined)) {
  const fifos = path.join(temporaryDirectory(), "fifo")
  const groups = createProcessGroups({ fifoDirectory: fifos, place })
  const runId = `test-${process.pid}-${++runs}`
  opened.push({ groups, runId })
  return { groups, fifos, runId }
}

type Printed = { stdout: string; stderr: string }

async function start(
  { groups, runId }: { groups: RunGroups; runId: string },
  argv: readonly [string, ...string[]],
  more: Partial<GroupCommand> = {},
): Promise<{ group: OwnedGroup; printed: Printed }> {
  const printed = { stdout: "", stderr: "" }
  const command = { label: "it", runId, argv, env: { PATH: process.env["PATH"] ?? "" }, ...more }
  const group = await groups.start(command, (stream, bytes) => {
    printed[stream] += Buffer.from(bytes).toString("latin1")
  })
  return { group, printed }
}

const bash = (script: string) => ["bash", "-c", script] as const
const service = (name: string) => [path.join(services, name)] as const
const membersOf = (pgid: number) =>
  readdirSync("/proc").filter((pid) => {
    try {
      const [state, , group] = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ")
      return Number(group) === pgid && state !== "Z"
    } catch {
      return false
    }
  })

describe("a process group", () => {
  it("leads its own session, has its run id and no input, and tells its exit status with all it printed", async () => {
    const context = createGroups()
    const script = 'echo "$HAB_RUN_ID $(ps -o pid=,pgid=,sid= $$ | tr -s " ")"; read line || echo no input; exit 3'
    const { group, printed } = await start(context, bash(script))
    expect(await group.exited).toEqual({ tag: "exited", code: 3 })
    const pid = group.pid
    expect(printed.stdout.trim().split(/\s+/)).toEqual([context.runId, `${pid}`, `${pid}`, `${pid}`, "no", "input"])
    await group.gone
  })

  it("tells a death by signal, and a program that is not there, as what they are", async () => {
    const context = createGroups()
    const killed = await start(context, bash("kill -USR1 $$"))
    expect(await killed.group.exited).toEqual({ tag: "signaled", signal: "SIGUSR1" })
    // Started by Node itself: no shell stands between that would give the operator's limits back and end with 127.
    const { softOpenFiles: _, ...place } = systemExecPlace(undefined)
    const missing = await start(createGroups(place), ["/nowhere/program"])
    expect(missing.group.pid).toBe(0)
    expect(await missing.group.exited).toMatchObject({ tag: "not-started", cause: expect.stringContaining("ENOENT") })
    await missing.group.gone
  })

  it("can open its standard output again by name, which a socket would refuse", async () => {
    const { group, printed } = await start(createGroups(), bash("echo one >/dev/stdout; : >/dev/stderr; echo two >&2"))
    expect(await group.exited).toEqual({ tag: "exited", code: 0 })
    expect(printed).toEqual({ stdout: "one\n", stderr: "two\n" })
  })

  it("loses nothing of a burst printed just before the end", async () => {
    const { group, printed } = await start(createGroups(), bash("head -c 1000000 /dev/zero | tr '\\0' x; echo end"))
    await group.exited
    expect(printed.stdout.length).toBe(1_000_004)
    expect(printed.stdout.endsWith("xend\n")).toBe(true)
  })

  it("keeps its streams to itself: one FIFO each, 0600, used again by the next command of its label", async () => {
    const context = createGroups()
    const first = await start(context, ["true"])
    await first.group.exited
    const second = await start(context, ["true"])
    await second.group.exited
    expect(second.group.streams).toEqual(first.group.streams)
    const stat = statSync(second.group.streams?.stdout ?? "")
    expect([stat.isFIFO(), stat.mode & 0o777]).toEqual([true, 0o600])
    const [one, two] = await Promise.all([start(context, ["true"]), start(context, ["true"])])
    expect(one.group.streams?.stdout).not.toBe(two.group.streams?.stdout)
    await Promise.all([one.group.exited, two.group.exited])
  })

  it("gets standard input from us when it asks for it, and its end", async () => {
    const { group, printed } = await start(createGroups(), ["cat"], { stdin: "pipe" })
    expect(group.writeInput(Buffer.from("secret\n"))).toBe(true)
    expect(group.writeInput(Buffer.alloc(100_000))).toBe(false)
    group.closeInput()
    expect(await group.exited).toEqual({ tag: "exited", code: 0 })
    expect(printed.stdout).toBe("secret\n")
  })

  it("starts with the umask and limits asked for", async () => {
    const { group, printed } = await start(createGroups(), bash("umask; ulimit -n; ulimit -v; ulimit -t"), {
      umask: 0o27,
      limits: { openFiles: 99, memoryBytes: 2 ** 31, cpuSeconds: 77 },
    })
    await group.exited
    expect(printed.stdout.split("\n")).toEqual(["0027", "99", "2097152", "77", ""])
  })

  it("has the soft limit of open files the operator had, not the one Node made of it", async () => {
    const place = { ...systemExecPlace(undefined), softOpenFiles: 123 }
    const { group, printed } = await start(createGroups(place), bash("ulimit -S -n; ulimit -H -n"))
    await group.exited
    expect(printed.stdout.split("\n")[0]).toBe("123")
    expect(Number(printed.stdout.split("\n")[1])).toBeGreaterThan(123)
  })
})

describe("ending a run", () => {
  it("a signal reaches the whole group", async () => {
    const { group } = await start(createGroups(), service("has-children"))
    await until("the family is complete", () => membersOf(group.pid).length === 4)
    group.signal("SIGTERM")
    expect(await group.exited).toEqual({ tag: "signaled", signal: "SIGTERM" })
    await group.gone
    expect(membersOf(group.pid)).toEqual([])
  })

  it("a daemon that left group and session is found by its run id", async () => {
    const context = createGroups()
    const { group, printed } = await start(context, service("forks-twice"))
    await group.exited
    expect(printed.stdout).toBe("left\n")
    let gone = false
    void group.gone.then(() => {
      gone = true
    })
    await until("nobody of the group is left", () => membersOf(group.pid).length === 0)
    expect(gone).toBe(false)
    group.signal("SIGTERM")
    await group.gone
  })

  it("a program that ignores TERM is not gone until it is killed", async () => {
    const { group, printed } = await start(createGroups(), service("ignores-term"))
    await until("its trap is set", () => printed.stdout.includes("ready"))
    group.signal("SIGTERM")
    expect(membersOf(group.pid).length).toBeGreaterThan(0)
    group.signal("SIGKILL")
    expect(await group.exited).toEqual({ tag: "signaled", signal: "SIGKILL" })
    await group.gone
  })

  it("a child that holds standard output open does not hold us", async () => {
    const { group, printed } = await start(createGroups(), service("holds-stdout"))
    expect(await group.exited).toEqual({ tag: "exited", code: 3 })
    expect(printed.stdout).toBe("exiting\n")
    expect(membersOf(group.pid)).toHaveLength(1)
    group.signal("SIGKILL")
    await group.gone
  })

  it("a program that prints without end is slowed down, and ends like any other", async () => {
    const context = createGroups()
    let bytes = 0
    const command = {
      label: "loud",
      runId: context.runId,
      argv: service("prints-forever"),
      env: { PATH: "/usr/bin:/bin" },
    }
    const group = await context.groups.start(command, (_, chunk) => {
      bytes += chunk.length
    })
    await until("it printed a lot", () => bytes > 5_000_000)
    group.signal("SIGTERM")
    expect(await group.exited).toEqual({ tag: "signaled", signal: "SIGTERM" })
    await group.gone
  })

  it("a hook can be ended without the run it is part of, and goes with its run", async () => {
    const { groups, runId } = createGroups()
    const context = (id: string) => ({ groups, runId: id })
    const run = await start(context(runId), service("never-ends"), { label: "run" })
    const hook = await start(context(`${runId}/1`), service("never-ends"), { label: "hook" })
    hook.group.signal("SIGTERM")
    await hook.group.gone
    expect(identify(run.group.pid)).toBeDefined()
    const second = await start(context(`${runId}/2`), service("never-ends"), { label: "hook" })
    groups.signalRun(runId, "SIGTERM")
    await groups.emptied(runId)
    expect([identify(run.group.pid), identify(second.group.pid)]).toEqual([undefined, undefined])
  })
})

describe("adopting", () => {
  it("goes on reading the streams of a process that is not ours, and ends it as unknown", async () => {
    const first = createGroups()
    const { group } = await start(first, bash("while :; do echo tick; read -t 0.01 <> <(:); done"))
    const { identity, streams } = group
    if (identity === undefined) throw new Error("not started")
    const second = createGroups()
    let seen = ""
    const adopted = second.groups.adopt({ label: "it", runId: first.runId, identity, streams }, (_, bytes) => {
      seen += Buffer.from(bytes).toString()
    })
    // Both read here, and either may get a line; a real predecessor is dead.
    await until("its output comes", () => `${seen}`.includes("tick"))
    adopted?.signal("SIGKILL")
    expect(await adopted?.exited).toEqual({ tag: "unknown" })
    await adopted?.gone
  })

  it("refuses a process that only has the pid of the one that was left", () => {
    const { groups, runId } = createGroups()
    const identity = { ...(identify(process.pid) ?? { pid: 0, bootId: "" }), startTime: "1" }
    expect(groups.adopt({ label: "it", runId, identity, streams: undefined }, () => undefined)).toBeUndefined()
  })
})

describe.skipIf(!isRoot)("as root", () => {
  it("becomes the service user with the right groups, who owns its FIFOs", async () => {
    const context = createGroups()
    const { group, printed } = await start(context, bash("id -u; id -G; echo again >/dev/stdout"), { user: NOBODY })
    expect(await group.exited).toEqual({ tag: "exited", code: 0 })
    expect(printed.stdout).toBe("65534\n65534\nagain\n")
    expect(statSync(group.streams?.stdout ?? "").uid).toBe(65534)
  })

  it("keeps supplementary groups through setpriv, and limits together with a user", async () => {
    const place = { ...systemExecPlace(undefined), hasOnlyPrimaryGroup: () => false }
    const { group, printed } = await start(createGroups(place), bash("id -u; id -G; umask"), {
      user: NOBODY,
      umask: 0o77,
    })
    await group.exited
    expect(printed.stdout).toBe("65534\n65534\n0077\n")
  })
})

it("clears away what a dead launcher left and nobody adopted", async () => {
  const { groups, fifos, runId } = createGroups()
  writeFileSync(path.join(fifos, "left.stdout"), "")
  const { group } = await start({ groups, runId }, ["true"])
  await group.exited
  expect(readdirSync(fifos)).not.toContain("left.stdout")
})

it("removes its FIFOs", async () => {
  const { groups, fifos, runId } = createGroups()
  mkdirSync(fifos, { recursive: true })
  const { group } = await start({ groups, runId }, ["true"])
  await group.gone
  groups.close()
  expect(() => readdirSync(fifos)).toThrow("ENOENT")
})
