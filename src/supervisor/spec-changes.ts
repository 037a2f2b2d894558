import { HabError } from "../base/errors.ts"
import { stringifyIdent } from "../package/ident.ts"
import { isRunning } from "./change/service-change.ts"
import { pastOf } from "./change/snapshots.ts"
import { type SupervisorContext, writtenOrSaid } from "./context.ts"
import { awaitedBefore, checkGates } from "./group/gate.ts"
import { openHeld, openWanted } from "./held.ts"
import { type DeclaredHooks, readDeclaredHooks } from "./hooks/declared-hooks.ts"
import { findLeft } from "./left.ts"
import type { Release } from "./release.ts"
import { type Operation, sameSpec } from "./spec/reconcile.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import { hasSpec, writeSpec } from "./spec/spec-files.ts"
import type { Supervised } from "./supervised.ts"
import { type ChangeContext, openOrSetAside, takeSpec, updateOptions, watchInputs } from "./take-spec.ts"

/**
 * Does what the comparison of specs found for one service, between the hooks of that change (spec lifecycle §C.2). A
 * service that cannot be opened is set aside with its problem.
 */
export function applyOperations(change: ChangeContext, name: string, operations: readonly Operation[]): void {
  const held = change.roster.services.get(name)
  const spec = operations.flatMap((operation) => ("spec" in operation ? [operation.spec] : [])).at(-1)
  const isReplaced = operations.some((operation) => operation.tag === "stop" && operation.because === "replaced")
  const act = () => {
    if (isReplaced && held !== undefined && spec !== undefined) return restart(change, held, spec)
    for (const operation of operations) applyOperation(change, operation)
  }
  if (held === undefined) return act()
  if (spec === undefined) {
    const isUnload = operations.some((operation) => operation.tag === "stop" && operation.because === "unloaded")
    return isUnload ? unload(change, held, act) : act()
  }
  if (sameSpec({ ...held.spec, desiredState: spec.desiredState }, spec)) return act()
  // What hooks may refuse is the rest: whether it is wanted up or down is no change of it.
  const isStop = operations.some((operation) => operation.tag === "stop" && operation.because === "stopped")
  if (isStop) stop(change, held, "stopped")
  const declared = readDeclaredHooks(change.context, spec, held.declared)
  void change.changes.run({
    ...(isAnother(held.spec, spec)
      ? { verb: "replace", replacement: { release: releaseFor(change, spec, declared), removed: held.declared } }
      : { verb: "update" }),
    ...{ held, spec, declared, reason: change.reason },
    act: isStop ? () => want(change, held, spec) : act,
    isWanted: () => hasSpec(specContext(change), name) && change.roster.services.get(name) === held,
    refused(problem) {
      held.changeRefused = problem
      if (spec.desiredState === "up") startAsItWas(change, held)
    },
  })
}

/** The release that comes; undefined while it cannot be opened, which is told when the change comes into force. */
function releaseFor({ context }: ChangeContext, spec: ServiceSpec, declared: DeclaredHooks): Release | undefined {
  try {
    return openWanted(context, spec, declared).release
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return undefined
  }
}

/**
 * Hooks refused what changed of it, and it is wanted up: it starts as it was, and where that happened while no supervisor
 * ran, as it was known.
 */
function startAsItWas({ known, roster, reason }: ChangeContext, held: Supervised): void {
  if (reason === "boot") held.spec = known.specOf(held.name) ?? held.spec
  else if (held.spec.desiredState === "up") return
  else held.spec = { ...held.spec, desiredState: "up" }
  if (held.spec.desiredState === "up")
    roster.post(held, { tag: "start", reason: reason === "boot" ? "boot" : "manual" })
}

/**
 * Hooks before a change run, and something else is wanted by now: a stop is at once, and the change is given up where it
 * would bring the service up again, or where that was unloaded, or loaded again, meanwhile. What is wanted then begins anew.
 */
export function overtakeChange(change: ChangeContext, held: Supervised, spec: ServiceSpec | undefined): void {
  const { changes } = change
  const isRemoval = changes.status(held.name)?.verb === "delete"
  const isStop = spec?.desiredState === "down" && held.spec.desiredState === "up" && !isRemoval
  if (isStop) stop(change, held, "stopped")
  if (isStop || isRemoval === (spec !== undefined)) changes.drop(held.name)
}

/** Another program or group of the same name is another service (decisions 28). */
export function isAnother(old: ServiceSpec, spec: ServiceSpec): boolean {
  return old.ident.origin !== spec.ident.origin || old.group !== spec.group
}

function unload(change: ChangeContext, held: Supervised, act: () => void): void {
  const { name } = held
  const specs = specContext(change)
  void change.changes.run({
    verb: "delete",
    ...{ held, spec: held.spec, declared: held.declared, act },
    reason: change.reason === "apply" ? "apply" : "unload",
    ...(held.stopWish?.force === undefined ? {} : { force: held.stopWish.force }),
    ...(held.stopWish?.skipsHooks === true ? { resumed: pastOf(held) } : {}),
    isWanted: () => !hasSpec(specs, name) && change.roster.services.get(name) === held,
    refused(problem) {
      held.stopWish = undefined
      held.changeRefused = problem
      if (change.reason === "boot") startAsItWas(change, held)
      if (!hasSpec(specs, name)) {
        writtenOrSaid(change.context, held.group, "its spec again", () => writeSpec(specs, held.spec))
      }
    },
  })
}

