import { momentsOf } from "../../src/supervisor/service/guards.ts"
import type { ServiceEvent } from "../../src/supervisor/service/messages.ts"
import { finishesService } from "../../src/supervisor/service/restart-policy.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import { heading, isComing, law, stopWasRefused, type World } from "./world.ts"

/** What is a failure is counted, blamed and answered by back-off and restart policy. */
export function lawOfFailure(world: World, before: Service, event: ServiceEvent): void {
  const { service: after, ledger } = world
  const unhealthy = turnedUnhealthy(world, before, event)
  const failed = isFailure(before, event)
  if (failed && event.tag === "process-exited" && finishesService(before.settings.restart, event.status)) {
    if (!stopWasRefused(before)) ledger.rest = "finished"
    return law(heading(after) !== "up", "a finished service starts again")
  }
  if (!failed && !unhealthy) return
  const moved = after.state.tag !== before.state.tag || after.run > before.run
  law(moved, `${event.tag} while ${before.state.tag} was not a failure`)
  ledger.restarts += 1
  law(after.restarts === ledger.restarts, `${after.restarts} restarts counted, ${ledger.restarts} happened`)
  const reason = unhealthy ? "unhealthy" : event.tag === "process-exited" ? "exit" : "init-failed"
  law(after.reason === reason, `hooks would be told ${after.reason}, not ${reason}`)
  lawOfBackoff(world, before, event)
  lawOfNext(world, before, { unhealthy, exited: event.tag === "process-exited" })
}

/** Where a failure leads: to another try, unless the policy or a stop that was refused says otherwise. */
function lawOfNext(
  world: World,
  before: Service,
  { unhealthy, exited }: { unhealthy: boolean; exited: boolean },
): void {
  const { service: after, ledger } = world
  if (stopWasRefused(before)) return law(heading(after) !== "up", "what somebody stopped starts again")
  if (exited || unhealthy)
    law(after.bracket !== "none" || after.state.tag === "down", "it restarts without pre-restart")
  const leftAlone = after.settings.restart === "no" && !unhealthy
  if (leftAlone) ledger.rest = "failed"
  const next = "next" in after.state ? after.state.next : after.state.tag === "down" ? after.state.why : "retry"
  law(next === (leftAlone ? "failed" : "retry"), `a failure leads to ${next}`)
}

function isFailure(before: Service, event: ServiceEvent): boolean {
  const was = before.state.tag
  switch (event.tag) {
    case "process-exited":
      return was === "starting" || was === "up"
    case "start-failed":
      return was === "starting"
    case "render-failed":
      return (was === "rendering" || was === "refreshing") && !before.stale
    case "hooks-done":
      if (event.outcome.tag === "passed") return false
      if (was === "up") return event.moment === "post-start"
      return (was === "preparing" || was === "initializing") && momentsOf(before)[0] === event.moment
    default:
      return false
  }
}

function turnedUnhealthy({ service: after }: World, before: Service, event: ServiceEvent): boolean {
  if (before.state.tag !== "up" || before.settings.onUnhealthy !== "restart") return false
  if (event.tag === "hooks-done") {
    return event.moment === "post-unhealthy" && before.health.standing === "unhealthy"
  }
  const turned = before.health.standing !== "unhealthy" && after.health.standing === "unhealthy"
  return event.tag === "health-result" && turned && !before.settings.hooks.includes("post-unhealthy")
}

function lawOfBackoff({ ledger, service: after, nowMs }: World, before: Service, event: ServiceEvent): void {
  const upForMs = before.life.upSinceMs === undefined ? 0 : nowMs - before.life.upSinceMs
  const policy = before.settings.backoff
  const leastMs = event.tag === "render-failed" ? 1_000 : 0
  if (policy.tag === "habitat") {
    const base = Math.min(policy.minimumMs, policy.maximumMs)
    const within = after.retryInMs >= base && after.retryInMs <= Math.max(policy.maximumMs, leastMs)
    return law(within, `a wait of ${after.retryInMs} ms`)
  }
  if (upForMs >= 30_000) Object.assign(ledger, { failures: 0, waits: 0 })
  ledger.failures += 1
  if (ledger.failures === 1 && upForMs >= 10_000) return law(after.retryInMs === 0, "the first failure waits")
  const mostMs = Math.min(60_000, 1000 * 2 ** ledger.waits)
  ledger.waits += 1
  law(after.retryInMs >= 0.74 * mostMs && after.retryInMs <= mostMs, `waits ${after.retryInMs} of ${mostMs} ms`)
}

/** A start is given up for a cause the world knows of. */
export function lawOfGivingUp(world: World, before: Service, event: ServiceEvent): void {
  const { service: after } = world
  const goesOn = after.run === before.run && (isComing(after.state.tag) || after.state.tag === "up")
  if (!isComing(before.state.tag) || goesOn || isFailure(before, event)) return
  const causes = ["restart", "stop", "unload", "package-changed", "detach"]
  const bindsWent = event.tag === "rendered" && !world.bindsMet && before.state.tag === "rendering"
  law(bindsWent || causes.includes(event.tag), `a start is given up because of ${event.tag}`)
}
