import { innerPath } from "../../base/layout.ts"
import type { HookDeclaration } from "../../hooks/declaration.ts"
import { planDeclared } from "../../hooks/plan-declared.ts"
import { type Reason, runsFor } from "../../hooks/reasons.ts"
import type { ListOutcome, PlannedHook } from "../../hooks/runner.ts"
import { callerCredentials } from "../../package/credentials.ts"
import { wait } from "../../ports/clock.ts"
import { accountEnvironment } from "../command-release.ts"
import { declaredContextOf, type Say, type SupervisorContext, writtenOrSaid } from "../context.ts"
import type { ExitInbox } from "../launcher/client-groups.ts"
import type { ModuleHosts } from "../modules/module-hosts.ts"
import type { SetHookEvent } from "../set/set-hooks.ts"
import { isDone, readMemory, SUPERVISOR_MEMORY, withSuccess, writeMemory } from "./hook-memory.ts"
import { runOwnHooks } from "./own-hooks.ts"

const SPEAKER = "hab-sup"
/** Owner of the processes and of the memory. */
const OWNER = SUPERVISOR_MEMORY

/** The supervisor's own hooks: those of sup.toml that name no services (decisions 17, 21, 26). */
export type SupervisorHookRunner = Readonly<{
  /** Runs the hooks of an event to their end, or until `signal` is aborted. */
  run(event: SetHookEvent, reason: Reason, signal: AbortSignal): Promise<ListOutcome>
  /**
   * Runs them beside something else, both within `exit_wait` and no longer: hooks that still run then are named and
   * killed, modules are left.
   */
  runWithin(event: SetHookEvent, reason: Reason, beside?: Promise<void>): Promise<void>
  /** Whether there is one for any of these events. */
  has(events: readonly SetHookEvent[], reason: Reason): boolean
}>

/** What hooks run with besides the context. */
export type HookParts = Readonly<{ exits: ExitInbox; modules: ModuleHosts; say: Say }>

/** One run of a list: what of it runs now, by the names of hooks, and the ids of its processes. */
type Watch = Readonly<{ signal: AbortSignal; running: Set<string>; runIds: string[] }>

/** Runs the supervisor's hooks through the launcher, which prints and logs what they say. */
export function createSupervisorHooks(context: SupervisorContext, parts: HookParts): SupervisorHookRunner {
  let numbers = 0
  const nextRunId = () => `${OWNER}.${context.host.pid}.${++numbers}`
  const start = (event: SetHookEvent, reason: Reason, watch: Watch): Promise<ListOutcome> => {
    const hooks = hooksNow(context, event, reason)
    const runId = () => {
      const id = nextRunId()
      watch.runIds.push(id)
      return id
    }
    return runOwnHooks(
      context,
      parts,
      { name: OWNER, speaker: SPEAKER, logs: "" },
      {
        hooks: hooks.map((hook) => plan(context, parts, { hook, reason, runId })),
        signal: watch.signal,
        onStart: ({ hook }) => watch.running.add(hook.name),
        onReport: ({ hook }) => watch.running.delete(hook),
      },
    )
  }
  return {
    has: (events, reason) => events.some((event) => hooksNow(context, event, reason).length > 0),
    run: (event, reason, signal) => start(event, reason, { signal, running: new Set(), runIds: [] }),
    async runWithin(event, reason, beside = Promise.resolve()) {
      const stop = new AbortController()
      const watch: Watch = { signal: stop.signal, running: new Set(), runIds: [] }
      const count = hooksNow(context, event, reason).length
      if (count === 0) return void (await endsWithin(context, beside))
      const limit = `${context.hooks.exitWaitMs / 1000} s`
      const what = count === 1 ? "its hook" : `its ${count} hooks`
      parts.say(SPEAKER, "HK", `Supervisor waits at most ${limit} (exit_wait) for ${what} of ${event}`)
      if (await endsWithin(context, Promise.all([start(event, reason, watch), beside]))) return
      for (const name of watch.running) {
        parts.say(SPEAKER, "HK", `hook[${name}] is ended: it did not finish within ${limit} (exit_wait)`)
      }
      stop.abort()
      for (const id of watch.runIds) context.launcher.signal(id, "SIGKILL")
    },
  }
}

/** Those that are due, the ones placed first at the front. */
function hooksNow(context: SupervisorContext, event: SetHookEvent, reason: Reason): HookDeclaration[] {
  const memory = readMemory({ files: context.host.files, layout: context.layout }, OWNER)
  const hooks = context.hooks.declared
    .filter((hook) => hook.event === event && hook.options.for === undefined)
    .filter((hook) => runsFor(hook.options.on ?? ["any"], reason) && !isDone(memory, hook, context.version))
  return [...hooks.filter(({ options }) => options.first), ...hooks.filter(({ options }) => !options.first)]
}

function plan(
  context: SupervisorContext,
  { modules }: HookParts,
  { hook, reason, runId }: Readonly<{ hook: HookDeclaration; reason: Reason; runId: () => string }>,
): PlannedHook {
  const { host, layout } = context
  const folder = innerPath(layout, hook.folder)
  const planned = planDeclared(
    declaredContextOf(context, modules.call),
    { ...hook, folder },
    {
      env: accountEnvironment(host, callerCredentials(host.users), false),
      cwd: folder,
      record: (attempt) => ({ event: hook.event, reason, attempt, subject: { kind: "supervisor", name: SPEAKER } }),
      runId,
      speaker: SPEAKER,
    },
  )
  return hook.options.once === undefined ? planned : { ...planned, onSuccess: () => remember(context, hook) }
}

function remember(context: SupervisorContext, hook: HookDeclaration): void {
  const place = { files: context.host.files, layout: context.layout }
  writtenOrSaid(context, SPEAKER, "the memory of its hooks", () =>
    writeMemory(place, OWNER, withSuccess(readMemory(place, OWNER), hook, context.version)),
  )
}

async function endsWithin({ host, hooks }: SupervisorContext, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController()
  const limit = wait(host.clock, hooks.exitWaitMs, settled.signal).then(() => false)
  const isInTime = await Promise.race([work.then(() => true), limit])
  settled.abort()
  return isInTime
}
