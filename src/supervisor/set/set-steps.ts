import { required } from "../../base/assert.ts"
import { clearMemory } from "../hooks/hook-memory.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { keepingSpec, removeSpec, writeSpec } from "../spec/spec-files.ts"
import type { Supervised } from "../supervised.ts"
import type { SetPlan } from "./apply-set.ts"
import { orderServices } from "./dependency-order.ts"
import type { SetStopWish } from "./owed-stops.ts"
import { changeProblem } from "./set-changes.ts"
import { writeAppliedSet } from "./set-files.ts"
import {
  AT_REST,
  hasResult,
  heldOf,
  isAlive,
  isDown,
  isRefused,
  isSettled,
  namesOf,
  startProblem,
} from "./set-progress.ts"
import { SetFailure, type SetTask } from "./set-runner.ts"

/**
 * Starts a set: its pre-start hooks, the services in the order they depend on each other, its post-start hooks (spec
 * lifecycle §C.6). Services that are up stay up. While pre-start hooks run, and when they failed, services are held back.
 */
export async function startSet(task: SetTask, isMeant: (spec: ServiceSpec) => boolean = () => true): Promise<void> {
  if (task.subject.hasHooks()) holdBack(task, (held) => held === undefined || AT_REST.includes(held.service.state.tag))
  wantUp(task, task.subject.services().filter(isMeant))
  await task.hooks("pre-start")
  await letStart(task)
  await task.hooks("post-start")
}

/** Stops a set: its pre-stop hooks, the services against their order, its post-stop hooks; `clean` forgets it then. */
export async function stopSet(task: SetTask, wish: SetStopWish): Promise<void> {
  await unlessForced(task, wish, "pre-stop")
  await stopServices(task, task.subject.services(), wish)
  await task.hooks("post-stop")
  if (wish.clean !== true) return
  await unlessForced(task, wish, "pre-delete")
  const specs = task.subject.cleaned()
  await removeServices(task, specs, wish)
  for (const { ident } of specs) clearMemory(task.context.specs, ident.name)
  task.subject.forget()
}

/** Goes on with a stop that an earlier supervisor owed; where it fails, what was held back for it starts. */
export async function resumeStop(task: SetTask, wish: SetStopWish): Promise<void> {
  try {
    await stopSet(task, wish)
  } catch (error) {
    if (!task.signal.aborted) letGo(task)
    throw error
  }
}

/**
 * Restarts a set (spec lifecycle §C.6, "restart all"): every service goes through a restart of its own and waits in the
 * middle of it until the hooks of the set between stop and start are over.
 */
export async function restartSet(task: SetTask, force: boolean): Promise<void> {
  const { roster } = task.context
  await unlessForced(task, { force }, "pre-restart")
  await unlessForced(task, { force }, "pre-stop")
  holdBack(task, () => true)
  for (const level of orderServices(task.subject.services()).reverse()) {
    for (const held of heldOf(task, level)) if (isAlive(held)) task.context.restart(held, force)
    await task.until(`${namesOf(level)} to stop`, () =>
      heldOf(task, level).every((held) => AT_REST.includes(held.service.state.tag) || isRefused(held)),
    )
    const refused = heldOf(task, level).find(isRefused)
    if (refused === undefined) continue
    for (const { ident } of task.subject.services()) roster.heldBack.delete(ident.name)
    throw new SetFailure(`a hook of ${refused.name} refused its restart`)
  }
  wantUp(task, task.subject.services())
  await task.hooks("post-stop")
  await task.hooks("pre-start")
  await letStart(task)
  await task.hooks("post-start")
  await task.hooks("post-restart")
}

/** Brings a set to what its file says: what is not named any more goes first. A set that was down is started whole. */
export async function applySet(task: SetTask, { set, changes }: SetPlan, force: boolean): Promise<void> {
  const { specs } = task.context
  const wasUp = task.subject.services().some(({ ident }) => isAlive(task.context.roster.services.get(ident.name)))
  writeAppliedSet(specs, set)
  await removeServices(
    task,
    changes.filter(({ tag }) => tag === "remove").map(({ spec }) => spec),
    { force },
  )
  const wanted = changes.filter(({ tag }) => tag !== "remove")
  if (!wasUp) {
    if (Object.keys(set.hooks).length > 0) {
      for (const { name } of wanted) task.context.roster.heldBack.set(name, whyHeldBack(task.subject.called))
    }
    wantUp(
      task,
      wanted.map(({ spec }) => spec),
    )
    await task.hooks("pre-start")
    await letStart(task)
    return task.hooks("post-start")
  }
  wantUp(
    task,
    wanted.filter(({ tag }) => tag !== "unchanged").map(({ spec }) => spec),
  )
  await letStart(task)
}

