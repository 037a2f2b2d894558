import { describeFailure } from "../base/errors.ts"
import { type Layout, servicePaths, supervisorPaths } from "../base/layout.ts"
import { healthAnswer } from "../hooks/answers.ts"
import type { HookReport } from "../hooks/execute.ts"
import { type HookContext, runHook } from "../hooks/run-hook.ts"
import { type ListOutcome, type ListRun, type PlannedHook, runHookList } from "../hooks/runner.ts"
import type { Clock } from "../ports/clock.ts"
import type { LogKey } from "./console/line.ts"
import type { Occasion } from "./hooks/moments.ts"
import { describeNote } from "./notes.ts"
import type { Release } from "./release.ts"
import type { Changes } from "./service/change-response.ts"
import type { Effect, Reason, ServiceEvent } from "./service/messages.ts"
import type { StateTag } from "./service/service.ts"
import type { Moment } from "./service/settings.ts"
import type { RunningHook, Supervised } from "./supervised.ts"

/** What acting on effects takes. Each function does one thing and answers through `post`. */
export type PerformContext = Readonly<{
  clock: Clock
  layout: Layout
  /** The hooks of an event that run for a reason, in their order. */
  planHooks: (held: Supervised, release: Release, occasion: Occasion) => PlannedHook[]
  /** Keeps what a hook left. */
  keepReport: (held: Supervised, report: HookReport) => void
  /** What running hooks of a service takes. */
  hooksOf: (held: Supervised) => HookContext
  /** Runs what takes a while, at once or, where many do, in turn. */
  inTurn: (job: () => void) => void
  /** Puts an event into the supervisor's inbox. */
  post: (held: Supervised, event: ServiceEvent) => void
  /** Opens the release the next run uses, and renders everything of it. Throws HabError. */
  render: (held: Supervised) => Changes
  /** Install hooks that the release and what it needs still owe. Rejects with HabError. */
  runInstallHooks: (held: Supervised, signal: AbortSignal) => Promise<void>
  /** Starts the process of the run; its end comes as an event of its own. */
  startProcess: (held: Supervised, release: Release) => Promise<{ pid: number } | { problem: string }>
  signalRun: (runId: string, signal: string) => void
  /** Resolves when nothing of the run is left. */
  emptied: (runId: string) => Promise<void>
  /** Tells of files that others changed until now. */
  lookAtFiles: (held: Supervised) => void
  /** What is in the service's `files/` now is no news to it. */
  noteFiles: (held: Supervised) => void
  forget: (held: Supervised) => void
  /** What keeps it from starting, besides binds. */
  awaited: (held: Supervised) => readonly string[]
  say: (held: Supervised, key: LogKey, text: string) => void
}>

/** What a check takes up to here is no time that its pause has to be longer by. */
const QUICK_CHECK_MS = 100

const TIMER_EVENTS = { kill: "kill-timer", retry: "retry-timer", health: "health-timer" } as const

/** Nobody waits for a rendering in other states: the next run renders anew. */
const RENDERING: readonly StateTag[] = ["rendering", "refreshing", "up", "leaving"]

type Handlers = { readonly [T in Effect["tag"]]: (c: PerformContext, held: Supervised, effect: EffectOf<T>) => void }
type EffectOf<T extends Effect["tag"]> = Extract<Effect, { tag: T }>

/** Acts on one effect. Never throws: what goes wrong is an event too. */
export function perform(context: PerformContext, held: Supervised, effect: Effect): void {
  const handler = HANDLERS[effect.tag] as (c: PerformContext, held: Supervised, effect: Effect) => void
  handler(context, held, effect)
}

const HANDLERS: Handlers = {
  "run-hooks": runHooks,
  "cancel-hooks": (_, held, { moment }) => cancelHooks(held, moment),
  render,
  "start-process": startProcess,
  terminate,
  kill: ({ signalRun }, held) => signalRun(held.runId, "SIGKILL"),
  "start-timer": startTimer,
  "cancel-timer": (_, held, { timer }) => cancelTimer(held, timer),
  "check-health": checkHealth,
  forget: ({ forget }, held) => forget(held),
  note: ({ say, awaited }, held, { note }) => {
    const { key, text } = describeNote(note, awaited(held))
    say(held, key, text)
  },
}

