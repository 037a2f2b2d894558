import type { Effect, ListOutcome, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Moment } from "../../src/supervisor/service/settings.ts"
import { lawOfHooks, lawOfRender, lawOfSpawn } from "./laws-of-effects.ts"
import { changesBetween, die, isAlive, type Live, law, plan, type RunRecord, recordOf, type World } from "./world.ts"

/** Tells the supervisor of now; a later one never hears of it. */
export type Deliver = (world: World, event: ServiceEvent) => void

const DEADLINES_MS: Partial<Record<Moment, number>> = {
  "pre-stop": 30_000,
  "post-stop": 30_000,
  "post-exit": 30_000,
  reconfigure: 60_000,
  "post-healthy": 60_000,
  "post-unhealthy": 60_000,
  "file-updated": 60_000,
}
const WITHOUT_DEADLINE_MS = 600_000

/** Does what the machine asks, as a launcher with real processes might: late, in any order, or badly. */
export function perform(world: World, effect: Effect, deliver: Deliver): void {
  if (effect.tag === "note") return
  const record = recordOf(world, effect.run)
  switch (effect.tag) {
    case "run-hooks":
      return runHooks(world, record, effect, deliver)
    case "cancel-hooks":
      return endAll(world, record, (live) => live.moment === effect.moment)
    case "render":
      return render(world, record, deliver)
    case "start-process":
      return spawn(world, record, deliver)
    case "terminate":
      return terminate(world, record, deliver)
    case "kill":
      return kill(world, record, deliver)
    case "check-health":
      return checkHealth(world, record, deliver)
    case "start-timer": {
      law(effect.delayMs >= 0 && effect.delayMs <= 120_000, `a ${effect.timer} timer of ${effect.delayMs} ms`)
      const running = world.timers.get(effect.timer)
      law(running === undefined || effect.timer === "kill", `a second ${effect.timer} timer`)
      if (running !== undefined) running.dropped = true
      const task = plan(world, effect.delayMs, () => {
        world.timers.delete(effect.timer)
        post(world, { tag: `${effect.timer}-timer`, run: effect.run, serial: effect.serial }, deliver)
      })
      world.timers.set(effect.timer, task)
      return
    }
    case "cancel-timer": {
      const running = world.timers.get(effect.timer)
      if (running !== undefined) running.dropped = true
      world.timers.delete(effect.timer)
      return
    }
    case "forget":
      world.forgotten += 1
      return
  }
}

/** Puts an event into the inbox of the supervisor of now. */
export function post(world: World, event: ServiceEvent, deliver: Deliver, delayMs = world.random.between(0, 9)): void {
  const { supervisor } = world
  plan(world, delayMs, () => {
    if (world.supervisor === supervisor) deliver(world, event)
  })
}

function live(world: World, record: RunRecord, kind: Live["kind"], moment?: Moment): Live {
  const one: Live = { kind, moment, stubborn: world.random.chance(world.habits.stubborn), alive: true }
  record.lives.push(one)
  return one
}

function runHooks(
  world: World,
  record: RunRecord,
  { moment }: Extract<Effect, { tag: "run-hooks" }>,
  deliver: Deliver,
): void {
  lawOfHooks(world, record, moment)
  const { random, habits, supervisor } = world
  record.lists.push(moment)
  record.dirty = true
  if (moment === "reconfigure") record.reconfigures += 1
  if (moment === "pre-start") record.preStart = "begun"
  if (moment === "pre-stop") record.preStops += 1
  const hangs = !world.calm && random.chance(habits.hanging)
  const deadlineMs = DEADLINES_MS[moment]
  const tookMs = hangs ? (deadlineMs ?? WITHOUT_DEADLINE_MS) : random.pick([1, 20, 200, 3_000])
  const hook = live(world, record, "hook", moment)
  const end = () => {
    if (!hook.alive) return
    die(hook)
    if (!world.calm && random.chance(habits.leaving)) live(world, record, "leftover")
    settleEmptied(world, record, deliver)
    if (world.supervisor !== supervisor) return
    const outcome = outcomeOf(world, moment, hangs && deadlineMs !== undefined)
    if (moment === "pre-start" && outcome.tag === "passed") record.preStart = "passed"
    post(world, { tag: "hooks-done", run: record.run, moment, outcome }, deliver)
  }
  hook.end = plan(world, tookMs, end)
  if (hangs && deadlineMs === undefined) world.hung.push(end)
}

function outcomeOf(world: World, moment: Moment, overran: boolean): ListOutcome {
  const { random, habits } = world
  const failing = moment === "pre-stop" || moment === "pre-restart" ? habits.refusing : habits.failing
  if (overran) return { tag: "timed-out", problem: "it overran" }
  if (world.calm || !random.chance(failing)) return { tag: "passed" }
  return { tag: "failed", problem: "it failed" }
}

