import { Buffer } from "node:buffer"
import type { ExitStatus } from "../../src/base/exit-status.ts"
import type { GroupCommand, OnOutput, ProcessGroup, ProcessGroups, StreamName } from "../../src/ports/process-group.ts"

/** A process the test plays: it prints and ends when the test says so. */
export type FakeProcess = Readonly<{
  command: GroupCommand
  /** Signals it was sent, in order. */
  signals: readonly string[]
  print(text: string, stream?: StreamName): void
  /** Ends the leader. Its group is gone too unless `leavesChild`. */
  end(status: ExitStatus | number, options?: Readonly<{ leavesChild?: boolean }>): void
  /** Ends what the leader left behind. */
  vanish(): void
}>

export type FakeProcessGroups = ProcessGroups &
  Readonly<{
    started: readonly FakeProcess[]
    /** The process of that label that was started last. */
    latest(label?: string): FakeProcess
  }>

/**
 * Process groups without processes. `onStart` plays each of them (print, end …); `onSignal` says what a signal does;
 * by default any signal ends it.
 */
export function fakeProcessGroups(
  play: Readonly<{
    onStart?: (process: FakeProcess) => void
    onSignal?: (process: FakeProcess, signal: string) => void
  }> = {},
): FakeProcessGroups {
  const started: FakeProcess[] = []
  const onSignal = play.onSignal ?? ((process, signal) => process.end({ tag: "signaled", signal }))
  return {
    started,
    latest(label) {
      const found = started.findLast((process) => label === undefined || process.command.label === label)
      if (found === undefined) throw new Error(`no process ${label ?? ""} was started`)
      return found
    },
    async start(command, onOutput) {
      const { process, group } = fakeProcess(command, started.length + 1, onOutput, onSignal)
      play.onStart?.(process)
      started.push(process)
      return group
    },
  }
}

function fakeProcess(
  command: GroupCommand,
  pid: number,
  onOutput: OnOutput,
  onSignal: (process: FakeProcess, signal: string) => void,
): { process: FakeProcess; group: ProcessGroup } {
  const exited = settledLater<ExitStatus>()
  const gone = settledLater<void>()
  const signals: string[] = []
  const process: FakeProcess = {
    command,
    signals,
    print: (text, stream = "stdout") => onOutput(stream, Buffer.from(text)),
    end(status, options = {}) {
      exited.settle(typeof status === "number" ? { tag: "exited", code: status } : status)
      if (options.leavesChild !== true) gone.settle()
    },
    vanish: () => gone.settle(),
  }
  const signal = (name: string) => {
    signals.push(name)
    onSignal(process, name)
  }
  return { process, group: { pid, exited: exited.promise, gone: gone.promise, signal } }
}

function settledLater<T>(): { promise: Promise<T>; settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}
