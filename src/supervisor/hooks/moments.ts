import type { HookDeclaration } from "../../hooks/declaration.ts"
import type { EventName } from "../../hooks/events.ts"
import { type DeclaredContext, planDeclared } from "../../hooks/plan-declared.ts"
import { type Reason as HookReason, runsFor } from "../../hooks/reasons.ts"
import type { EventRecord } from "../../hooks/record.ts"
import type { PlannedHook } from "../../hooks/runner.ts"
import { stringifyIdent } from "../../package/ident.ts"
import { declaredContextOf, type SupervisorContext, writtenOrSaid } from "../context.ts"
import type { Release } from "../release.ts"
import type { Supervised } from "../supervised.ts"
import { type DeclaredHooks, hooksOfEvent } from "./declared-hooks.ts"
import { isDone, withSuccess, writeMemory } from "./hook-memory.ts"

/** What happens, and what is known of it besides the service. */
export type Occasion = Readonly<{ event: EventName; reason: HookReason }> &
  Pick<EventRecord, "urn" | "id" | "old" | "new" | "changed" | "errors" | "failedOperation"> &
  Readonly<{
    /** What is declared outside the package, where it is not what is in force. */
    declared?: DeclaredHooks
    /** Id of a run of its own: the service's end is not theirs. */
    runId?: () => string
  }>

/** The hooks of an event that run for this reason, ready in their order. */
export function plannedHooks(
  context: SupervisorContext,
  held: Supervised,
  release: Release,
  occasion: Occasion,
  javaScript: DeclaredContext["javaScript"],
): PlannedHook[] {
  const ident = stringifyIdent(release.ident)
  const { event, declared = held.declared } = occasion
  return hooksOfEvent(context, { name: held.name, declared }, release, event)
    .filter((hook) => runsFor(hook.options.on ?? defaultReasons(hook), occasion.reason))
    .filter((hook) => !isDone(held.memory, hook, ident))
    .map((hook) => plan(context, held, release, { hook, occasion, javaScript }))
}

/** A package's post-stop undoes its init after every end; others are told of ends that were asked for (decisions 4). */
function defaultReasons({ event, declaredIn }: HookDeclaration): readonly string[] {
  return event === "post-stop" && declaredIn !== "package" ? ["requested"] : ["any"]
}

function plan(
  context: SupervisorContext,
  held: Supervised,
  release: Release,
  {
    hook,
    occasion,
    javaScript,
  }: Readonly<{
    hook: HookDeclaration
    occasion: Occasion
    javaScript: DeclaredContext["javaScript"]
  }>,
): PlannedHook {
  const { runAs } = release.credentials
  const planned = planDeclared(declaredContextOf(context, javaScript), hook, {
    env: environmentOf(held, release),
    ...(release.command === undefined ? {} : { cwd: release.command.cwd }),
    ...(runAs === undefined ? {} : { user: runAs }),
    record: (attempt) => recordOf(held, release, occasion, attempt),
    runId: occasion.runId ?? (() => `${held.runId}/${++held.commands}`),
    speaker: held.group,
  })
  return {
    ...planned,
    ...(hook.options.wait === "healthy" ? { ready: (signal) => healthy(held, signal) } : {}),
    ...(hook.options.once === undefined ? {} : { onSuccess: () => remember(context, held, release, hook) }),
  }
}

/** With the fence of the leader of its group: what an old leader still does elsewhere can be told by it. */
function environmentOf({ leaderFence }: Supervised, { env }: Release): Readonly<Record<string, string>> {
  return leaderFence === undefined ? env : { ...env, HAB_LEADER_FENCE: String(leaderFence) }
}

function remember(context: SupervisorContext, held: Supervised, release: Release, hook: HookDeclaration): void {
  held.memory = withSuccess(held.memory, hook, stringifyIdent(release.ident))
  keepMemory(context, held)
}

/** Writes what is remembered of a service's hooks; on a full disk that is said, and it is known until we end. */
export function keepMemory(context: SupervisorContext, held: Supervised): void {
  // The end of a hook may be told after its service was unloaded.
  if (held.service.state.tag === "gone") return
  const place = { files: context.host.files, layout: context.layout }
  writtenOrSaid(context, held.group, "the memory of its hooks", () => writeMemory(place, held.name, held.memory))
}

/** Resolves when the service is healthy for the first time in this run; at once where nothing checks it. */
function healthy(held: Supervised, signal: AbortSignal): Promise<void> {
  const { health, settings } = held.service
  if (health.standing === "ready" || !settings.hooks.includes("health-check")) return Promise.resolve()
  return new Promise((resolve) => {
    held.onceHealthy.push(resolve)
    signal.addEventListener("abort", () => resolve())
  })
}

function recordOf(held: Supervised, release: Release, occasion: Occasion, attempt: number): EventRecord {
  const { lastExit, life, restarts, health } = held.service
  const { name, group } = held
  const { declared: _, runId: __, ...told } = occasion
  return {
    ...told,
    attempt,
    subject: { kind: "service", name, ident: stringifyIdent(release.ident), group },
    ...(life.pid === undefined ? {} : { pid: life.pid }),
    ...(lastExit?.tag === "exited" ? { exit: { code: lastExit.code } } : {}),
    ...(lastExit?.tag === "signaled" ? { exit: { signal: lastExit.signal } } : {}),
    ...(occasion.event === "post-healthy" || occasion.event === "post-unhealthy"
      ? { health: { old: held.healthBefore, new: health.status, output: held.healthOutput } }
      : {}),
    restarts,
  }
}
