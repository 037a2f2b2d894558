import { Buffer } from "node:buffer"
import type { OnOutput, StreamName } from "../../ports/process-group.ts"
import type { ConsoleStyle, LineSource } from "../console/line.ts"
import { logPath } from "../logs/log-names.ts"
import type { ConsoleQueue } from "./console-queue.ts"
import { createLineRelay, skippedLine } from "./line-relay.ts"
import { createLogFile, LOG_LIMITS, type LogFile, type LogPorts } from "./log-file.ts"
import { keepEnds, type StreamKeeper } from "./output-summary.ts"
import type { OutputPlan, OutputSummary } from "./protocol.ts"

const COLOUR = /\u001b\[[\d;]*m/g

export type Consoles = Readonly<{ stdout: ConsoleQueue; stderr: ConsoleQueue; style: ConsoleStyle }>

/** What becomes of the output of one process. */
export type ProcessOutput = Readonly<{
  take: OnOutput
  /** The process ended: prints unfinished lines and gives descriptors back. Strays may print on. */
  end(): void
  summary(): OutputSummary | undefined
}>

/** Log files by path: a service's next run goes on where the last one ended. */
export type Logs = Readonly<{ open(path: string, keep: "rotated" | "replaced"): LogFile }>

/** One log file per path and way of keeping it, for as long as the launcher lives. */
export function createLogs(ports: LogPorts): Logs {
  const known = new Map<string, LogFile>()
  return {
    open(path, keep) {
      const log = known.get(`${keep} ${path}`) ?? createLogFile(ports, { path, keep, limits: LOG_LIMITS })
      known.set(`${keep} ${path}`, log)
      if (keep === "replaced") log.replace()
      return log
    },
  }
}

/** Routes output to log files, console and summary as planned (decisions E, spec supervisor §2.7). */
export function createProcessOutput(consoles: Consoles, logs: Logs, plan: OutputPlan): ProcessOutput {
  const streams = {
    stdout: createStream("stdout", consoles, logs, plan),
    stderr: createStream("stderr", consoles, logs, plan),
  }
  return {
    take: (stream, bytes) => streams[stream].take(bytes),
    end() {
      streams.stdout.end()
      streams.stderr.end()
    },
    summary() {
      const [stdout, stderr] = [streams.stdout.keeper?.summary(), streams.stderr.keeper?.summary()]
      return stdout === undefined || stderr === undefined ? undefined : { stdout, stderr }
    },
  }
}

/** The supervisor's own lines are finished lines already; they are logged without their colours. */
export function createSupervisorOutput(consoles: Consoles, log: LogFile): OnOutput {
  const relays = {
    stdout: relayToConsole(consoles.stdout, consoles.style, undefined),
    stderr: relayToConsole(consoles.stderr, consoles.style, undefined),
  }
  return (stream, bytes) => {
    log.append(consoles.style.color ? withoutColour(bytes) : bytes)
    relays[stream].take(bytes)
  }
}

/** Latin-1 keeps every byte. */
function withoutColour(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString("latin1").replace(COLOUR, ""), "latin1")
}

function createStream(stream: StreamName, consoles: Consoles, logs: Logs, plan: OutputPlan) {
  const { log } = plan
  const file = log === undefined ? undefined : logs.open(logPath(log.directory, log.name, stream), log.keep)
  const keeper: StreamKeeper | undefined = plan.headBytes > 0 ? keepEnds(plan.headBytes) : undefined
  const queue = plan.lines === "run" ? consoles[stream] : consoles.stdout
  const relay = relayToConsole(queue, consoles.style, sourceOf(stream, plan))
  return {
    keeper,
    take(bytes: Uint8Array) {
      file?.append(bytes)
      keeper?.take(bytes)
      relay.take(bytes)
    },
    end() {
      relay.end()
      file?.rest()
    },
  }
}

function sourceOf(stream: StreamName, plan: OutputPlan): LineSource {
  if (plan.lines === "hook") return { preamble: plan.preamble, key: "HK" }
  return { preamble: plan.preamble, key: stream === "stdout" ? "O" : "E" }
}

function relayToConsole(queue: ConsoleQueue, style: ConsoleStyle, source: LineSource | undefined) {
  const relay = createLineRelay(style, source)
  let skipped = 0
  let skipping = false
  const tellSkipped = () => {
    skipping = false
    if (skipped > 0) queue.write(skippedLine(style, source, skipped))
    skipped = 0
  }
  return {
    take(bytes: Uint8Array) {
      if (!queue.hasRoom()) {
        skipped += relay.skip(bytes)
        if (!skipping) queue.onceRoom(tellSkipped)
        skipping = true
        return
      }
      tellSkipped()
      const lines = relay.format(bytes)
      if (lines !== undefined) queue.write(lines)
    },
    end() {
      const lines = relay.end()
      if (lines !== undefined) queue.write(lines)
    },
  }
}
