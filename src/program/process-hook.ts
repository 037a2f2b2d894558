import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import { describeHookFailure } from "../hooks/answers.ts"
import { executeHook, type HookWork } from "../hooks/execute.ts"
import { planDeclared } from "../hooks/plan-declared.ts"
import type { Clock } from "../ports/clock.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ProcessGroups } from "../ports/process-group.ts"
import type { Users } from "../ports/users.ts"
import { documentOf, type ResourceHappening, recordOf, subjectOf } from "./event.ts"
import type { ResourceHook } from "./resource.ts"
import type { HookEnd } from "./run-hooks.ts"

const KEPT = ["PATH", "LANG", "HOME", "USER"]

/** What hooks that are processes take. */
export type ProcessHookContext = Readonly<{
  files: FileSystem
  layout: Layout
  users: Users
  clock: Clock
  report: Report
  signal: AbortSignal
  /** The environment hab was started with. */
  env: Readonly<Record<string, string>>
  /** Opened at the first hook that needs them. */
  groups: () => Promise<ProcessGroups>
  /** A new one for every process. */
  newRunId: () => string
}>

/** A hook whose action is a process. */
export type ProcessHook = ResourceHook & { action: { kind: "script" | "run" | "command" } }

/** Runs a script, shell line or command once, as we are or as it says, in a cleared environment (decisions 21). */
export async function runProcessHook(
  context: ProcessHookContext,
  hook: ProcessHook,
  happening: ResourceHappening,
  attempt: number,
): Promise<HookEnd> {
  const { layout, files, env, clock } = context
  const planned = planDeclared({ ...context, layout: { ...layout, prefix: layout.hab } }, hook, {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => KEPT.includes(name))),
    cwd: hook.folder,
    record: (count) => recordOf(happening, count),
    runId: context.newRunId,
    speaker: "apply",
  })
  const tmp = `${layout.hab}/tmp`
  files.makeDirectories(tmp)
  const folder = files.makeTemporaryDirectory(`${tmp}/hook-`)
  const source = `${subjectOf(happening).urn} hook[${hook.name}]`
  try {
    const command = withRecord(context, planned.command(attempt), folder, documentOf(happening, attempt))
    const report = await executeHook(
      { groups: await context.groups(), clock },
      {
        hook: planned.hook,
        command,
        timeoutMs: planned.timeoutMs,
        signal: context.signal,
        onLine: (stream, line) => context.report({ tag: "output", source, stream, line }),
        onStillRunning: (ms) =>
          context.report({ tag: "note", text: `${source} still runs after ${Math.round(ms / 1000)} s` }),
      },
    )
    if (report.outcome.tag === "succeeded") return { tag: "ended", answer: true }
    return { tag: "failed", why: describeHookFailure(report) }
  } finally {
    files.removeTree(folder)
  }
}

/** The hook's process sees the machine as it is, and finds the whole record in a file of its own (decisions 22). */
function withRecord({ files }: ProcessHookContext, work: HookWork, folder: string, text: string): HookWork {
  if (typeof work === "function") return work
  const file = `${folder}/record.json`
  files.writeFile(file, text, { mode: 0o600, ...(work.user === undefined ? {} : { owner: work.user }) })
  if (work.user !== undefined) files.chown(folder, work.user.uid, work.user.gid)
  return { ...work, enclosed: false, env: { ...work.env, HAB_HOOK_FILE: file } }
}
