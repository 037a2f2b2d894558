import { HabError, messageOf, type Problem } from "../base/errors.ts"
import type { Locks } from "../ports/lock.ts"
import type { ApplyResult } from "./api.ts"
import { isFailure } from "./attempt.ts"
import type { Wanted } from "./declaration.ts"
import { identityOf } from "./inputs.ts"
import { type Acting, perform } from "./operate.ts"
import { type Action, planApply, planDestroy, type Step } from "./plan.ts"
import type { Providers } from "./provider.ts"
import { hooksOf, type ResourceEvent } from "./resource.ts"
import type { HookRunning } from "./run-hooks.ts"
import { changeState, readState, type SetState, type StoredResource, stateFolder, writeState } from "./state.ts"

export type ApplyContext = Omit<HookRunning, "functions"> &
  Readonly<{ locks: Locks; pid: number; providers: Providers }>

export type ApplyRequest = Readonly<{
  set: string
  /** Undefined: the set is destroyed. */
  wanted: Wanted | undefined
  /** Functions of a program, by the name hooks in state have. */
  functions: ReadonlyMap<string, unknown>
  dryRun: boolean
  continueOnError: boolean
}>

/**
 * Makes a set what is declared, or destroys it (decisions 27 to 29). State is written before and after each action, so
 * that whatever ends us, the next run goes on from there. Throws what the first failure threw, or, going on after errors,
 * APPLY_FAILED with all of them; APPLY_CYCLE, APPLY_PROGRAM_NEEDED and APPLY_RUNNING before anything is done.
 */
export async function applySet(context: ApplyContext, request: ApplyRequest): Promise<ApplyResult> {
  const release = await lockSet(context, request.set)
  try {
    const planned = readState(context, request.set)
    const steps =
      request.wanted === undefined ? planDestroy(planned) : planApply(planned, request.wanted.resources, identityOf)
    requireFunctions(steps, planned, request)
    return await runSteps(context, steps, planned, request)
  } finally {
    release()
  }
}

async function runSteps(
  context: ApplyContext,
  steps: readonly Step[],
  planned: SetState,
  request: ApplyRequest,
): Promise<ApplyResult> {
  let state = planned
  const acting: Acting = {
    running: { ...context, functions: request.functions },
    providers: context.providers,
    dryRun: request.dryRun,
    state: () => state,
    change(change) {
      state = changeState(state, change)
      writeState(context, state)
    },
  }
  const done: Record<Done, string[]> = { created: [], updated: [], deleted: [], unchanged: [] }
  const failed = new Map<string, string>()
  const failures: { urn: string; error: unknown }[] = []
  for (const { key, after, action } of steps) {
    context.signal.throwIfAborted()
    const urn = urnOf(action, state)
    const missing = after.find((one) => failed.has(one))
    if (missing !== undefined) {
      failed.set(key, urn)
      context.report({
        tag: "note",
        text: `${request.dryRun ? "Would skip" : "Skipping"} ${urn}: ${failed.get(missing)} failed`,
      })
      continue
    }
    announce(context, action, request.dryRun)
    try {
      await perform(acting, action)
      for (const list of DONE[action.tag]) done[list].push(urn)
      if (action.tag === "keep") keepOrder(acting, action.resource, request)
    } catch (error) {
      if (!isFailure(error) || !request.continueOnError) throw error
      context.report({ tag: "warning", text: messageOf(error) })
      failed.set(key, urn)
      failures.push({ urn, error })
    }
  }
  if (failures.length > 0) throw failedWith(request.set, failures)
  const outputs = Object.fromEntries(Object.entries(state.resources).map(([ref, one]) => [ref, one.outputs]))
  return { ...done, outputs }
}

type Done = "created" | "updated" | "deleted" | "unchanged"

const DONE: Readonly<Record<Action["tag"], readonly Done[]>> = {
  create: ["created"],
  update: ["updated"],
  replace: ["deleted", "created"],
  keep: ["unchanged"],
  delete: ["deleted"],
  "begin-delete": [],
  finish: [],
}

