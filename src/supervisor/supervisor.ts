import { succeeded } from "../base/exit-status.ts"
import { fairQueue } from "../base/fair-queue.ts"
import { supervisorPaths } from "../base/layout.ts"
import type { FullIdent } from "../package/ident.ts"
import { createActing, processEnded } from "./acting.ts"
import { changesOf } from "./change/change-hooks.ts"
import { createChanges, type ServiceChanges } from "./change/change-runner.ts"
import { type KnownServices, knownServices } from "./change/known-services.ts"
import { tellOwedFiles } from "./config/service-files.ts"
import type { LogKey } from "./console/line.ts"
import { type SupervisorContext, speakerOf, writtenOrSaid } from "./context.ts"
import { type Endings, endings, isSettled } from "./endings.ts"
import { checkBinds } from "./group/bind-watch.ts"
import { restartDependents } from "./group/dependents.ts"
import { checkGates } from "./group/gate.ts"
import { writePidFile } from "./held.ts"
import { hookGroups } from "./hooks/hook-groups.ts"
import { forgetRuns } from "./hooks/hook-memory.ts"
import { askSuitability } from "./hooks/suitability.ts"
import type { HookParts, SupervisorHookRunner } from "./hooks/supervisor-hooks.ts"
import type { TakenStep } from "./last-process.ts"
import type { ProcessExit } from "./launcher/client.ts"
import type { ExitInbox } from "./launcher/client-groups.ts"
import { createSpecLook, type SpecLook } from "./look-at-specs.ts"
import type { ModuleHosts } from "./modules/module-hosts.ts"
import { type Observer, UNOBSERVED } from "./observer.ts"
import { type PerformContext, perform } from "./perform.ts"
import { createRoster, type Roster } from "./roster.ts"
import type { Reason } from "./service/messages.ts"
import { bootSets } from "./set/boot-sets.ts"
import { setHookRunner } from "./set/set-hooks.ts"
import { createSetRunner, type SetContext, type SetRunner } from "./set/set-runner.ts"
import type { Supervised } from "./supervised.ts"
import type { ChangeContext } from "./take-spec.ts"
import { goOverTo, restartByHand, takeNewerRelease } from "./upgrades.ts"

/** So long at a time services are opened and rendered. */
const TURN_MS = 20

/** A running supervisor: state and decisions, no child of its own (decisions C). */
export type Supervisor = Endings &
  Readonly<{
    /** On the monotonic clock. */
    startedMs: number
    roster: Roster
    say: (preamble: string, key: LogKey, text: string) => void
    /** Looks at the spec files and does what they want, for the services of the names in `now` before it returns. */
    reconcile: SpecLook["look"]
    /** Resolves when all is done that the last look found. */
    reconciled: SpecLook["done"]
    /** Gives a service a new process of its newest release. `force`: no hook can refuse. */
    restart(held: Supervised, force: boolean): void
    /** The changes of services whose hooks run. */
    changes: ServiceChanges
    /** Its own hooks, those of sup.toml. */
    hooks: Pick<SupervisorHookRunner, "has">
    /** A newer release was installed meanwhile: the service goes over to it. */
    takeNewerRelease(held: Supervised): void
    /** How suitable a service is to lead its group; never rejects. */
    askSuitability(held: Supervised): Promise<bigint>
    /** Lets a service go over to an installed release. */
    goOverTo(held: Supervised, release: FullIdent): void
    /** Runs a `hab` command for a service, as a process of the launcher; false when it failed. */
    runHab(held: Supervised, words: readonly string[]): Promise<boolean>
    /** The end of a process the launcher tells of. */
    onExit(exit: ProcessExit): void
    sets: SetRunner
    /** Begins the start of applied sets; to be called before the first look at the specs. Returns what follows that. */
    bootSets(): () => void
  }>

/** A supervisor that knows of no service yet. */
export function createSupervisor(
  context: SupervisorContext,
  { exits, modules, hooks }: Readonly<{ exits: ExitInbox; modules: ModuleHosts; hooks: SupervisorHookRunner }>,
  observer: Observer = UNOBSERVED,
): Supervisor {
  const stopped: (() => void)[] = []
  const say = speakerOf(context)
  const forget = (held: Supervised) => {
    roster.remove(held)
    forgetHooks(context, held)
    queueMicrotask(() => {
      changes.wake()
      look("load")
    })
  }
  const known = knownServicesOf(context)
  const inTurn = turnsOf(context)
  const acting = createActing(context, { modules, roster: () => roster, exits, say, forget, observer, inTurn })
  const roster = createRoster(context, {
    perform: (held, effect) => perform(acting, held, effect),
    onStep: (held, step) => {
      observer.onStep(held, step)
      followStep(context, { roster, say }, held, step)
      changes.wake()
      sets.wake()
      if (isSettled(held)) for (const wake of stopped.splice(0)) wake()
    },
  })
  const changing = (reason: Reason): ChangeContext => ({ context, roster, say, reason, changes, known })
  const changes = createChanges(
    changesOf({ context, acting, roster, say, known }, (isTurn) => {
      sets.wake()
      if (isTurn) queueMicrotask(() => look("load"))
    }),
  )
  const actions = serviceActions(context, { acting, exits, changing })
  const { look, done, giveUp } = createSpecLook({ context, roster, say, changing, known, inTurn })
  const setContext = setContextOf(context, roster, { ...actions, look, exits, modules, say, changes, hooks })
  const sets = createSetRunner(setContext)
  return {
    sets,
    bootSets: () => bootSets(setContext, sets, (service) => isLeft(context, service)),
    startedMs: context.host.clock.monotonicMs(),
    roster,
    say,
    reconcile: look,
    reconciled: done,
    changes,
    hooks,
    ...actions,
    onExit: (exit) => {
      if (!exits.deliver(exit)) lateExit(context, roster, exit)
    },
    ...endings(setContext, { sets, changes, giveUp }, stopped),
  }
}

