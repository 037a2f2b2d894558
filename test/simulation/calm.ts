import { breakInputs, flipBinds, wish } from "./chaos.ts"
import type { Deliver } from "./launcher.ts"
import { heading, isAlive, law, nextTask, plan, recordOf, type World } from "./world.ts"

const TASKS_MAX = 2_000
/** Deadlines of pre-stop, post-exit and post-stop, twice a shutdown timeout, and some kills. */
const STOP_MS_MAX = 180_000

/** Nothing fails any more, everything that was wanted is there, and time goes on until nothing moves. */
export function calmDown(world: World, deliver: Deliver): void {
  world.calm = true
  if (world.broken) breakInputs(world, deliver)
  if (!world.bindsMet) flipBinds(world, deliver)
  if (world.service.state.tag !== "gone" && world.random.chance(0.4)) {
    wish(world, deliver, world.random.pick(["start", "stop", "restart"]))
  }
  if (world.desired === "up") for (const end of world.hung) plan(world, 1, end)
  settle(world, world.desired !== "up")
}

function settle(world: World, stopping: boolean): void {
  for (let count = 0; isMoving(world); count++) {
    law(count < TASKS_MAX, `it never comes to rest: ${world.service.state.tag}`)
    if (!nextTask(world)) break
    const late = world.nowMs - world.ledger.wishedAtMs > STOP_MS_MAX && !isDown(world)
    law(!(stopping && late), "a stop takes for ever")
  }
}

function isDown({ service }: World): boolean {
  return service.state.tag === "down" || service.state.tag === "gone" || service.state.tag === "up"
}

/** Only the endless loop of health checks goes on. */
function isMoving(world: World): boolean {
  const { service, tasks, timers } = world
  const { state, health, life } = service
  if (state.tag === "up" && health.standing !== "ready" && service.settings.hooks.includes("health-check")) return true
  if (state.tag !== "up" && state.tag !== "down" && state.tag !== "gone") return true
  if (life.work !== "idle") return true
  const loop = timers.get("health")
  return (
    tasks.some((task) => !task.dropped && task !== loop) &&
    !(state.tag === "up" && health.checking && tasks.length <= 1)
  )
}

/** What must be true when all is calm; then the service is unloaded and nothing of it may be left. */
export function lawOfEnd(world: World, deliver: Deliver): void {
  const { service, desired, ledger } = world
  const { state, refused } = service
  if (desired === "up") {
    if (state.tag === "up") lawOfUp(world)
    else law(state.tag === "down" && state.why === ledger.rest, `it should be up and is ${state.tag}`)
  } else if (refused !== undefined && state.tag === "up") {
    law(heading(service) === "up", "refused")
  } else {
    law(state.tag === desired, `it should be ${desired} and is ${state.tag}`)
    if (state.tag === "down")
      law(state.why === "stopped" || state.why === "never-started" || state.why === ledger.rest, `down: ${state.why}`)
  }
  lawOfPostStop(world)
  if (state.tag === "gone") return law(world.forgotten === 1, "it was not forgotten once")
  world.ledger.wishedAtMs = world.nowMs
  deliver(world, { tag: "unload", reason: "unload", force: true })
  settle(world, true)
  law(world.service.state.tag === "gone" && world.forgotten === 1, "it was not forgotten")
  law(world.timers.size === 0, "a timer is left")
  for (const record of world.runs.values()) law(!isAlive(record), `something of run ${record.run} is left`)
  lawOfPostStop(world)
}

function lawOfUp(world: World): void {
  const { service, ledger } = world
  const record = recordOf(world, service.run)
  law(record.process?.alive === true, "up without a process")
  law(service.life.pid === 1000 + record.run, "up with another pid")
  law(!service.stale && service.life.work === "idle", "something is still to be done")
  law(world.disk === world.inputs, "the files are older than the inputs")
  law(service.bracket === "none", "a restart was not closed")
  law(service.health.standing === "ready" || !service.settings.hooks.includes("health-check"), "nobody saw it healthy")
  law(record.postStartOver || !service.settings.hooks.includes("post-start"), "post-start did not end")
  if (service.refused !== undefined) return
  const { texts } = record
  const { inputs } = world
  law(texts.init === inputs.init && texts.run === inputs.run, "it runs with an old text")
  law(texts["post-run"] === inputs["post-run"] && texts.config === inputs.config, "it runs with an old config")
  law(record.release === world.release, "it runs an old release")
  law(service.settings === world.settings, "it runs with old settings")
  law(service.run > ledger.renewAfter, "the restart did not happen")
}

/** post-stop ran after every run that is over and whose init was begun, once. */
function lawOfPostStop(world: World): void {
  const { service } = world
  if (!service.settings.hooks.includes("post-stop")) return
  for (const record of world.runs.values()) {
    const over = record.run < service.run || service.state.tag === "down" || service.state.tag === "gone"
    const begun = record.preStart !== "none" || record.spawn === "done"
    law(!over || !begun || record.lists.includes("post-stop"), `run ${record.run} ended without post-stop`)
  }
}
