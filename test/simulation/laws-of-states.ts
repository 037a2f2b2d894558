import { healthOf } from "../../src/supervisor/service/status.ts"
import { isAlive, law, type World } from "./world.ts"

/** What each state promises about what is alive, what is under way and which timers run. */
export function lawOfState(world: World): void {
  const { service, timers } = world
  const state = service.state.tag
  if (state === "down" || state === "blocked" || state === "waiting" || state === "gone") {
    for (const record of world.runs.values()) law(!isAlive(record), `${state} while run ${record.run} is alive`)
  }
  law(!timers.has("kill") || state === "stopping", `a kill timer while ${state}`)
  law(!timers.has("retry") || state === "waiting", `a retry timer while ${state}`)
  law(!timers.has("health") || state === "up", `a health timer while ${state}`)
  law(state !== "waiting" || !world.ledger.changed, "it waits though something changed")
  law(state !== "blocked" || !service.bindsMet, "blocked though binds are met")
  const hasProcess = service.life.pid !== undefined
  law(hasProcess || (state !== "up" && state !== "leaving"), `${state} without a process`)
  law(hasProcess || !["ok", "warning"].includes(healthOf(service)), "well without a process")
  if (state === "up" || state === "leaving") lawOfWork(world)
  if (state === "up") lawOfChecks(world)
}

/** What the machine believes to be under way is under way, and the other way round. */
function lawOfWork({ service, runs, release, recovering }: World): void {
  const record = runs.get(service.run)
  if (record === undefined) return
  const work = record.renders > 0 ? "rendering" : record.reconfigures > 0 ? "reconfiguring" : "idle"
  law(service.life.work === work, `it takes itself for ${service.life.work} and is ${work}`)
  law(service.life.newRelease || record.release === release || recovering, "a release was overlooked")
}

function lawOfChecks({ service, runs }: World): void {
  const { checking, scheduled } = service.health
  law(!(checking && scheduled), "a check while one is planned")
  law(checking || scheduled || !service.settings.hooks.includes("health-check"), "nobody checks")
  law(!checking || (runs.get(service.run)?.checks ?? 0) > 0, "it waits for a check that does not run")
}
