import { momentsOf } from "../../src/supervisor/service/guards.ts"
import type { ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import { lawOfBracket, lawOfReconfigured } from "./laws-of-changes.ts"
import { lawOfFailure } from "./laws-of-failures.ts"
import { lawOfWish } from "./laws-of-wishes.ts"
import { forgetFailures, isComing, law, recordOf, stopWasRefused, type World } from "./world.ts"

/** What every event must have done, judged by the event and the world alone. */
export function lawOfStep(world: World, before: Service, event: ServiceEvent): void {
  const { service: after } = world
  const was = before.state.tag
  if (was === "gone" || was === "detached") return law(after === before, `${event.tag} changed what is over`)
  if ("run" in event && !event.tag.startsWith("found") && event.run !== before.run) {
    return law(after === before, `a late ${event.tag} changed the service`)
  }
  lawOfFailure(world, before, event)
  switch (event.tag) {
    case "start":
    case "restart":
    case "stop":
    case "unload":
      return lawOfWish(world, before, event)
    case "hooks-done":
      return lawOfList(world, before, event)
    case "process-exited":
      if (recordOf(world, event.run).exit !== event) return
      return law(after.lastExit === event.status && after.life.pid === undefined, "the end was not recorded")
    default:
      return lawOfSurroundings(world, before, event)
  }
}

function lawOfSurroundings(world: World, before: Service, event: ServiceEvent): void {
  const { service: after, ledger } = world
  const was = before.state.tag
  const ending = was === "stopping" || was === "cleaning"
  switch (event.tag) {
    case "binds-met":
    case "binds-unmet":
      law(after.bindsMet === world.bindsMet, `${event.tag} was not noted`)
      if (event.tag === "binds-unmet") return
      if (ending) ledger.changed = true
      return law(after.state.tag !== "waiting", "binds did not end the wait")
    case "inputs-changed":
      if (ending || was === "leaving") ledger.changed = true
      return law(after.state.tag !== "waiting", "changed inputs did not end the wait")
    case "package-changed":
      if (ending) ledger.changed = true
      law(after.state.tag !== "waiting", "a new release did not end the wait")
      return lawOfRelease(world, before)
    case "settings-changed":
      law(after.settings === event.settings, "the settings were not taken")
      return law(after.state.tag === was, "settings changed the state")
    case "files-updated":
      law(after.state.tag === was, "files-updated changed the state")
      if (was !== "up" || !before.settings.hooks.includes("file-updated")) return
      return law(recordOf(world, before.run).lists.at(-1) === "file-updated", "file-updated did not run")
    case "detach":
      return law(after.state.tag === "detached", "it was not let go")
    case "found-alive":
      return law(
        was !== "down" || (after.state.tag === "up" && after.life.pid === event.pid),
        "what lives was not found",
      )
    default:
      return
  }
}

/** Nothing of an old release is started, and what runs of it makes place. */
function lawOfRelease(world: World, before: Service): void {
  const { service: after } = world
  const was = before.state.tag
  const asked = was === "up" && before.refused === undefined
  if (!isComing(was) && !asked) return
  forgetFailures(world)
  law(after.reason === "update", `a new release is no ${after.reason}`)
  law(after.bracket !== "none", "a new release starts without pre-restart")
}

/** Lists that decide something: what refuses, what ends a start, what comes after the end. */
function lawOfList(world: World, before: Service, event: Extract<ServiceEvent, { tag: "hooks-done" }>): void {
  const { service: after } = world
  const { state } = before
  const passed = event.outcome.tag === "passed"
  const isCurrent = momentsOf(before)[0] === event.moment
  if (state.tag === "initializing" && after.state.tag === "refreshing")
    law(before.stale, "rendered again for no change")
  if (state.tag === "leaving") {
    if (isCurrent) return lawOfRefusal(world, before, event)
    law(after.state === state, `${event.moment} ended the leaving`)
  }
  if (state.tag === "cleaning" && isCurrent && !passed) lawOfPrevention(world, state.next, event.moment)
  if (state.tag === "up" && event.moment === "reconfigure") lawOfReconfigured(before, passed, after)
  const decides = state.tag === "up" && (event.moment === "post-start" || event.moment === "post-unhealthy")
  if (event.outcome.tag !== "passed" && (state.tag === "up" || state.tag === "leaving") && !decides) {
    law(after.life.degraded === event.outcome.problem, "nobody sees that a hook failed")
  }
}

/** A hook that says no keeps the process, unless force or shutdown is behind it. */
function lawOfRefusal(world: World, before: Service, event: Extract<ServiceEvent, { tag: "hooks-done" }>): void {
  const { service: after, ledger } = world
  if (before.state.tag !== "leaving") return
  const skipped = after.state.tag === "stopping" && event.moment === "pre-restart"
  law(!skipped || !before.settings.hooks.includes("pre-stop"), "pre-stop was skipped")
  const refuses = event.outcome.tag === "failed" && !ledger.forced
  law((after.state.tag === "up") === refuses, refuses ? "a refusal was not heeded" : "a refusal out of nothing")
  if (!refuses) return
  recordOf(world, event.run).refusals += 1
  law(after.refused?.next === before.state.next, "what was refused is not remembered")
  law(after.bracket === "none", "a refused restart stays open")
}

/** A failed post-exit prevents a restart by itself, a failed post-stop every start. */
function lawOfPrevention(world: World, wished: string, moment: string): void {
  const { state } = world.service
  const prevented = moment === "post-stop" ? wished !== "down" && wished !== "gone" : wished === "retry"
  const next = "next" in state ? state.next : state.tag === "down" ? state.why : "start"
  law((next === "failed") === (prevented || wished === "failed"), `a failed ${moment} leads to ${next}`)
  if (prevented) world.ledger.rest = "failed"
}

/** A process is only told to go for a cause the world knows of, and is asked first. */
export function lawOfLeaving(world: World, before: Service, event: ServiceEvent): void {
  const { service: after, ledger } = world
  if (before.state.tag !== "up" || after.state.tag === "up") return
  if (stopWasRefused(before) && event.tag !== "restart")
    law(after.state.tag !== "waiting", "what somebody stopped waits")
  const failed = event.tag === "process-exited" || (event.tag === "hooks-done" && event.moment === "post-start")
  const asks = before.settings.hooks.includes("pre-stop") && !failed && event.tag !== "detach"
  law(!asks || after.state.tag === "leaving", "pre-stop was not asked")
  const wished = event.tag === "stop" || event.tag === "unload" || event.tag === "restart"
  if (!wished) ledger.forced = false
  switch (event.tag) {
    case "rendered":
    case "render-failed":
      if (before.refused === undefined) forgetFailures(world)
      return
    case "hooks-done":
      law(
        ["reconfigure", "post-start", "post-unhealthy"].includes(event.moment),
        `it leaves because of ${event.moment}`,
      )
      if (event.moment === "reconfigure") forgetFailures(world)
      return law(event.moment === "post-unhealthy" || event.outcome.tag !== "passed", `${event.moment} passed`)
    case "health-result":
      return law(after.health.standing === "unhealthy", "a healthy service leaves")
    case "package-changed":
      if (before.refused !== undefined) lawOfBracket(after, "what was refused")
      return
    default:
      law(wished || event.tag === "process-exited" || event.tag === "detach", `it leaves because of ${event.tag}`)
  }
}