/** Writes the specs with their services wanted up, and starts again those that gave up or wait to be tried. */
function wantUp(task: SetTask, wanted: readonly ServiceSpec[]): void {
  const { specs, roster, reconcile, changes } = task.context
  const wishes = wanted.map(({ ident: { name } }) => [name, { undo: keepingSpec(specs, name), waits: true }] as const)
  for (const spec of wanted) writeSpec(specs, { ...spec, desiredState: "up" })
  const names = wanted.map(({ ident }) => ident.name)
  changes.wishing(new Map(wishes), () => reconcile(task.reason, names))
  for (const held of heldOf(task, wanted)) {
    const { tag } = held.service.state
    if (tag === "down" || tag === "waiting") roster.post(held, { tag: "start", reason: task.reason })
  }
}

function holdBack(task: SetTask, when: (held: Supervised | undefined) => boolean): void {
  const { roster } = task.context
  for (const { ident } of task.subject.services()) {
    if (when(roster.services.get(ident.name))) roster.heldBack.set(ident.name, whyHeldBack(task.subject.called))
  }
}

/** What a service waits for while the hooks of the whole run: `the hooks of the set shop`. */
export function whyHeldBack(called: string): string {
  return `the hooks of ${called}`
}

function letGo(task: SetTask): void {
  const { roster, reconcile } = task.context
  for (const { ident } of task.subject.services()) roster.heldBack.delete(ident.name)
  reconcile(task.reason)
}

/** Lets go of what was held back; resolves when every service has come to its first result. */
async function letStart(task: SetTask): Promise<void> {
  letGo(task)
  const wanted = task.subject.services().filter(({ desiredState }) => desiredState === "up")
  await task.until(
    `${namesOf(wanted)} to start`,
    () => wanted.every((spec) => isSettled(task, spec)) && heldOf(task, wanted).every((held) => hasResult(task, held)),
  )
  const problems = wanted.flatMap((spec) => startProblem(task, spec) ?? [])
  if (problems.length > 0) throw new SetFailure(`${task.subject.notWhole}; ${problems.join("; ")}`)
}

/** Against the order in which they depend on each other, each level down before the next is told. */
async function stopServices(task: SetTask, all: readonly ServiceSpec[], wish: SetStopWish): Promise<void> {
  await levelByLevel(task, all, wish, (spec) => writeSpec(task.context.specs, { ...spec, desiredState: "down" }))
}

async function removeServices(task: SetTask, all: readonly ServiceSpec[], wish: SetStopWish): Promise<void> {
  await levelByLevel(task, all, wish, ({ ident }) => void removeSpec(task.context.specs, ident.name))
}

async function levelByLevel(
  task: SetTask,
  all: readonly ServiceSpec[],
  { timeoutMs, force }: SetStopWish,
  write: (spec: ServiceSpec) => void,
): Promise<void> {
  const { roster, reconcile } = task.context
  for (const level of orderServices(all).reverse()) {
    for (const { ident } of level) roster.heldBack.delete(ident.name)
    for (const held of heldOf(task, level)) {
      held.stopWish = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(force === undefined ? {} : { force }) }
    }
    for (const spec of level) write(spec)
    const names = level.map(({ ident }) => ident.name)
    reconcile(task.reason, names)
    // Those that were wanted down before and still live hear it again: whoever asks last says how.
    for (const held of heldOf(task, level).filter((one) => one.stopWish !== undefined && !one.leaving)) {
      const wish = required(held.stopWish, "the wish of a stop")
      held.stopWish = undefined
      roster.post(held, { tag: "stop", reason: task.reason, ...wish })
    }
    await task.until(`${namesOf(level)} to stop`, () => level.every((spec) => isDown(task, spec)))
    const kept = level.flatMap(({ ident }) => changeProblem(task, ident.name) ?? [])
    if (kept.length > 0) throw new SetFailure(kept.join("; "))
    const refused = heldOf(task, level).find(isRefused)
    if (refused !== undefined) throw new SetFailure(`a hook of ${refused.name} refused its stop`)
  }
}

/** A refusal of the set's own hooks ends the operation; with force it is only told. */
async function unlessForced(
  task: SetTask,
  { force }: SetStopWish,
  event: "pre-stop" | "pre-restart" | "pre-delete",
): Promise<void> {
  try {
    await task.hooks(event)
  } catch (error) {
    if (!(error instanceof SetFailure) || force !== true) throw error
    task.context.say(error.message)
  }
}
