import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"

/** Where a plan is, and the two folders its build speaks of (spec package §2.1). Host paths. */
export type PlanLocation = Readonly<{
  planFile: string
  /** The folder holding the plan: `hooks/`, `config/`, `default.toml` are looked up beside it. PLAN_CONTEXT. */
  planContext: string
  /** The folder the user gave: SRC_PATH of plans that download nothing. */
  sourceContext: string
  /** What the user should know about the choice. */
  warnings: readonly string[]
}>

type Files = Pick<FileSystem, "stat">

/**
 * Finds the one plan of a folder (spec package §2.1). Plans for the target win over plain ones. Throws PLAN_NOT_FOUND
 * for none or several, PLAN_UNSUPPORTED when there is only a Windows plan.
 */
export function locatePlan(
  { files }: Readonly<{ files: Files }>,
  { context, target }: Readonly<{ context: string; target: string }>,
): PlanLocation {
  requireFolder(files, context)
  const isFile = (file: string) => files.stat(file)?.kind === "file"
  const places = { target: [`${target}`, `habitat/${target}`], plain: ["", "habitat"] }
  const candidates = (folders: readonly string[], name: string) =>
    folders.map((folder) => [context, folder, name].filter(Boolean).join("/")).filter(isFile)
  const forTarget = candidates(places.target, "plan.sh")
  const plain = candidates(places.plain, "plan.sh")
  const counted = forTarget.length > 0 ? forTarget : plain
  const [planFile, ...others] = counted
  if (planFile === undefined) {
    throw notFound(context, target, candidates([...places.target, ...places.plain], "plan.ps1"))
  }
  if (others.length > 0) throw several(counted)
  const ignored = forTarget.length > 0 ? plain : []
  return {
    planFile,
    planContext: planFile.slice(0, planFile.lastIndexOf("/")) || "/",
    sourceContext: context,
    warnings: ignored.map((file) => `${file} is not used: ${planFile} is the plan for ${target}`),
  }
}

function requireFolder(files: Files, context: string): void {
  const kind = files.stat(context)?.kind
  if (kind === "directory") return
  const what = kind === undefined ? "there is no such folder" : "this is not a folder"
  throw new HabError("PLAN_NOT_FOUND", `cannot look for a plan in ${context}: ${what}`, {
    hint: "give the folder that holds plan.sh, for example: hab pkg build ./my-service",
  })
}

function notFound(context: string, target: string, windowsPlans: readonly string[]): HabError {
  if (windowsPlans[0] !== undefined) {
    return new HabError("PLAN_UNSUPPORTED", `${windowsPlans[0]} is a Windows plan; hab builds plan.sh, for Linux`, {
      hint: "write a plan.sh for Linux beside it",
    })
  }
  return new HabError("PLAN_NOT_FOUND", `there is no plan.sh in ${context}`, {
    hint: `looked for plan.sh, habitat/plan.sh, ${target}/plan.sh and habitat/${target}/plan.sh there`,
  })
}

function several(found: readonly string[]): HabError {
  return new HabError("PLAN_NOT_FOUND", `cannot choose between several plans: ${found.join(", ")}`, {
    hint: "keep one of them, or put plans for one platform into folders named after the target, such as x86_64-linux/",
  })
}
