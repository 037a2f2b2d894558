import { alignColumns } from "./status.ts"

/** One finished run of a hook. */
export type HookRun = Readonly<{
  /** When it ended, ISO 8601 in UTC. */
  at: string
  event: string
  hook: string
  outcome: "succeeded" | "failed" | "timed-out" | "cancelled"
  /** Null unless it exited by itself. */
  exitCode: number | null
  /** The signal that ended it. */
  signal: string | null
  /** Why it never began. */
  problem: string | null
  durationMs: number
}>

/** A hook that runs now. */
export type HookNow = Readonly<{
  hook: string
  event: string
  runningSec: number
  /** Null: no limit. */
  limitSec: number | null
}>

/** Everything `hab svc explain` tells of a service. Stable field names. */
export type ServiceExplanation = Readonly<{
  name: string
  ident: string
  group: string
  desired: "up" | "down"
  /** The state of the machine, or `broken`. */
  phase: string
  sinceSec: number
  why: string
  awaits: readonly string[]
  complaints: readonly string[]
  pid: number | null
  health: string
  /** Failures since somebody last started it. */
  restarts: number
  /** How its last process ended. */
  lastExit: string | null
  binds: readonly Readonly<{
    name: string
    group: string
    standing: "satisfied" | "not-present" | "empty" | "lacks-exports"
    /** What is missing and what may have been meant. */
    problem: string | null
  }>[]
  /** Hooks that run now. */
  running: readonly HookNow[]
  /** The last ten, oldest first. */
  hooks: readonly HookRun[]
}>

/** The explanation in words. */
export function explanationText(told: ServiceExplanation): string {
  const lines: (readonly [string, readonly string[]])[] = [
    ["state", [`${told.phase} for ${told.sinceSec} s: ${told.why}`]],
    ["wanted", [told.desired]],
    ["awaits", told.awaits],
    ["but", told.complaints],
    ["process", [told.pid === null ? "none" : String(told.pid)]],
    ["health", [told.health]],
    ["failures", told.restarts === 0 ? [] : [`${told.restarts} since somebody last started it`]],
    ["last end", told.lastExit === null ? [] : [`its process ${told.lastExit}`]],
    ["binds", told.binds.map((bind) => `${bind.name} to ${bind.group}: ${bind.problem ?? "satisfied"}`)],
    ["running", told.running.map(describeRunning)],
  ]
  const facts = lines.flatMap(([name, texts]) => texts.map((text, index) => [index === 0 ? name : "", text]))
  const hooks = told.hooks.length === 0 ? "" : `\nlast hooks:\n${hookTable(told.hooks)}`
  return `${told.ident} in ${told.group}\n${alignColumns(facts)}${hooks}`
}

/** A hook that runs now: since when, and how long it may. */
export function describeRunning({ hook, runningSec, limitSec }: HookNow): string {
  return `the ${hook} hook, for ${runningSec} s ${limitSec === null ? "without a limit" : `of at most ${limitSec} s`}`
}

/** The last hook runs as a table, oldest first. */
export function hookTable(runs: readonly HookRun[]): string {
  const rows = runs.map((run) => [run.at, run.hook, run.event, describeResult(run), `${run.durationMs / 1000} s`])
  return alignColumns([["ended", "hook", "event", "result", "took"], ...rows])
}

function describeResult({ outcome, exitCode, signal, problem }: HookRun): string {
  if (outcome !== "failed") return outcome === "succeeded" ? "exit 0" : outcome
  if (exitCode !== null) return `exit ${exitCode}`
  return signal ?? problem ?? "failed"
}
