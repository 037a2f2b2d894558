import { describe, expect, it } from "vitest"
import type { ExitStatus } from "../../../src/base/exit-status.ts"
import type { LeftProcess, OwnedGroup, RunGroups } from "../../../src/ports/process-group.ts"
import { adoptLeft } from "../../../src/supervisor/launcher/adoption.ts"
import { createContext } from "../../../src/supervisor/launcher/context.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"
import { settle } from "../../support/settle.ts"

const PROCESSES = "/hab/sup/default/run/processes"
const identity = (pid: number) => ({ pid, startTime: "77", bootId: "boot" })
const output = { preamble: "p", lines: "run", headBytes: 0 } as const

function record(id: string, pid: number) {
  const description = { id, kind: "run", service: "redis", runId: id, label: `${id}.run`, output }
  const streams = { stdout: "/fifo/out", stderr: "/fifo/err" }
  return JSON.stringify({ description, fullRunId: `old-9/${id}`, startedMs: 5, identity: identity(pid), streams })
}

/** A machine on which the given processes of a dead launcher still live, and its supervisor perhaps. */
function machine(alive: readonly number[], hasSupervisor = false) {
  const files = memoryFileSystem({ [PROCESSES]: undefined })
  const printed: string[] = []
  const calls: string[] = []
  const ends = new Map<number, (status: ExitStatus) => void>()
  const empty = new Map<string, () => void>()
  const adopt = (left: LeftProcess): OwnedGroup | undefined => {
    if (!alive.includes(left.identity.pid)) return undefined
    const exited = new Promise<ExitStatus>((resolve) => ends.set(left.identity.pid, resolve))
    return { ...left, pid: left.identity.pid, exited } as unknown as OwnedGroup
  }
  const groups = {
    inherit: () => undefined,
    adopt,
    signalRun: (runId: string, signal: string) => calls.push(`${signal} ${runId}`),
    emptied: (runId: string) =>
      hasSupervisor ? new Promise<void>((resolve) => empty.set(runId, resolve)) : Promise.resolve(),
    isEmpty: () => false,
  } as unknown as RunGroups
  const sink = {
    isTerminal: false,
    write(bytes: Uint8Array, done: (result: "written") => void) {
      printed.push(new TextDecoder().decode(bytes))
      done("written")
    },
  }
  const clock = fakeClock(1000)
  const appendFiles = { open: () => undefined }
  const ports = {
    clock,
    files,
    groups,
    appendFiles,
    stdout: sink,
    stderr: sink,
    signals: { on: () => () => undefined },
    pid: 1,
  }
  const context = createContext({
    ports,
    version: "0",
    processes: PROCESSES,
    logs: "/l",
    console: { json: false, color: false },
  })
  return { files, clock, context, printed, calls, ends, empty }
}

describe("adopting what a dead launcher left", () => {
  it("takes over the living, reports the dead as ended in an unknown way, and removes what is no record", async () => {
    const { files, context, ends } = machine([10])
    files.writeFile(`${PROCESSES}/a.json`, record("a", 10))
    files.writeFile(`${PROCESSES}/b.json`, record("b", 11))
    files.writeFile(`${PROCESSES}/c.json`, "{ half a record")
    files.writeFile(`${PROCESSES}/d.json.new`, record("d", 12))
    await adoptLeft(context)
    expect(context.table.snapshot()).toMatchObject([
      { id: "a", pid: 10, adopted: true, startedMs: 5 },
      { id: "b", pid: 11, adopted: true, status: { tag: "unknown" } },
    ])
    expect(files.readDirectory(PROCESSES).map(({ name }) => name)).toEqual(["a.json", "b.json", "launchers"])
    expect([...context.instances]).toContain("old-9")
    ends.get(10)?.({ tag: "unknown" })
    await Promise.resolve()
    expect(context.table.living()).toEqual([])
  })

  it("waits until the former supervisor is gone", async () => {
    const { files, context, calls, empty } = machine([], true)
    files.writeFile(`${PROCESSES}/supervisor.json`, record("supervisor", 10))
    const adopted = adoptLeft(context)
    empty.get("old-9/supervisor")?.()
    await adopted
    expect(calls).toEqual([])
    expect(context.records.readAll()).toEqual([])
    expect(context.table.snapshot()).toEqual([])
  })

  it("kills the former supervisor after 5 s, not before", async () => {
    const { files, clock, context, calls, empty, printed } = machine([], true)
    files.writeFile(`${PROCESSES}/supervisor.json`, record("supervisor", 10))
    const adopted = adoptLeft(context)
    clock.advance(4_999)
    await settle()
    expect(calls).toEqual([])
    clock.advance(1)
    await settle()
    expect(calls).toEqual(["SIGKILL old-9/supervisor"])
    expect(printed.join("")).toContain("The supervisor of the former launcher does not end; killing it")
    empty.get("old-9/supervisor")?.()
    await adopted
  })
})
