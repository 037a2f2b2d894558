import { respondToChange } from "../../src/supervisor/service/change-response.ts"
import type { ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import { changesBetween, law, recordOf, type World } from "./world.ts"

/** Every rendering of a running service is answered at once, and rightly. Judged before anything is done about it. */
export function lawOfChange(world: World, before: Service, event: ServiceEvent): void {
  if (event.tag !== "rendered" && event.tag !== "render-failed") return
  if (event.run !== before.run || before.state.tag !== "up" || before.stale) return
  const { service: after } = world
  if (event.tag === "render-failed") law(after.problem === event.problem, "nobody sees that a rendering failed")
  if (before.refused !== undefined) {
    law(after.state.tag !== "up", "what was refused is not tried again")
    law(after.reason === before.refused.reason, "what was refused is tried for another reason")
    return lawOfBracket(after, "what was refused")
  }
  const record = recordOf(world, before.run)
  const response = respondToChange({
    changes: changesBetween(record.texts, world.disk),
    newRelease: record.release !== world.release,
    hasReconfigure: before.settings.hooks.includes("reconfigure"),
  })
  if (response.tag === "restart") {
    law(after.state.tag !== "up", "a restart is due")
    law(["config", "hook-changed", "update"].includes(after.reason), `a change is no ${after.reason}`)
    return lawOfBracket(after, "a change")
  }
  law(after.state.tag === "up", `it restarts though ${response.tag} is due`)
  law(after.life.work === (response.tag === "reconfigure" ? "reconfiguring" : "idle"), `${response.tag} is due`)
}

/** A failed reconfigure restarts; after one that passed, health is checked anew and what waited is rendered. */
export function lawOfReconfigured(before: Service, passed: boolean, after: Service): void {
  if (!passed) {
    law(after.state.tag !== "up", "a failed reconfigure did not restart")
    law(["config", "update", "hook-changed"].includes(after.reason), `a failed reconfigure is no ${after.reason}`)
    return lawOfBracket(after, "a failed reconfigure")
  }
  law(after.life.work === (before.stale ? "rendering" : "idle"), `reconfigured, and then ${after.life.work}`)
  if (!after.settings.hooks.includes("health-check")) return
  law(after.health.checking && !after.health.firstOkSeen, "health is not checked anew")
  law(!before.health.checking || after.health.again, "an answer from before a reconfigure counts")
}

/** A restart begins with pre-restart. */
export function lawOfBracket({ bracket, state }: Service, what: string): void {
  const restarts = "next" in state && (state.next === "start" || state.next === "retry")
  law(!restarts || bracket !== "none", `${what} restarts without pre-restart`)
}