function specContext({ context: { host, layout } }: ChangeContext) {
  return { files: host.files, layout, env: host.env }
}

function applyOperation(change: ChangeContext, operation: Operation): void {
  const held = change.roster.services.get(operation.name)
  switch (operation.tag) {
    case "start":
    case "hold":
      return held === undefined ? load(change, operation) : want(change, held, operation.spec)
    case "stop":
      if (held !== undefined) stop(change, held, operation.because)
      return
    case "restart":
      if (held !== undefined) restart(change, held, operation.spec)
      return
    case "update":
      if (held !== undefined) updateOptions(change, held, operation.spec)
  }
}

type Load = Extract<Operation, { tag: "start" | "hold" }>

function load(change: ChangeContext, operation: Load): void {
  const { context, roster, say, changes, known } = change
  const { name, spec } = operation
  const opened = openOrSetAside(change, spec, () => openHeld(context, roster.services.values(), spec, say))
  if (opened === undefined) return
  if (known.has(name) || isAlive(context, name)) return take(change, opened, operation)
  const leave = () => roster.creating.delete(name)
  const run = changes.run({
    verb: "create",
    ...{ held: opened, spec, declared: opened.declared, reason: change.reason },
    awaits: () => [...awaitedBefore(roster, opened), ...changing(change, spec)],
    isWanted: () => hasSpec(specContext(change), name) && !roster.services.has(name),
    act() {
      leave()
      take(change, opened, operation)
    },
    refused(problem) {
      roster.broken.set(name, { spec, problem })
    },
  })
  if (changes.isPending(name)) roster.creating.set(name, opened)
  void run.then(leave)
}

/** What it depends on and is being changed. */
function changing({ changes }: ChangeContext, { own }: ServiceSpec): readonly string[] {
  return Object.keys(own.dependsOn ?? {}).filter((name) => {
    const status = changes.status(name)
    return status !== undefined && isRunning(status)
  })
}

/** A run that an earlier supervisor left was created by it. */
function isAlive({ launcher }: SupervisorContext, service: string): boolean {
  return launcher.left().some((one) => one.service === service && one.kind === "run")
}

/** What a package service is of; a command has no release. */
export function releaseNameOf({ spec, release }: Supervised): string | undefined {
  return release === undefined || spec.own.command !== undefined ? undefined : stringifyIdent(release.ident)
}

/** Lists a service with what an earlier supervisor left of it; true when a run of it goes on. */
export function adoptHeld(change: ChangeContext, opened: Supervised): boolean {
  const { context, roster, say } = change
  roster.add(opened)
  watchInputs(change, opened)
  if (opened.declared.problem !== undefined) say(opened.group, "HK", opened.declared.problem)
  checkGates(context, roster)
  return findLeft(context, roster, opened)
}

function take(change: ChangeContext, opened: Supervised, { spec, tag }: Load): void {
  const { roster, say, reason, known } = change
  known.note(opened.spec, releaseNameOf(opened))
  opened.isReplacing = known.owedBy(opened.name)?.verb === "replace"
  const alive = adoptHeld(change, opened)
  if (tag === "start" && !alive) {
    const full = opened.release === undefined ? "" : ` (${stringifyIdent(opened.release.ident)})`
    say("hab-sup", "MR", `Starting ${stringifyIdent(spec.ident)}${full}`)
    roster.post(opened, { tag: "start", reason })
  }
  // What ended while nobody watched would be started again.
  if (tag === "hold" && opened.service.state.tag !== "down") roster.post(opened, { tag: "stop", reason: "manual" })
}

/** A loaded service changes between up and down. */
function want(change: ChangeContext, held: Supervised, spec: ServiceSpec): void {
  const reason = change.reason === "boot" ? "boot" : "manual"
  takeSpec(change, held, { spec, because: reason })
  if (spec.desiredState === "up") change.roster.post(held, { tag: "start", reason })
}

function stop(
  { roster }: ChangeContext,
  held: Supervised,
  because: Extract<Operation, { tag: "stop" }>["because"],
): void {
  const wish = held.stopWish ?? {}
  held.stopWish = undefined
  if (because === "stopped") {
    held.spec = { ...held.spec, desiredState: "down" }
    roster.post(held, { tag: "stop", reason: "manual", ...wish })
  } else {
    held.leaving = true
    roster.post(held, { tag: "unload", reason: "unload", ...wish })
  }
}

function restart(change: ChangeContext, held: Supervised, spec: ServiceSpec): void {
  takeSpec(change, held, { spec, because: "load" })
  change.roster.post(held, { tag: "restart", reason: "load" })
}
