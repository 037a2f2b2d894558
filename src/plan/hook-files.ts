import { Buffer } from "node:buffer"
import { HabError, type Problem } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { OPTIONS_FILE } from "../hooks/discover.ts"
import { HOOK_FILES } from "../hooks/events.ts"
import type { FileSystem } from "../ports/file-system.ts"

/** A file beside the plan that becomes a hook of the package. */
export type HookSource = Readonly<{ file: string; hook: string }>

/** What of a plan's `hooks/` goes into the package, and what the user should know about the rest. */
export type HookSources = Readonly<{
  hooks: readonly HookSource[]
  warnings: readonly string[]
  /** Those of the warnings that tell of files left out. */
  leftOut: readonly string[]
}>

type Files = Pick<FileSystem, "readDirectory" | "readFile" | "stat">

const CARRIAGE_RETURN = 0x0d

/**
 * The hooks of a plan by the names they get: the last ending is dropped (`run.sh` is `run`). PowerShell files are left
 * out, like hidden and excluded ones. Throws PLAN_HOOKS_INVALID when two files would become one hook (decisions 1).
 */
export function hookSources(
  { files }: Readonly<{ files: Files }>,
  planContext: string,
  isExcluded: (name: string) => boolean,
): HookSources {
  const found = filesIn(files, `${planContext}/hooks`)
    .filter((name) => !name.startsWith(".") && !isExcluded(name))
    .map((name) => ({ file: name, hook: name === OPTIONS_FILE ? name : name.replace(/\.[^.]*$/, "") }))
  const isPowerShell = (source: HookSource) => source.file.endsWith(".ps1")
  const hooks = found.filter((source) => !isPowerShell(source))
  requireOneFileEach(planContext, hooks)
  const leftOut = found.filter(isPowerShell).map((source) => `hooks/${source.file} is a Windows hook; it is left out`)
  const unknown = hooks
    .filter(({ hook }) => hook !== OPTIONS_FILE && !HOOK_FILES.some((known) => known === hook))
    .map(unknownHook)
  return { hooks, leftOut, warnings: [...leftOut, ...unknown] }
}

/** Throws PLAN_HOOKS_INVALID for every hook with a carriage return: its shebang line would name no program. */
export function refuseCarriageReturns({ files }: Readonly<{ files: Files }>, planContext: string): void {
  const broken = filesIn(files, `${planContext}/hooks`)
    .filter((name) => !name.endsWith(".ps1"))
    .filter((name) => Buffer.from(files.readFile(`${planContext}/hooks/${name}`)).includes(CARRIAGE_RETURN))
  if (broken.length === 0) return
  const problems = broken.map((name) => ({
    where: `${planContext}/hooks/${name}`,
    message: "has Windows line endings",
  }))
  throw new HabError("PLAN_HOOKS_INVALID", "hooks may not hold carriage returns", {
    problems,
    hint: "convert them: sed -i 's/\\r$//' hooks/*",
  })
}

function filesIn(files: Files, directory: string): string[] {
  if (files.stat(directory)?.kind !== "directory") return []
  return files
    .readDirectory(directory)
    .map((entry) => entry.name)
    .filter((name) => files.stat(`${directory}/${name}`)?.kind === "file")
}

function requireOneFileEach(planContext: string, hooks: readonly HookSource[]): void {
  const byHook = new Map<string, string[]>()
  for (const { hook, file } of hooks) byHook.set(hook, [...(byHook.get(hook) ?? []), file])
  const problems: Problem[] = [...byHook]
    .filter(([, sources]) => sources.length > 1)
    .map(([hook, sources]) => ({
      where: `${planContext}/hooks`,
      message: `${sources.join(" and ")} would both be the hook '${hook}'`,
    }))
  if (problems.length === 0) return
  throw new HabError("PLAN_HOOKS_INVALID", "a hook may come from one file only", {
    problems,
    hint: "hooks for one platform belong beside its plan, in a folder named after the target, such as x86_64-linux/hooks/",
  })
}

function unknownHook({ file, hook }: HookSource): string {
  return `hooks/${file} is not the name of a hook and will never run; ${meantHook(hook)}`
}

/** What a name that is no hook's was meant to be. */
export function meantHook(name: string): string {
  const near = nearest(name, HOOK_FILES)
  return near === undefined ? `known are ${HOOK_FILES.join(", ")}` : `did you mean '${near}'?`
}