function runHooks(context: PerformContext, held: Supervised, { run, moment, reason }: EffectOf<"run-hooks">): void {
  const controller = new AbortController()
  cancelHooks(held, moment)
  held.hooks.set(moment, controller)
  const done = (outcome: ListOutcome) => {
    if (controller.signal.aborted || outcome.tag === "cancelled") return
    context.post(held, { tag: "hooks-done", run, moment, outcome })
  }
  if (moment === "install") {
    context.runInstallHooks(held, controller.signal).then(() => done({ tag: "passed" }), failWith(done))
    return
  }
  const { release } = held
  const changed = takeChanged(held, moment, reason)
  const hooks = release === undefined ? [] : context.planHooks(held, release, { event: moment, reason, ...changed })
  runListOf(context, held, hooks, controller.signal).outcome.then(done, failWith(done))
}

/** What changed, for hooks that run because of it: `reconfigure` takes it up, a restart does so with the new process. */
function takeChanged(held: Supervised, moment: Moment, reason: Reason): Readonly<{ changed?: readonly string[] }> {
  if (moment === "file-updated") return { changed: held.changedBelow }
  if (moment !== "reconfigure" && reason !== "config" && reason !== "hook-changed") return {}
  const changed = held.changedFiles
  if (moment === "reconfigure") held.changedFiles = []
  return { changed }
}

/** Runs a list of a service's hooks: they are in its log, in its journal and, while they run, in what is told of it. */
export function runListOf(
  context: PerformContext,
  held: Supervised,
  hooks: readonly PlannedHook[],
  signal: AbortSignal,
): ListRun {
  const started = new Map<string, RunningHook>()
  return runHookList(context.hooksOf(held), {
    hooks,
    speaker: held.group,
    ...directoriesOf(context, held),
    signal,
    onStart: (planned) => void started.set(planned.hook.name, markRunning(context, held, planned)),
    onReport: (report) => {
      // What was given up may run anew by now.
      if (held.running.get(report.hook) === started.get(report.hook)) held.running.delete(report.hook)
      context.noteFiles(held)
      context.keepReport(held, report)
    },
  })
}

/** Runs a hook whose end is an answer, once. Undefined only when the launcher is gone; then this supervisor ends. */
export function runAnswering(
  context: PerformContext,
  held: Supervised,
  planned: PlannedHook,
  signal: AbortSignal,
): Promise<HookReport | undefined> {
  return runHook(context.hooksOf(held), {
    hook: planned.hook,
    command: planned.command(1),
    timeoutMs: planned.timeoutMs,
    speaker: held.group,
    ...directoriesOf(context, held),
    ...(planned.record === undefined ? {} : { record: planned.record(1) }),
    signal,
  }).catch(() => undefined)
}

/** Where what hooks of a service print and are told is kept. */
function directoriesOf({ layout }: PerformContext, { name }: Supervised) {
  return { logs: servicePaths(layout, name).logs, records: `${supervisorPaths(layout).events}/${name}` }
}

function markRunning(
  { clock, lookAtFiles }: PerformContext,
  held: Supervised,
  { hook, timeoutMs }: PlannedHook,
): RunningHook {
  lookAtFiles(held)
  const running = { hook: hook.name, event: hook.event, startedMs: clock.monotonicMs(), timeoutMs }
  held.running.set(hook.name, running)
  return running
}

function failWith(done: (outcome: ListOutcome) => void): (error: unknown) => void {
  return (error) => done({ tag: "failed", problem: describeFailure(error) })
}

function cancelHooks(held: Supervised, moment: string): void {
  const key = moment as Parameters<typeof held.hooks.get>[0]
  held.hooks.get(key)?.abort()
  held.hooks.delete(key)
  for (const [name, hook] of held.running) if (hook.event === moment) held.running.delete(name)
}

