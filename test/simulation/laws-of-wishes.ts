import { momentsOf } from "../../src/supervisor/service/guards.ts"
import type { ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import { lawOfBracket } from "./laws-of-changes.ts"
import { forgetFailures, heading, isComing, law, stopWasRefused, type World } from "./world.ts"

type WishEvent = Extract<ServiceEvent, { tag: "start" | "restart" | "stop" | "unload" }>

/** The last wish wins, at once and whatever was under way. */
export function lawOfWish(world: World, before: Service, event: WishEvent): void {
  const { service: after, ledger } = world
  if (event.tag === "stop" || event.tag === "unload") {
    lawOfStop(world, before, event)
  } else if (
    event.tag === "restart" &&
    event.reason !== "manual" &&
    heading(before) !== "up" &&
    ledger.rest === undefined
  ) {
    return law(after === before, `a ${event.reason} restart started what somebody stopped`)
  } else {
    lawOfStart(world, before, event)
  }
  law(after.reason === event.reason, `hooks would be told ${after.reason}, not ${event.reason}`)
  lawOfKillTimer(world, before, event)
  lawOfForce(world, before, event)
}

function lawOfStop(world: World, before: Service, event: WishEvent): void {
  const { service: after, ledger } = world
  const was = before.state.tag
  law(heading(after) === (event.tag === "stop" ? "down" : "gone"), `a ${event.tag} while ${was} was not heeded`)
  law(after.bracket === "none", `a ${event.tag} left a restart open`)
  const next = "next" in after.state ? after.state.next : "down"
  law(event.tag === "unload" || next === "down", "a stop that was asked for is no other end")
  law(was !== "leaving" || momentsOf(after)[0] !== "pre-restart", "pre-restart goes on though a stop is wished")
  ledger.rest = undefined
  ledger.renewAfter = 0
}

function lawOfStart(world: World, before: Service, event: WishEvent): void {
  const { service: after, ledger } = world
  const was = before.state.tag
  law(heading(after) === "up" && after.state.tag !== "waiting", `a ${event.tag} while ${was} was not heeded`)
  if ("next" in after.state) law(after.state.next === "start", `a ${event.tag} waits for a back-off`)
  forgetFailures(world)
  if (event.tag === "restart") {
    ledger.renewAfter = before.run
    if (was === "up") lawOfBracket(after, "a restart")
    return
  }
  if (isComing(was)) law(after.run === before.run && after.stale === before.stale, "start disturbs a start")
  if (was !== "up") return
  law(!stopWasRefused(after), "start left a refusal")
  const acts = after.stale || after.life.work !== "idle" || !stopWasRefused(before)
  law(acts, "what was rendered before a start took back a stop is forgotten")
}

/** How long a stop may take is what was asked last. */
function lawOfKillTimer(world: World, before: Service, event: WishEvent): void {
  if (before.state.tag !== "stopping") return
  if ("timeoutMs" in event && event.timeoutMs !== undefined) {
    const due = world.timers.get("kill")?.atMs === world.nowMs + event.timeoutMs
    return law(due, "the timeout of a stop was not heeded")
  }
  law(world.service.timerSerial === before.timerSerial, "a wish without timeout moved the kill")
}

/** Force cuts lists short, nothing else does; but post-stop still follows a post-exit that was cut. */
function lawOfForce(world: World, before: Service, event: WishEvent): void {
  const { ledger, service: after } = world
  const was = before.state.tag
  const byForce = "force" in event && event.force === true
  const forced = byForce || event.reason === "shutdown"
  if (was === "up") ledger.forced = forced
  if (was === "leaving") ledger.forced ||= forced
  if (was !== "leaving" && was !== "cleaning") return
  const [running, following] = momentsOf(before)
  if (byForce && event.reason !== "shutdown") {
    const goesOn = was === "cleaning" && following === "post-stop" && momentsOf(after)[0] === "post-stop"
    const follows = was === "cleaning" && following !== undefined && before.settings.hooks.includes(following)
    return law(follows ? goesOn : after.state.tag !== was, "a forced wish waits for hooks")
  }
  const cut = running === "pre-restart" && (event.tag === "stop" || event.tag === "unload")
  law(cut || momentsOf(after)[0] === running, `a wish without force cut ${running}`)
}
