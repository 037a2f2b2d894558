import type { HookFile } from "../../src/hooks/events.ts"
import type { Changes } from "../../src/supervisor/service/change-response.ts"
import type { Reason, ServiceEvent, TimerName } from "../../src/supervisor/service/messages.ts"
import { backoffPolicy } from "../../src/supervisor/service/restart-policy.ts"
import type { Row } from "../../src/supervisor/service/row.ts"
import { newService, type Service, type StateTag } from "../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS, MOMENTS, type Moment, type Settings } from "../../src/supervisor/service/settings.ts"
import type { Transition } from "../../src/supervisor/service/transition.ts"
import type { Random } from "./random.ts"

/** What a supervisor that just started has counted of a service. */
export const FRESH_COUNTS = {
  failures: 0,
  waits: 0,
  restarts: 0,
  forced: false,
  changed: false,
  renewAfter: 0,
  rest: undefined,
} as const

/** Something a supervisor's machine lets run. It may ignore SIGTERM. */
export type Live = {
  readonly kind: "process" | "hook" | "check" | "leftover"
  readonly moment: Moment | undefined
  readonly stubborn: boolean
  alive: boolean
  /** Its end by itself. */
  end?: Task
}

/** Versions of every text that templates make. */
export const PARTS = ["init", "run", "post-run", "reconfigure", "config"] as const
export type Part = (typeof PARTS)[number]
export type Texts = Readonly<Record<Part, number>>

/** What the launcher knows of one run, whichever supervisor asked. */
export type RunRecord = {
  readonly run: number
  readonly release: number
  readonly lives: Live[]
  /** Lists that were begun, in order. */
  readonly lists: Moment[]
  rendered: boolean
  preStart: "none" | "begun" | "passed"
  spawn: "none" | "asked" | "done" | "failed"
  process: Live | undefined
  /** Set when the process ended; `told` once a supervisor heard of it. */
  exit: Extract<ServiceEvent, { tag: "process-exited" }> | undefined
  told: boolean
  upSinceMs: number
  /** What the process was started with, config as the last reconfigure took it. */
  texts: Texts
  postStartOver: boolean
  /** Health checks asked for and not answered. */
  checks: number
  /** Renderings and reconfigures that are not answered. */
  renders: number
  reconfigures: number
  /** Something was started since it was found empty. */
  dirty: boolean
  /** Its process ended by itself while nobody wanted that. */
  ownEnd: boolean
  terminating: boolean
  emptiedAsked: boolean
  preStops: number
  refusals: number
}

export type Task = { readonly atMs: number; readonly run: () => void; dropped: boolean }

/** How things tend to go in one history. */
export type Habits = Readonly<{
  failing: number
  refusing: number
  forcing: number
  hanging: number
  stubborn: number
  leaving: number
  crashing: number
  sick: number
  /** How likely something happens before the next task. */
  busy: number
  /** How often each kind of thing happens: some never, so that others get their turn. */
  weights: readonly number[]
}>

/** What the laws remember to judge later steps by. */
export type Ledger = {
  failures: number
  waits: number
  restarts: number
  /** A hook may not refuse what is under way. */
  forced: boolean
  /** Something changed while the run ended: no back-off is waited for. */
  changed: boolean
  /** The run that a restart was to end. */
  renewAfter: number
  /** Why the service may be down though it is wanted. */
  rest: "finished" | "failed" | undefined
  /** A restart has begun with pre-restart and was not closed with post-restart. */
  lastReason: Reason
  wishedAtMs: number
}

export type World = {
  readonly random: Random
  readonly machine: Transition
  readonly habits: Habits
  /** Rows that answered, for the tests of the rows. */
  readonly fired: Set<Row> | undefined
  readonly trail: string[] | undefined
  nowMs: number
  tasks: Task[]
  service: Service
  /** Counts supervisors: what is meant for a dead one is lost. */
  supervisor: number
  readonly runs: Map<number, RunRecord>
  readonly timers: Map<TimerName, Task>
  inputs: Texts
  disk: Texts
  broken: boolean
  bindsMet: boolean
  release: number
  settings: Settings
  desired: "up" | "down" | "gone"
  calm: boolean
  /** A new supervisor is being told what it takes over. */
  recovering: boolean
  forgotten: number
  /** Ends hooks that have no deadline and hang. */
  hung: (() => void)[]
  ledger: Ledger
}

const SOME_MOMENTS: readonly (Moment | "health-check")[] = [...MOMENTS, "health-check"]

export type WorldOptions = Readonly<{
  random: Random
  machine: Transition
  /** How often each kind of thing happens over all histories. */
  happenings: readonly number[]
  fired?: Set<Row> | undefined
  trail?: string[] | undefined
}>