const VERBS: Readonly<Partial<Record<Action["tag"], string>>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
}

function announce({ report }: ApplyContext, action: Action, dryRun: boolean): void {
  const verb = VERBS[action.tag]
  if (verb === undefined || action.tag === "finish" || action.tag === "keep") return
  const urn = "resource" in action ? action.resource.urn : action.old.urn
  const doing = `${verb[0]?.toUpperCase()}${verb.slice(1).replace(/e$/, "")}ing`
  report({ tag: "begin", text: dryRun ? `Would ${verb} ${urn}` : `${doing} ${urn}` })
}

function urnOf(action: Action, state: SetState): string {
  if ("resource" in action) return action.resource.urn
  if ("old" in action) return action.old.urn
  return state.owed[action.ref]?.resource.urn ?? state.resources[action.ref]?.urn ?? action.ref
}

/** What only comes later than before is no change of the thing, but deletions go by it. */
function keepOrder(acting: Acting, kept: StoredResource, { wanted, dryRun }: ApplyRequest): void {
  const now = wanted?.resources.find(({ ref }) => ref === kept.ref)
  if (dryRun || now === undefined || String(now.dependsOn) === String(kept.dependsOn)) return
  acting.change({ tag: "recorded", resource: { ...kept, dependsOn: now.dependsOn } })
}

/** Hooks that are functions need their program: known before anything is done. */
function requireFunctions(steps: readonly Step[], state: SetState, { functions, wanted, set }: ApplyRequest): void {
  const problems = steps.flatMap(({ action }) =>
    neededBy(action, state)
      .filter((name) => !functions.has(name))
      .map(
        (name): Problem => ({ where: urnOf(action, state), message: `its hook '${name}' is a function of a program` }),
      ),
  )
  if (problems.length === 0) return
  const doing = wanted === undefined ? "destroyed" : "applied"
  throw new HabError(
    "APPLY_PROGRAM_NEEDED",
    `'${set}' cannot be ${doing} without the program its hooks are in; nothing was done`,
    {
      hint: "run that program for it: --run-program FILE; keep delete hooks in `hooks` of its declaration until the resource is gone",
      problems: problems.filter(
        ({ where, message }, index, all) =>
          all.findIndex((one) => one.where === where && one.message === message) === index,
      ),
    },
  )
}

function neededBy(action: Action, state: SetState): string[] {
  const named = (one: Pick<StoredResource, "hooks"> | undefined, ...events: readonly ResourceEvent[]) =>
    events
      .flatMap((event) => (one === undefined ? [] : hooksOf(one, event)))
      .flatMap((hook) => (hook.action.kind === "function" ? [hook.name] : []))
  switch (action.tag) {
    case "delete":
    case "begin-delete":
    case "replace":
      return named(action.old, "pre-delete", "post-delete")
    case "finish": {
      const owed = state.owed[action.ref]
      return owed === undefined ? [] : named(owed.resource, owed.event)
    }
    default:
      return []
  }
}

async function lockSet({ files, layout, locks, pid }: ApplyContext, set: string): Promise<() => void> {
  files.makeDirectories(stateFolder(layout), 0o700)
  const result = await locks.acquire(`${stateFolder(layout)}/.${set}.lock`, { content: String(pid) })
  if (result.tag === "acquired") return result.release
  throw new HabError("APPLY_RUNNING", `the set '${set}' is being applied or destroyed by process ${result.by}`, {
    hint: "wait for it to end",
  })
}

function failedWith(set: string, failures: readonly { urn: string; error: unknown }[]): HabError {
  const count = failures.length === 1 ? "one of its resources" : `${failures.length} of its resources`
  return new HabError("APPLY_FAILED", `'${set}' was applied but for ${count} and what depends on it`, {
    problems: failures.map(({ urn, error }) => ({ where: urn, message: messageOf(error) })),
    hint: "what was done is recorded; run the command again to go on",
  })
}
