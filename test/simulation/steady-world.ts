import { createLocalStore } from "../../src/cluster/local-store.ts"
import type { MemberRecord } from "../../src/cluster/ring/records.ts"
import { joinRing } from "../../src/cluster/ring/ring.ts"
import { type RolloutPart, takePartInUpdates } from "../../src/cluster/ring/rollout-part.ts"
import { type FullIdent, parseFullIdent, parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { NO_CHANGES } from "../../src/supervisor/service/change-response.ts"
import type { Effect, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import { newService, type Service } from "../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS, type Settings } from "../../src/supervisor/service/settings.ts"
import { transition } from "../../src/supervisor/service/transition.ts"
import { defaultSpec } from "../../src/supervisor/spec/spec.ts"
import type { Supervised } from "../../src/supervisor/supervised.ts"
import { updateSelf } from "../../src/supervisor/updates/update-self.ts"
import { updateStatusOf } from "../../src/supervisor/updates/update-status.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { settle } from "../support/settle.ts"
import { createRandom } from "./random.ts"

const GROUP = "web.default"
const RETRY_MS = 60_000
const HOUR_MS = 3_600_000
const TIMER_EVENTS = { kill: "kill-timer", retry: "retry-timer", health: "health-timer" } as const

type Held = { -readonly [Fact in "service" | "release" | "upcoming" | "rollout"]: Supervised[Fact] } & Supervised

const releaseOf = (ident: FullIdent) =>
  ({ pkg: { ident, path: stringifyIdent(ident) } }) as unknown as NonNullable<Supervised["release"]>
const version = (n: number) => parseFullIdent(`a/web/${n}/1`)

/** One service without a health check that follows a channel, under supervisors that come and go. */
export function createSteadyWorld(seed: number) {
  const random = createRandom(seed)
  const clock = fakeClock(1_700_000_000_000)
  const disk = { saved: { revision: 0, entries: [] as never[] }, isFull: false }
  const settings: Settings = { ...DEFAULT_SETTINGS, hooks: random.chance(0.3) ? (["pre-stop"] as const) : [] }
  const spec = { ...defaultSpec(parseIdent("a/web"), {}), updateStrategy: "at-once" as const }
  const own = random.chance(0.5) ? { ...spec.own, rollbackAfterSec: 20 } : spec.own
  const held = { spec: { ...spec, own }, group: GROUP, leaving: false } as unknown as Held
  held.release = releaseOf(version(1))
  held.service = newService({ settings, nowMs: 0, bindsMet: true })
  const world = { head: 1, isCalm: false, life: 0, upSince: 0 }

  const timers = new Map<string, () => void>()
  const queue: ServiceEvent[] = []
  let isBusy = false
  const post = (event: ServiceEvent) => {
    queue.push(event)
    if (isBusy) return
    isBusy = true
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next)
    isBusy = false
  }
  const take = (event: ServiceEvent) => {
    const before = held.service
    const { service, effects } = transition(before, event, { nowMs: clock.monotonicMs(), random: random.next() })
    held.service = service
    if (service.run !== before.run && event.tag !== "found-alive") {
      held.release = held.upcoming ?? held.release
      held.upcoming = undefined
    }
    if (service.state.tag === "up" && before.state.tag !== "up") world.upSince = clock.monotonicMs()
    for (const effect of effects) perform(effect)
    held.rollout?.look()
  }
  /** What comes from outside comes to the supervisor that asked. */
  const later = (delayMs: number, event: ServiceEvent | (() => ServiceEvent)) => {
    const { life } = world
    return clock.schedule(delayMs, () => {
      if (life === world.life) post(typeof event === "function" ? event() : event)
    })
  }
  const perform = (effect: Effect) => {
    const { run } = effect
    switch (effect.tag) {
      case "render":
        return void later(random.next() * 50, { tag: "rendered", run, changes: NO_CHANGES })
      case "start-process":
        return void later(random.next() * 500, { tag: "process-started", run, pid: run })
      case "terminate":
        later(random.next() * 1_000, { tag: "process-exited", run, status: { tag: "signaled", signal: "SIGTERM" } })
        return void later(1_000 + random.next() * 1_000, { tag: "emptied", run })
      case "run-hooks": {
        const refuses = !world.isCalm && random.chance(0.5)
        const outcome = refuses ? ({ tag: "failed", problem: "no" } as const) : ({ tag: "passed" } as const)
        return void later(random.next() * 500, { tag: "hooks-done", run, moment: effect.moment, outcome })
      }
      case "start-timer": {
        const { timer, serial, delayMs } = effect
        timers.get(timer)?.()
        return void timers.set(timer, later(delayMs, { tag: TIMER_EVENTS[timer], run, serial }))
      }
      case "cancel-timer":
        timers.get(effect.timer)?.()
    }
  }
  const goOverTo = (to: FullIdent) => {
    held.upcoming = releaseOf(to)
    post({ tag: "package-changed", settings, because: "update" })
  }
  const supervise = () => {
    const journal = {
      read: () => disk.saved,
      write: (state: typeof disk.saved) => {
        if (disk.isFull) return "the disk is full"
        disk.saved = state
        return undefined
      },
    }
    const member = { instance: "", version: "1", leaving: false, sys: {} } as unknown as MemberRecord
    const ring = joinRing(
      { store: createLocalStore(journal as never, 0), clock, random: random.next, say: () => undefined },
      { ring: "local", memberId: "m", ttlMs: 2 ** 31, member },
    )
    const pause = () => new Promise<void>((resolve) => void clock.schedule(random.next() * 5_000, resolve))
    const part = takePartInUpdates({
      ...{ ring, name: "local", group: GROUP, clock, retryMs: RETRY_MS },
      actions: {
        self: () => updateSelf(held, false, clock.monotonicMs()),
        install: () => pause().then(() => world.isCalm || random.chance(0.7)),
        goOver: (to) => goOverTo(parseFullIdent(to)),
        settle: pause,
        rejected: () => undefined,
        notWritten: () => undefined,
      },
    })
    held.rollout = part
    search(part)
  }
  const search = (part: RolloutPart) => {
    if (held.rollout !== part) return
    void part.search(async ({ current, rejected }) => {
      await settle()
      const to = stringifyIdent(version(world.head))
      return to === current || to === rejected ? undefined : { to, tag: "update", follows: true }
    })
    clock.schedule(3_000, () => search(part))
  }
  /** The supervisor is killed; its service lives, and the clock of the machine may have been set meanwhile. */
  const resupervise = () => {
    const { service } = held
    held.rollout?.stop(false)
    held.rollout = undefined
    world.life += 1
    timers.clear()
    const { pid } = service.life
    const fresh: Service = newService({ settings, nowMs: clock.monotonicMs(), bindsMet: true, lastRun: service.run })
    held.service = fresh
    held.upcoming = undefined
    supervise()
    const upForMs = clock.monotonicMs() - world.upSince
    const { run } = service
    if (pid === undefined) post({ tag: "start", reason: "boot" })
    else post({ tag: "found-alive", run, pid, upForMs, postStart: "finished", changes: NO_CHANGES })
  }
  const happenings: readonly [() => void, ...(() => void)[]] = [
    () => (world.head += 1),
    () => post({ tag: "restart", reason: "manual" }),
    () => post({ tag: "stop", reason: "manual" }),
    () => post({ tag: "start", reason: "manual" }),
    () => post({ tag: "settings-changed", settings }),
    () => goOverTo(version(world.head)),
    () => (disk.isFull = !disk.isFull),
    () => clock.setBack(random.chance(0.5) ? HOUR_MS : -HOUR_MS),
    resupervise,
    () => {
      const { run, life } = held.service
      if (life.pid !== undefined) post({ tag: "process-exited", run, status: { tag: "exited", code: 1 } })
    },
  ]
  const pass = async (ms: number, stepMs = 500) => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(stepMs)
      await settle()
    }
  }
  supervise()
  post({ tag: "start", reason: "load" })
  return {
    held,
    happen: () => random.pick(happenings)(),
    pass,
    chance: random.chance,
    /** Nothing happens any more; whatever is on its way comes to its end. */
    async calmDown() {
      world.isCalm = true
      disk.isFull = false
      post({ tag: "start", reason: "manual" })
      // What was refused is tried again at the next change.
      post({ tag: "inputs-changed" })
      await pass(RETRY_MS * 2 + 60_000, 1_000)
    },
    status: () => updateStatusOf(held),
  }
}
