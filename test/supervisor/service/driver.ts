import type { Effect, ListOutcome, Note, ServiceEvent } from "../../../src/supervisor/service/messages.ts"
import { newService, type Service } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS, type Moment, type Settings } from "../../../src/supervisor/service/settings.ts"
import { transition } from "../../../src/supervisor/service/transition.ts"

export const PASSED: ListOutcome = { tag: "passed" }
export const FAILED: ListOutcome = { tag: "failed", problem: "it exited with status 1" }
export const TIMED_OUT: ListOutcome = { tag: "timed-out", problem: "it ran longer than 30 s" }
export const CRASH = { tag: "signaled", signal: "SIGKILL" } as const

/** One service whose events a test tells by hand. */
export type Driver = Readonly<{
  service: () => Service
  /** `up`, or `stopping{retry}` where there is a next. */
  state: () => string
  /** Gives an event to the machine; returns what is asked for: `run-hooks pre-start`, `render`, `start-timer retry 1000`. */
  send: (event: ServiceEvent) => string[]
  /** As `send`, with the answers of the current run. */
  hooks: (moment: Moment, outcome?: ListOutcome) => string[]
  rendered: (change?: { hooks?: ("init" | "run" | "post-run" | "reconfigure")[]; config?: string[] }) => string[]
  started: () => string[]
  exited: (status?: Extract<ServiceEvent, { tag: "process-exited" }>["status"]) => string[]
  emptied: () => string[]
  timer: (name: "kill" | "retry" | "health") => string[]
  notes: () => readonly Note[]
  pass: (ms: number) => void
}>

/** A loaded service with these settings; chance is always 0. */
export function createDriver(settings: Partial<Settings> = {}, bindsMet = true): Driver {
  let nowMs = 0
  let service = newService({ settings: { ...DEFAULT_SETTINGS, ...settings }, nowMs, bindsMet })
  let notes: Note[] = []
  const send = (event: ServiceEvent) => {
    const outcome = transition(service, event, { nowMs, random: 0 })
    service = outcome.service
    notes = outcome.effects.flatMap((effect) => (effect.tag === "note" ? [effect.note] : []))
    return outcome.effects.filter((effect) => effect.tag !== "note").map(inWords)
  }
  const run = () => service.run
  return {
    send,
    service: () => service,
    state: () => ("next" in service.state ? `${service.state.tag}{${service.state.next}}` : service.state.tag),
    hooks: (moment, outcome = PASSED) => send({ tag: "hooks-done", run: run(), moment, outcome }),
    rendered: ({ hooks = [], config = [] } = {}) => send({ tag: "rendered", run: run(), changes: { hooks, config } }),
    started: () => send({ tag: "process-started", run: run(), pid: 100 + run() }),
    exited: (status = CRASH) => send({ tag: "process-exited", run: run(), status }),
    emptied: () => send({ tag: "emptied", run: run() }),
    timer: (name) => send({ tag: `${name}-timer`, run: run(), serial: service.timerSerial }),
    notes: () => notes,
    pass: (ms) => {
      nowMs += ms
    },
  }
}

function inWords(effect: Effect): string {
  switch (effect.tag) {
    case "run-hooks":
    case "cancel-hooks":
      return `${effect.tag} ${effect.moment}`
    case "start-timer":
      return `start-timer ${effect.timer} ${effect.delayMs}`
    case "cancel-timer":
      return `cancel-timer ${effect.timer}`
    default:
      return effect.tag
  }
}

/** A service without hooks before its start, brought up. */
export function upDriver(settings: Partial<Settings> = {}): Driver {
  const driver = createDriver(settings)
  driver.send({ tag: "start", reason: "boot" })
  driver.rendered()
  driver.started()
  return driver
}
