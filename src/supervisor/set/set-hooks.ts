import type { Problem } from "../../base/errors.ts"
import type { HookDeclaration } from "../../hooks/declaration.ts"
import type { EventName } from "../../hooks/events.ts"
import type { HookReport } from "../../hooks/execute.ts"
import { planDeclared } from "../../hooks/plan-declared.ts"
import { readDeclarations } from "../../hooks/read-declarations.ts"
import { type Reason, runsFor } from "../../hooks/reasons.ts"
import type { PlannedHook } from "../../hooks/runner.ts"
import { callerCredentials } from "../../package/credentials.ts"
import { accountEnvironment } from "../command-release.ts"
import { declaredContextOf, type SupervisorContext, writtenOrSaid } from "../context.ts"
import { describeRunning } from "../control/explanation-of.ts"
import type { HookNow } from "../gateway/explanation.ts"
import { isDone, type Journal, readMemory, remember, withSuccess, writeMemory } from "../hooks/hook-memory.ts"
import { runOwnHooks } from "../hooks/own-hooks.ts"
import type { HookParts } from "../hooks/supervisor-hooks.ts"
import type { ModuleHosts } from "../modules/module-hosts.ts"
import type { RunningHook } from "../supervised.ts"
import { type AppliedSet, readAppliedSet } from "./set-files.ts"

/** The events a set has hooks of. */
const SET_HOOK_EVENTS = [
  "pre-start",
  "post-start",
  "pre-stop",
  "post-stop",
  "pre-restart",
  "post-restart",
  "pre-delete",
] as const satisfies readonly EventName[]

export type SetHookEvent = (typeof SET_HOOK_EVENTS)[number]

type Run = Readonly<{ reason: Reason; signal: AbortSignal }>

/** Where a set's hooks remember what they did once, beside services' own. */
export function setMemoryName(set: string): string {
  return `set.${set}`
}

/** What runs the hooks of sets. */
export type SetHookRunner = Readonly<{
  /** Resolves with why the list failed, or undefined. */
  run(set: string, event: SetHookEvent, run: Run): Promise<string | undefined>
  /** Those of a set that run now. */
  running(set: string): readonly HookNow[]
}>

/**
 * Runs the hooks of sets (decisions 21, 31): as the supervisor, with PATH, LANG, HOME and USER only, in the folder of the
 * file that declared them. Their output is the supervisor's.
 */
export function setHookRunner(context: SupervisorContext, parts: HookParts): SetHookRunner {
  let runs = 0
  const running = new Map<string, Map<string, RunningHook>>()
  const run: SetHookRunner["run"] = async (name, event, run) => {
    const place = { files: context.host.files, layout: context.layout }
    const set = readAppliedSet(place, name)
    if (set === undefined) return undefined
    const problems: Problem[] = []
    const hooks = hooksOf(set, event, run.reason, problems)
    if (problems.length > 0) return problems.map(({ message }) => message).join("; ")
    const memory = readMemory(place, setMemoryName(name))
    runs += 1
    const planned = hooks
      .filter((hook) => !isDone(memory, hook, name))
      .map((hook) =>
        plan(context, parts.modules, set, hook, { ...run, token: `set.${name}.${context.host.pid}.${runs}` }),
      )
    const now = new Map<string, RunningHook>()
    running.set(name, now)
    const owner = { name: setMemoryName(name), speaker: speakerOf(name), logs: `${name}.` }
    const outcome = await runOwnHooks(context, parts, owner, {
      hooks: planned,
      signal: run.signal,
      onStart({ hook, timeoutMs }) {
        const startedMs = context.host.clock.monotonicMs()
        now.set(hook.name, { hook: hook.name, event: hook.event, startedMs, timeoutMs })
      },
      onReport(report) {
        now.delete(report.hook)
        keepRun(context, name, report)
      },
    })
    return outcome.tag === "failed" || outcome.tag === "timed-out" ? outcome.problem : undefined
  }
  return {
    run,
    running(set) {
      const nowMs = context.host.clock.monotonicMs()
      return [...(running.get(set)?.values() ?? [])].map((hook) => describeRunning(hook, nowMs))
    },
  }
}

/** The last runs of a set's hooks, oldest first. */
export function setHookJournal(context: Pick<SupervisorContext, "host" | "layout">, set: string): Journal {
  return readMemory({ files: context.host.files, layout: context.layout }, setMemoryName(set)).journal
}

function keepRun(context: SupervisorContext, set: string, report: HookReport): void {
  const place = { files: context.host.files, layout: context.layout }
  writtenOrSaid(context, speakerOf(set), "the runs of its hooks", () => {
    const memory = readMemory(place, setMemoryName(set))
    const journal = remember(memory.journal, report, context.host.clock.now())
    writeMemory(place, setMemoryName(set), { ...memory, journal })
  })
}

function speakerOf(set: string): string {
  return `set.${set}`
}

function hooksOf(set: AppliedSet, event: SetHookEvent, reason: Reason, problems: Problem[]): HookDeclaration[] {
  const where = `the hooks of the set ${set.name}`
  const source = { declaredIn: "set", subject: "supervisor", folder: set.folder, placeOf: () => where } as const
  return readDeclarations(set.hooks, source, problems)
    .filter((hook) => hook.event === event)
    .filter(({ options }) => runsFor(options.on ?? ["any"], reason))
}

function plan(
  context: SupervisorContext,
  modules: ModuleHosts,
  set: AppliedSet,
  hook: HookDeclaration,
  run: Readonly<{ reason: Reason; token: string }>,
): PlannedHook {
  const { host, layout } = context
  let attempts = 0
  const planned = planDeclared(declaredContextOf(context, modules.call), hook, {
    env: accountEnvironment({ env: host.env, users: host.users }, callerCredentials(host.users), false),
    cwd: set.folder,
    record: (attempt) => ({
      event: hook.event,
      reason: run.reason,
      attempt,
      subject: { kind: "supervisor", name: set.name },
    }),
    runId: () => `${run.token}/${++attempts}`,
    speaker: speakerOf(set.name),
  })
  if (hook.options.once === undefined) return planned
  const place = { files: host.files, layout }
  const name = setMemoryName(set.name)
  const remembered = () => writeMemory(place, name, withSuccess(readMemory(place, name), hook, set.name))
  return {
    ...planned,
    onSuccess: () => void writtenOrSaid(context, speakerOf(set.name), "the memory of its hooks", remembered),
  }
}
