import type { Reason, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import { newService } from "../../src/supervisor/service/service.ts"
import type { Settings } from "../../src/supervisor/service/settings.ts"
import { type Deliver, endProcess } from "./launcher.ts"
import { lateAnswer, randomNoise } from "./noise.ts"
import { changesBetween, die, FRESH_COUNTS, isAlive, law, PARTS, type RunRecord, type World } from "./world.ts"

type Happening = (world: World, deliver: Deliver) => void

/** What can happen to a service at any moment, and how often. */
const HAPPENINGS: readonly (readonly [number, Happening])[] = [
  [22, changeInputs],
  [5, breakInputs],
  [14, (world, deliver) => wish(world, deliver, "start")],
  [10, (world, deliver) => wish(world, deliver, "stop")],
  [14, (world, deliver) => wish(world, deliver, "restart")],
  [3, (world, deliver) => wish(world, deliver, "unload")],
  [8, flipBinds],
  [7, changePackage],
  [5, changeSettings],
  [3, (world, deliver) => deliver(world, { tag: "files-updated" })],
  [8, crashProcess],
  [4, replaceSupervisor],
  [6, makeNoise],
]

/** How often each kind of thing happens over all histories. */
export const WEIGHTS = HAPPENINGS.map(([weight]) => weight)

/** One thing happens, chosen by chance and the habits of this history. */
export function happen(world: World, deliver: Deliver): void {
  if (world.service.state.tag === "gone" && world.random.chance(0.7)) return loadAgain(world, deliver)
  const { weights } = world.habits
  let left = world.random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  for (let index = 0; index < weights.length; index++) {
    left -= weights[index] ?? 0
    if (left < 0) return HAPPENINGS[index]?.[1](world, deliver)
  }
}

/** Somebody wants something; what is wanted last is what counts. */
export function wish(world: World, deliver: Deliver, tag: "start" | "stop" | "restart" | "unload"): void {
  const { random } = world
  world.ledger.wishedAtMs = world.nowMs
  if (world.service.state.tag === "gone") return deliver(world, { tag, reason: "manual" })
  if (tag === "start") {
    world.desired = "up"
    return deliver(world, { tag, reason: "manual" })
  }
  const force = random.chance(world.habits.forcing)
  if (tag === "restart") {
    const reason: Reason = random.pick(["manual", "watch", "dependency"])
    if (reason === "manual" || world.service.state.tag !== "down") world.desired = desiredAfter(world, reason)
    return deliver(world, { tag, reason, force })
  }
  world.desired = tag === "stop" ? "down" : "gone"
  const reason: Reason = tag === "unload" ? "unload" : random.pick(["manual", "manual", "shutdown"])
  const timeout = random.chance(0.3) ? { timeoutMs: random.pick([0, 500, 20_000]) } : {}
  deliver(world, { tag, reason, force, ...timeout })
}

/** Only a restart by hand wants up what somebody stopped. */
function desiredAfter({ desired, service }: World, reason: Reason): World["desired"] {
  if (reason === "manual" || desired === "up") return "up"
  return service.state.tag === "up" && service.refused !== undefined ? "up" : desired
}

/** Changes some of the texts, or something templates can see without any effect on them. */
export function changeInputs(world: World, deliver: Deliver): void {
  const { random } = world
  const changed = PARTS.filter((part) => random.chance(part === "config" ? 0.5 : 0.12))
  world.inputs = { ...world.inputs, ...Object.fromEntries(changed.map((part) => [part, world.inputs[part] + 1])) }
  deliver(world, { tag: "inputs-changed" })
}

/** A template that cannot be rendered any more, or again. */
export function breakInputs(world: World, deliver: Deliver): void {
  world.broken = !world.broken
  world.inputs = { ...world.inputs, config: world.inputs.config + 1 }
  deliver(world, { tag: "inputs-changed" })
}

/** A strict bind comes or goes. */
export function flipBinds(world: World, deliver: Deliver): void {
  world.bindsMet = !world.bindsMet
  deliver(world, { tag: world.bindsMet ? "binds-met" : "binds-unmet" })
}

function changePackage(world: World, deliver: Deliver): void {
  world.release += 1
  world.settings = toggle(world, world.service.upcoming ?? world.service.settings, [
    "pre-start",
    "post-start",
    "install",
  ])
  deliver(world, { tag: "package-changed", settings: world.settings })
}

function changeSettings(world: World, deliver: Deliver): void {
  const { random, service } = world
  const change = (old: Settings): Settings => ({
    ...toggle(world, old, ["health-check", "pre-stop", "reconfigure", "post-unhealthy"]),
    shutdownTimeoutMs: random.pick([0, 1_000, 8_000]),
    onUnhealthy: random.pick(["none", "restart"]),
  })
  const settings = change(service.settings)
  const upcoming = service.upcoming && change(service.upcoming)
  world.settings = upcoming ?? settings
  deliver(world, { tag: "settings-changed", settings, ...(upcoming && { upcoming }) })
}

function toggle({ random }: World, settings: Settings, moments: Settings["hooks"]): Settings {
  const toggled = moments.filter(() => random.chance(0.3))
  const kept = settings.hooks.filter((moment) => !toggled.includes(moment))
  return { ...settings, hooks: [...kept, ...toggled.filter((moment) => !settings.hooks.includes(moment))] }
}

function crashProcess(world: World, deliver: Deliver): void {
  const record = world.runs.get(world.service.run)
  if (record !== undefined) endProcess(world, record, deliver)
}

function makeNoise(world: World, deliver: Deliver): void {
  const before = world.service
  const noise = world.random.chance(0.7) ? randomNoise(world) : lateAnswer(world)
  deliver(world, noise)
  const kept = noise.tag === "files-updated" ? before.state === world.service.state : before === world.service
  law(kept, `${noise.tag} while ${before.state.tag} changed something`)
}

/** The supervisor ends, by crash or by detaching; another one takes over what the launcher kept. */
function replaceSupervisor(world: World, deliver: Deliver): void {
  if ([...world.runs.values()].some((record) => record.spawn === "asked")) return
  if (world.service.state.tag === "gone") return
  if (world.random.chance(0.4)) {
    deliver(world, { tag: "detach" })
    makeNoise(world, deliver)
  }
  newSupervisor(world)
  const lastRun = Math.max(0, ...world.runs.keys())
  const { settings, nowMs, bindsMet } = world
  world.service = newService({ settings, nowMs, bindsMet, lastRun })
  const record = world.runs.get(lastRun)
  world.recovering = true
  if (record !== undefined) tellFound(world, deliver, record)
  if (record !== undefined && world.service.state.tag === "up" && record.release !== world.release) {
    deliver(world, { tag: "package-changed", settings })
  }
  world.recovering = false
  if (world.desired === "up") return deliver(world, { tag: "start", reason: "boot" })
  deliver(world, { tag: world.desired === "down" ? "stop" : "unload", reason: "manual" })
}

function newSupervisor(world: World): void {
  world.supervisor += 1
  for (const timer of world.timers.values()) timer.dropped = true
  world.timers.clear()
  Object.assign(world.ledger, FRESH_COUNTS)
}

/** The launcher knows what lives, what ended unseen and whether post-stop is still owed. */
function tellFound(world: World, deliver: Deliver, record: RunRecord): void {
  Object.assign(record, {
    checks: 0,
    renders: 0,
    reconfigures: 0,
    dirty: true,
    emptiedAsked: false,
    terminating: false,
    preStops: 0,
    refusals: 0,
  })
  const stopped = record.lists.includes("post-stop")
  const { run } = record
  if (record.spawn === "done" && !stopped && !record.told) {
    for (const one of record.lives) if (one.kind === "hook" || one.kind === "check") die(one)
    if (!record.postStartOver) removeList(record, "post-start")
    removeList(record, "post-restart")
    const found: ServiceEvent = {
      tag: "found-alive",
      run,
      pid: 1000 + run,
      upForMs: world.nowMs - record.upSinceMs,
      postStart: record.postStartOver ? "finished" : "unfinished",
      changes: changesBetween(record.texts, world.disk),
    }
    deliver(world, found)
    if (record.exit !== undefined) deliver(world, record.exit)
    return
  }
  const initialized = (record.preStart !== "none" || record.spawn === "done") && !stopped
  if (initialized || isAlive(record)) {
    removeList(record, "post-exit")
    record.ownEnd = false
    deliver(world, { tag: "found-leftovers", run, initialized })
  }
}

function removeList(record: RunRecord, moment: RunRecord["lists"][number]): void {
  const at = record.lists.indexOf(moment)
  if (at >= 0) record.lists.splice(at, 1)
}

function loadAgain(world: World, deliver: Deliver): void {
  newSupervisor(world)
  const { settings, nowMs, bindsMet } = world
  world.service = newService({ settings, nowMs, bindsMet, lastRun: Math.max(0, ...world.runs.keys()) })
  world.forgotten = 0
  wish(world, deliver, "start")
}