/** Reads and writes in one piece, as the contract of `render` demands; only the answer is late. */
function render(world: World, record: RunRecord, deliver: Deliver): void {
  lawOfRender(world, record)
  record.renders += 1
  world.ledger.changed = false
  if (world.broken) return post(world, { tag: "render-failed", run: record.run, problem: "broken" }, deliver)
  const changes = changesBetween(world.disk, world.inputs)
  world.disk = world.inputs
  record.rendered = true
  post(world, { tag: "rendered", run: record.run, changes }, deliver)
}

function spawn(world: World, record: RunRecord, deliver: Deliver): void {
  lawOfSpawn(world, record)
  const { random } = world
  record.spawn = "asked"
  record.dirty = true
  record.texts = world.disk
  plan(world, random.pick([1, 5, 2_000]), () => {
    const given = record.terminating && random.chance(0.5)
    if (given || (!world.calm && random.chance(world.habits.failing * 0.3))) {
      record.spawn = "failed"
      post(world, { tag: "start-failed", run: record.run, problem: "no such file" }, deliver)
      return settleEmptied(world, record, deliver)
    }
    record.spawn = "done"
    record.process = live(world, record, "process")
    record.upSinceMs = world.nowMs
    post(world, { tag: "process-started", run: record.run, pid: 1000 + record.run }, deliver)
    if (record.terminating) return terminateAll(world, record, deliver)
    if (random.chance(world.habits.crashing)) {
      plan(world, random.pick([0, 500, 5_000, 15_000, 40_000]), () => {
        if (!world.calm) endProcess(world, record, deliver)
      })
    }
  })
}

/** The process ends by itself, or because it was told to. */
export function endProcess(world: World, record: RunRecord, deliver: Deliver): void {
  const { random } = world
  if (record.process?.alive !== true) return
  record.process.alive = false
  if (!world.calm && random.chance(world.habits.leaving)) live(world, record, "leftover")
  const status = random.chance(0.3)
    ? ({ tag: "exited", code: 0 } as const)
    : random.chance(0.5)
      ? ({ tag: "exited", code: 3 } as const)
      : ({ tag: "signaled", signal: "SIGKILL" } as const)
  record.exit = { tag: "process-exited", run: record.run, status }
  post(world, record.exit, deliver)
  settleEmptied(world, record, deliver)
}

function terminate(world: World, record: RunRecord, deliver: Deliver): void {
  law(!record.emptiedAsked, `run ${record.run} is terminated twice`)
  law(record.dirty, `run ${record.run} is terminated though nothing was started`)
  record.dirty = false
  record.terminating = true
  record.emptiedAsked = true
  terminateAll(world, record, deliver)
  settleEmptied(world, record, deliver)
}

function terminateAll(world: World, record: RunRecord, deliver: Deliver): void {
  for (const one of record.lives) {
    if (!one.alive || one.stubborn) continue
    plan(world, world.random.pick([0, 3, 700]), () => endOne(world, record, one, deliver))
  }
}

function kill(world: World, record: RunRecord, deliver: Deliver): void {
  law(record.terminating, `run ${record.run} is killed unasked`)
  const escapes = isAlive(record) && world.random.chance(world.habits.leaving)
  for (const one of record.lives) {
    if (one.alive) plan(world, 1, () => endOne(world, record, one, deliver))
  }
  if (escapes) live(world, record, "leftover")
}

function endOne(world: World, record: RunRecord, one: Live, deliver: Deliver): void {
  if (one.kind === "process") return endProcess(world, record, deliver)
  die(one)
  settleEmptied(world, record, deliver)
}

function endAll(_world: World, record: RunRecord, which: (live: Live) => boolean): void {
  for (const one of record.lives) if (which(one)) die(one)
}

function settleEmptied(world: World, record: RunRecord, deliver: Deliver): void {
  if (!record.emptiedAsked || isAlive(record)) return
  record.emptiedAsked = false
  post(world, { tag: "emptied", run: record.run }, deliver)
}

function checkHealth(world: World, record: RunRecord, deliver: Deliver): void {
  const { random, habits } = world
  law(!record.lives.some((one) => one.kind === "check" && one.alive), "two checks at once")
  law(world.service.state.tag === "up", "a check while not up")
  const check = live(world, record, "check")
  record.checks += 1
  plan(world, random.pick([1, 50, 4_000]), () => {
    if (!check.alive) return
    check.alive = false
    settleEmptied(world, record, deliver)
    const sick = !world.calm && random.chance(habits.sick)
    const answer = sick ? random.pick(["critical", "critical", "failed", "unknown", "warning"] as const) : "ok"
    post(world, { tag: "health-result", run: record.run, answer }, deliver)
  })
}