/** A machine with one service that was just loaded. What follows depends on the random numbers alone. */
export function createWorld({ random, machine, happenings, fired, trail }: WorldOptions): World {
  const settings = randomSettings(random)
  const bindsMet = random.chance(0.8)
  const texts: Texts = { init: 1, run: 1, "post-run": 1, reconfigure: 1, config: 1 }
  return {
    random,
    machine,
    habits: {
      failing: random.pick([0, 0.05, 0.3]),
      refusing: random.pick([0, 0.4, 0.9]),
      forcing: random.pick([0, 0.2, 0.7]),
      hanging: random.pick([0, 0.05, 0.2]),
      stubborn: random.pick([0, 0.3]),
      leaving: random.pick([0, 0.2]),
      crashing: random.pick([0, 0.2, 0.7]),
      sick: random.pick([0, 0.3, 0.8]),
      busy: random.pick([0.15, 0.3, 0.5]),
      weights: happenings.map((weight) => weight * random.pick([0, 0.3, 1, 1, 3])),
    },
    fired,
    trail,
    nowMs: 0,
    tasks: [],
    service: newService({ settings, nowMs: 0, bindsMet }),
    supervisor: 1,
    runs: new Map(),
    timers: new Map(),
    inputs: texts,
    disk: { init: 0, run: 0, "post-run": 0, reconfigure: 0, config: 0 },
    broken: false,
    bindsMet,
    release: 1,
    settings,
    desired: "down",
    calm: false,
    recovering: false,
    forgotten: 0,
    hung: [],
    ledger: { ...FRESH_COUNTS, lastReason: "load", wishedAtMs: 0 },
  }
}

/** Options and hooks of a release, at random. */
export function randomSettings(random: Random): Settings {
  const density = random.pick([0.2, 0.6, 0.9])
  const flags = random.pick([
    {},
    {},
    {},
    { minimumSec: 0, maximumSec: 0 },
    { minimumSec: 2, maximumSec: 20, cooldownSec: 20 },
  ])
  return {
    ...DEFAULT_SETTINGS,
    hooks: SOME_MOMENTS.filter(() => random.chance(density)),
    restart: random.pick(["always", "always", "always", "on-failure", "no"]),
    backoff: backoffPolicy(flags),
    shutdownTimeoutMs: random.pick([0, 1_000, 8_000]),
    healthIntervalMs: random.pick([2_000, 30_000, 45_000]),
    healthFailureThreshold: random.pick([1, 2, 3]),
    onUnhealthy: random.pick(["none", "restart"]),
  }
}

/** Runs `work` later. */
export function plan(world: World, delayMs: number, work: () => void): Task {
  const task: Task = { atMs: world.nowMs + delayMs, run: work, dropped: false }
  world.tasks.push(task)
  return task
}

/** Takes the next task, moving time to it. False when there is none. */
export function nextTask(world: World): boolean {
  const { tasks } = world
  let chosen = -1
  let atMs = Number.POSITIVE_INFINITY
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index]
    if (task !== undefined && task.atMs < atMs) {
      atMs = task.atMs
      chosen = index
    }
  }
  const task = tasks[chosen]
  if (task === undefined) return false
  tasks.splice(chosen, 1)
  if (task.dropped) return nextTask(world)
  world.nowMs = task.atMs
  task.run()
  return true
}

/** What the launcher knows of a run. */
export function recordOf(world: World, run: number): RunRecord {
  const known = world.runs.get(run)
  if (known !== undefined) return known
  const record: RunRecord = {
    run,
    release: world.release,
    lives: [],
    lists: [],
    rendered: false,
    preStart: "none",
    spawn: "none",
    process: undefined,
    exit: undefined,
    told: false,
    upSinceMs: 0,
    texts: world.disk,
    postStartOver: false,
    checks: 0,
    renders: 0,
    reconfigures: 0,
    dirty: false,
    ownEnd: false,
    terminating: false,
    emptiedAsked: false,
    preStops: 0,
    refusals: 0,
  }
  world.runs.set(run, record)
  return record
}

/** It ends now; what it would have done later does not happen. */
export function die(live: Live): void {
  live.alive = false
  if (live.end !== undefined) live.end.dropped = true
}

/** True while anything of the run is alive or about to be. */
export function isAlive(record: RunRecord): boolean {
  return record.spawn === "asked" || record.lives.some((live) => live.alive)
}

/** What differs between two sets of texts, as a rendering reports it. */
export function changesBetween(from: Texts, to: Texts): Changes {
  const differing = PARTS.filter((part) => from[part] !== to[part])
  return {
    hooks: differing.filter((part): part is Extract<HookFile, Part> => part !== "config"),
    config: differing.includes("config") ? ["app.conf"] : [],
  }
}

/** Where the service is going, whatever it does at the moment. */
export function heading({ state }: Service): "up" | "down" | "gone" {
  if (state.tag === "down") return "down"
  if (state.tag === "gone" || state.tag === "detached") return "gone"
  if (!("next" in state)) return "up"
  if (state.next === "gone") return "gone"
  return state.next === "start" || state.next === "retry" ? "up" : "down"
}

/** A run has begun and its process is not there yet. */
export function isComing(state: StateTag): boolean {
  return ["preparing", "rendering", "initializing", "refreshing", "starting"].includes(state)
}

/** A hook keeps a service that somebody wants down. */
export function stopWasRefused({ refused }: Service): boolean {
  return refused?.next === "down" || refused?.next === "gone"
}

/** Somebody wants it up: what failed before does not count any more. */
export function forgetFailures({ ledger, service: { backoff, restarts } }: World): void {
  Object.assign(ledger, { failures: 0, waits: 0, restarts: 0, rest: undefined })
  law(backoff.failures === 0 && restarts === 0, "failures were not forgotten")
}

/** A law did not hold: the history fails. */
export class LawBroken extends Error {}

/** Insists on a law. */
export function law(holds: boolean, text: string): asserts holds {
  if (!holds) throw new LawBroken(text)
}