/** What is asked of one service. */
function serviceActions(
  context: SupervisorContext,
  {
    acting,
    exits,
    changing,
  }: Readonly<{ acting: PerformContext; exits: ExitInbox; changing: (reason: Reason) => ChangeContext }>,
): Pick<Supervisor, "restart" | "takeNewerRelease" | "askSuitability" | "goOverTo" | "runHab"> {
  return {
    restart: (held, force) => restartByHand(changing("manual"), held, force),
    takeNewerRelease: (held) => takeNewerRelease(changing("update"), held),
    askSuitability: (held) => askSuitability(acting, held),
    goOverTo: (held, release) => goOverTo(changing("update"), held, release),
    runHab: (held, words) => runHab(context, exits, held, words),
  }
}

function knownServicesOf(context: SupervisorContext): KnownServices {
  return knownServices({
    files: context.host.files,
    layout: context.layout,
    env: context.host.env,
    tryWrite: (write) => writtenOrSaid(context, "hab-sup", "which services were created", write),
  })
}

/** What a step of one service means for others, and for itself. */
function followStep(
  context: SupervisorContext,
  { roster, say }: Pick<Supervisor, "roster" | "say">,
  held: Supervised,
  { event, before }: TakenStep,
): void {
  if (event.tag === "hooks-done" && event.moment === "file-updated") tellOwedFiles(roster, held)
  if (event.tag === "process-started" && before.lastExit !== undefined) restartDependents(roster, held)
  if (event.tag === "rendered") checkBinds(context, roster, say)
  checkGates(context, roster)
}

/** However many services begin at once, whoever asks for something is answered in between. */
function turnsOf({ host: { clock } }: SupervisorContext): (job: () => void) => void {
  const later = (turn: () => void) => void clock.schedule(0, turn)
  return fairQueue({ nowMs: clock.monotonicMs, later }, { turnMs: TURN_MS, startsAtOnce: true })
}

type Looking = Pick<SpecLook, "look"> & Readonly<{ hooks: SupervisorHookRunner }>

function setContextOf(
  context: SupervisorContext,
  roster: Roster,
  { look, restart, changes, hooks, ...parts }: HookParts & Pick<SetContext, "restart" | "changes"> & Looking,
): SetContext {
  const setHooks = setHookRunner(context, parts)
  return {
    specs: { files: context.host.files, layout: context.layout, env: context.host.env },
    roster,
    reconcile: look,
    restart,
    changes,
    runHooks: setHooks.run,
    runningHooks: setHooks.running,
    async supervisorHooks(event, { reason, signal }) {
      const outcome = await hooks.run(event, reason, signal)
      return outcome.tag === "failed" || outcome.tag === "timed-out" ? outcome.problem : undefined
    },
    say: (text) => parts.say("hab-sup", "MR", text),
  }
}

async function runHab(
  context: SupervisorContext,
  exits: ExitInbox,
  held: Supervised,
  words: readonly string[],
): Promise<boolean> {
  const group = await hookGroups({ ...context, exits }, held.name).start(
    {
      label: `${held.group}.update`,
      // Not of the run: the service's own end must not end it.
      runId: `update.${held.name}.${context.host.randomBytes(6).join("")}`,
      argv: [...context.habCommand, ...words],
      // It makes its own way to /hab, which an ordinary user cannot do a second time from inside.
      enclosed: false,
      env: context.host.env,
    },
    () => undefined,
  )
  return succeeded(await group.exited)
}

/** The end of a process an earlier supervisor asked for. */
function lateExit(context: SupervisorContext, roster: Roster, exit: ProcessExit): void {
  const held = [...roster.services.values()].find((one) => one.runId === exit.id)
  if (held === undefined) return context.launcher.acknowledge(exit.id)
  processEnded(context, roster, held, held.service.run, exit)
}

function forgetHooks(context: SupervisorContext, { group, name, memory }: Supervised): void {
  const place = { files: context.host.files, layout: context.layout }
  writtenOrSaid(context, group, "the memory of its hooks", () => {
    forgetRuns(place, name, memory)
    place.files.removeTree(`${supervisorPaths(place.layout).events}/${name}`)
  })
}

function isLeft({ launcher }: SupervisorContext, service: string): boolean {
  return launcher.left().some((one) => one.service === service && one.status === undefined)
}

/** Tells hooks and people the pid of a service that was found alive (decisions 15). */
export function rewritePidFiles(context: SupervisorContext, roster: Roster): void {
  for (const held of roster.services.values()) {
    if (held.service.life.pid !== undefined) writePidFile(context, held, held.service.life.pid)
  }
}

/** Watches the spec files; returns how to stop. */
export function watchSpecs(context: SupervisorContext, supervisor: Supervisor): () => void {
  const { specs } = supervisorPaths(context.layout)
  return context.host.watcher.watch(specs, () => supervisor.reconcile("load"))
}