/** A crowd that begins at once renders in turns: who asks for something meanwhile is answered. */
function render(context: PerformContext, held: Supervised, { run }: EffectOf<"render">): void {
  context.inTurn(() => {
    const { service } = held
    if (service.run === run && RENDERING.includes(service.state.tag)) renderNow(context, held, run)
  })
}

function renderNow(context: PerformContext, held: Supervised, run: number): void {
  try {
    const changes = context.render(held)
    const paths = [...changes.hooks.map((hook) => `hooks/${hook}`), ...changes.config.map((file) => `config/${file}`)]
    held.changedFiles = [...new Set([...held.changedFiles, ...paths])]
    context.post(held, { tag: "rendered", run, changes })
  } catch (error) {
    context.post(held, { tag: "render-failed", run, problem: describeFailure(error) })
  }
}

function startProcess(context: PerformContext, held: Supervised, { run }: EffectOf<"start-process">): void {
  const { release } = held
  if (release === undefined) {
    context.post(held, { tag: "start-failed", run, problem: "its package could not be opened" })
    return
  }
  context.noteFiles(held)
  held.changedFiles = []
  const spawning = context.startProcess(held, release).then((result) => {
    if (held.spawning === spawning) held.spawning = undefined
    if ("pid" in result) context.post(held, { tag: "process-started", run, pid: result.pid })
    else context.post(held, { tag: "start-failed", run, problem: result.problem })
  })
  held.spawning = spawning
}

/** A spawn in flight is told when it lands; hooks end on their own terms within the same time. */
function terminate(context: PerformContext, held: Supervised, { run, signal }: EffectOf<"terminate">): void {
  for (const moment of [...held.hooks.keys()]) cancelHooks(held, moment)
  const { runId } = held
  const end = async () => {
    await held.spawning
    context.signalRun(runId, signal.startsWith("SIG") ? signal : `SIG${signal}`)
    await context.emptied(runId)
    context.post(held, { tag: "emptied", run })
  }
  void end()
}

function startTimer(context: PerformContext, held: Supervised, effect: EffectOf<"start-timer">): void {
  const { run, timer, serial } = effect
  cancelTimer(held, timer)
  const delayMs = timer === "health" ? inRhythm(context, held, effect.delayMs) : effect.delayMs
  const dueMs = context.clock.monotonicMs() + delayMs
  const cancel = context.clock.schedule(delayMs, () => {
    held.timers.delete(timer)
    if (timer === "health") held.checkDueMs = dueMs
    context.post(held, { tag: TIMER_EVENTS[timer], run, serial })
  })
  held.timers.set(timer, cancel)
}

/**
 * The pause after a health check, less what a quick one took since it was due: checks of many services that meet would
 * otherwise stay together, and others join them, until all come at once.
 */
function inRhythm({ clock }: PerformContext, held: Supervised, pauseMs: number): number {
  const tookMs = clock.monotonicMs() - (held.checkDueMs ?? Number.POSITIVE_INFINITY)
  held.checkDueMs = undefined
  return Math.max(0, pauseMs - Math.min(Math.max(0, tookMs), QUICK_CHECK_MS))
}

function cancelTimer(held: Supervised, timer: string): void {
  held.timers.get(timer)?.()
  held.timers.delete(timer)
}

function checkHealth(context: PerformContext, held: Supervised, { run }: EffectOf<"check-health">): void {
  const [planned] =
    held.release === undefined
      ? []
      : context.planHooks(held, held.release, { event: "health-check", reason: "schedule" })
  if (planned === undefined) return context.post(held, { tag: "health-result", run, answer: "unknown" })
  const controller = new AbortController()
  held.hooks.set("health-check", controller)
  markRunning(context, held, planned)
  void runAnswering(context, held, planned, controller.signal).then((report) => {
    if (!controller.signal.aborted) held.running.delete(planned.hook.name)
    context.noteFiles(held)
    if (report === undefined) return
    const answer = healthAnswer(report)
    if (answer === undefined || controller.signal.aborted) return
    held.healthBefore = held.service.health.status
    held.healthOutput = report.firstOutput
    if (answer.tag === "failed") context.say(held, "HK", answer.message)
    context.post(held, { tag: "health-result", run, answer: answer.tag })
  })
}
