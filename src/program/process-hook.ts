import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import { describeHookFailure } from "../hooks/answers.ts"
import { executeHook, type HookReport, type HookWork } from "../hooks/execute.ts"
import type { ModuleDone, Modules } from "../hooks/modules.ts"
import { type JavaScriptCall, planDeclared } from "../hooks/plan-declared.ts"
import type { Clock } from "../ports/clock.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ProcessGroups } from "../ports/process-group.ts"
import type { Users } from "../ports/users.ts"
import { argsOf, documentOf, type ResourceHappening, recordOf, subjectOf } from "./event.ts"
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
  modules: Pick<Modules, "call">
}>

/** A hook that is no function: state keeps it whole. */
export type ProcessHook = ResourceHook & { action: { kind: "script" | "run" | "command" | "module" } }

/**
 * Runs a script, shell line or command once, as we are or as it says, in a cleared environment (decisions 21), or calls a
 * module in the process of its file (decisions 23).
 */
export async function runProcessHook(
  context: ProcessHookContext,
  hook: ProcessHook,
  happening: ResourceHappening,
  attempt: number,
): Promise<HookEnd> {
  const { layout, files, env, clock } = context
  let done: ModuleDone = {}
  const javaScript = ({ file = "" }: JavaScriptCall) =>
    context.modules.call({
      file,
      info: { ...recordOf(happening, attempt), ...argsOf(happening, attempt) },
      onDone: (said) => {
        done = said
      },
    })
  const planned = planDeclared({ ...context, javaScript, layout: { ...layout, prefix: layout.hab } }, hook, {
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
    return endOf(hook, report, done)
  } finally {
    files.removeTree(folder)
  }
}

/** A process answers by its exit code, a module by what it returned; that on-error says no is no failure. */
function endOf({ event, action }: ProcessHook, report: HookReport, { answer, problem }: ModuleDone): HookEnd {
  const isModule = action.kind === "module"
  if (report.outcome.tag === "succeeded") return { tag: "ended", answer: !isModule || answer }
  if (event === "on-error" && (!isModule || answer === false)) return { tag: "ended", answer: false }
  const thrown = problem?.split("\n")[0]?.replace(/^Error: /, "")
  return { tag: "failed", why: thrown ?? describeHookFailure(report) }
}

/** The hook's process sees the machine as it is, and finds the whole record in a file of its own (decisions 22). */
function withRecord({ files }: ProcessHookContext, work: HookWork, folder: string, text: string): HookWork {
  if (typeof work === "function") return work
  const file = `${folder}/record.json`
  files.writeFile(file, text, { mode: 0o600, ...(work.user === undefined ? {} : { owner: work.user }) })
  if (work.user !== undefined) files.chown(folder, work.user.uid, work.user.gid)
  return { ...work, enclosed: false, env: { ...work.env, HAB_HOOK_FILE: file } }
}
