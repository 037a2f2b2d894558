import { Buffer } from "node:buffer"
import { stringifyIdent } from "../package/ident.ts"
import { type SupervisorContext, writtenOrSaid } from "./context.ts"
import { createInbox } from "./inbox.ts"
import { type TakenStep, terminationIn } from "./last-process.ts"
import { runStateOf, writeRunState } from "./run-state.ts"
import type { Effect, ServiceEvent } from "./service/messages.ts"
import { transition } from "./service/transition.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import type { Supervised } from "./supervised.ts"

/** A loaded service that cannot be opened: its spec stays, its problem is shown, and it is tried again at each change. */
export type Broken = Readonly<{ spec: ServiceSpec; problem: string }>

/** The loaded services, and the one place where events reach them. */
export type Roster = Readonly<{
  services: ReadonlyMap<string, Supervised>
  broken: Map<string, Broken>
  /** Services whose hooks before their creation run. */
  creating: Map<string, Supervised>
  /** Services that are wanted up and may not start yet, with what they wait for: their sets' hooks. */
  heldBack: Map<string, string>
  add(held: Supervised): void
  remove(held: Supervised): void
  post(held: Supervised, event: ServiceEvent): void
}>

export type RosterActions = Readonly<{
  perform: (held: Supervised, effect: Effect) => void
  /** A step was taken: what depends on the state of services may look. */
  onStep: (held: Supervised, step: TakenStep) => void
}>

/** An empty roster. */
export function createRoster(context: SupervisorContext, actions: RosterActions): Roster {
  const services = new Map<string, Supervised>()
  // Two supervisors in a row may number runs alike; ids must not be alike.
  const token = Buffer.from(context.host.randomBytes(6)).toString("hex")
  const inbox = createInbox<{ held: Supervised; event: ServiceEvent }>(({ held, event }) =>
    takeStep(context, actions, token, held, event),
  )
  return {
    services,
    broken: new Map(),
    creating: new Map(),
    heldBack: new Map(),
    add: (held) => void services.set(held.name, held),
    remove: (held) => {
      if (services.get(held.name) === held) services.delete(held.name)
      for (const stop of held.watches.splice(0)) stop()
      for (const cancel of held.timers.values()) cancel()
    },
    post: (held, event) => inbox.post({ held, event }),
  }
}

function takeStep(
  context: SupervisorContext,
  actions: RosterActions,
  token: string,
  held: Supervised,
  event: ServiceEvent,
): void {
  const { clock, random } = context.host
  const before = held.service
  const nowMs = clock.monotonicMs()
  const { service, effects } = transition(before, event, { nowMs, random: random() })
  held.service = service
  if (service.run !== before.run && event.tag !== "found-alive" && event.tag !== "found-leftovers") {
    held.runId = `${held.name}.${token}.${service.run}`
    held.commands = 0
    held.release = held.upcoming ?? held.release
    held.upcoming = undefined
    held.postStart = "unfinished"
  }
  if (event.tag === "hooks-done" && event.moment === "post-start" && event.run === before.run) {
    held.postStart = "finished"
  }
  if ((service.life.pid === undefined) !== (before.life.pid === undefined)) {
    held.upOrDownSinceMs = event.tag === "found-alive" ? nowMs - event.upForMs : nowMs
  }
  if (service.health.standing === "ready") for (const wake of held.onceHealthy.splice(0)) wake()
  const reason = terminationIn({ before, event, effects }, service)
  if (reason !== undefined) held.lastProcess = { pid: before.life.pid ?? null, reason, atMs: clock.now() }
  remember(context, held)
  for (const effect of effects) actions.perform(held, effect)
  actions.onStep(held, { before, event, effects, tookMs: clock.monotonicMs() - nowMs })
}

/** Services whose next start needs nothing of it write nothing: most have no such hook, and no update strategy. */
function remember(context: SupervisorContext, held: Supervised): void {
  const { hooks } = held.service.settings
  const isUpdated = held.spec.updateStrategy !== "none"
  const hasState = hooks.some((moment) => moment === "pre-start" || moment === "post-start" || moment === "post-stop")
  if (!hasState && !isUpdated) return
  const { runId, postStart, release } = held
  const updated = isUpdated && release !== undefined ? { release: stringifyIdent(release.pkg.ident) } : {}
  const state = runStateOf(held.service, { runId, postStart, ...updated })
  const text = JSON.stringify(state)
  if (text === held.writtenState) return
  const written = writtenOrSaid(context, held.group, "the state of its run", () =>
    writeRunState({ files: context.host.files, layout: context.layout }, held.name, state),
  )
  // Tried again at the next step: until then the next supervisor knows what was last written.
  held.writtenState = written ? text : undefined
}
