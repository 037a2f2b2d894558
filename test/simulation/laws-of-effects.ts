import { respondToChange } from "../../src/supervisor/service/change-response.ts"
import type { Moment } from "../../src/supervisor/service/settings.ts"
import { changesBetween, isAlive, law, type RunRecord, type World } from "./world.ts"

/** Nothing of any other run is alive: two runs never are. */
function lawOfOneRun(world: World, record: RunRecord): void {
  for (const other of world.runs.values()) {
    law(other === record || !isAlive(other), `run ${record.run} acts while run ${other.run} is alive`)
  }
}

/** When the process is spawned: once, after init, with the newest text and release. */
export function lawOfSpawn(world: World, record: RunRecord): void {
  lawOfOneRun(world, record)
  const { hooks } = world.service.settings
  law(record.spawn === "none", `run ${record.run} spawns twice`)
  law(record.rendered, `run ${record.run} spawns before anything was rendered`)
  law(!hooks.includes("pre-start") || record.preStart === "passed", "spawned without init")
  law(world.disk === world.inputs, "spawned with old text")
  law(record.release === world.release, "spawned with an old release")
  law(!record.terminating, "spawned after terminate")
}

/** Install hooks that are owed come before anything is rendered. */
export function lawOfRender({ service }: World, record: RunRecord): void {
  const owes = service.settings.hooks.includes("install") && service.state.tag === "rendering"
  law(!owes || record.lists.includes("install"), "rendered before install hooks")
}

/** When a list of hooks is begun: in its place, once, with nothing in the way. */
export function lawOfHooks(world: World, record: RunRecord, moment: Moment): void {
  lawOfOneRun(world, record)
  const { service } = world
  const { lists } = record
  const state = service.state.tag
  law(service.settings.hooks.includes(moment), `no hook for ${moment}`)
  const once = () => law(!lists.includes(moment), `${moment} twice in run ${record.run}`)
  const within = (...states: readonly string[]) => law(states.includes(state), `${moment} while ${state}`)
  const nothingAlive = () => law(!isAlive(record), `${moment} while something is alive`)
  switch (moment) {
    case "install":
      once()
      law(record.preStart === "none" && record.spawn === "none", "install hooks after init")
      return within("preparing")
    case "pre-start":
      once()
      law(record.rendered, "init before anything was rendered")
      law(record.spawn === "none", "init after the spawn")
      law(world.bindsMet, "init while strict binds are unmet")
      law(world.disk === world.inputs, "init with old text")
      return within("initializing")
    case "pre-restart":
      return within("preparing", "leaving")
    case "post-start":
      once()
      law(record.spawn === "done", "post-start before the spawn")
      return within("up")
    case "post-restart":
      once()
      law(record.postStartOver || !service.settings.hooks.includes("post-start"), "post-restart before post-start")
      return within("up")
    case "post-healthy":
    case "post-unhealthy":
    case "file-updated":
      return within("up")
    case "reconfigure":
      law(!running(record, moment), "reconfigure twice at once")
      law(record.spawn === "done", "reconfigure before the spawn")
      lawOfReconfigure(world, record)
      return within("up")
    case "pre-stop":
      law(record.spawn === "done", "pre-stop of nothing")
      law(!running(record, "pre-restart"), "pre-stop beside pre-restart")
      law(record.preStops <= record.refusals, "pre-stop twice for one stop")
      return within("leaving")
    case "post-exit":
      once()
      nothingAlive()
      law(record.exit !== undefined, "post-exit though the process did not end")
      return within("cleaning")
    case "post-stop":
      once()
      if (!lists.includes("post-exit")) nothingAlive()
      law(!running(record, "post-exit"), "post-stop beside post-exit")
      law(
        !record.ownEnd || lists.includes("post-exit") || !service.settings.hooks.includes("post-exit"),
        "no post-exit",
      )
      law(record.process?.alive !== true, "post-stop while the process is alive")
      law(record.preStart !== "none" || record.spawn !== "none", "post-stop though init never began")
      return within("cleaning")
  }
}

function running(record: RunRecord, moment: Moment): boolean {
  return record.lives.some((live) => live.alive && live.kind === "hook" && live.moment === moment)
}

/** A restart that is due makes reconfigure pointless. The hook takes the config as it is now. */
function lawOfReconfigure(world: World, record: RunRecord): void {
  const changes = changesBetween(record.texts, world.disk)
  const response = respondToChange({ changes, newRelease: record.release !== world.release, hasReconfigure: true })
  law(response.tag !== "restart", "reconfigure though a restart is due")
  record.texts = { ...record.texts, config: world.disk.config, reconfigure: world.disk.reconfigure }
}
