import { HabError } from "../base/errors.ts"
import { type ConfigTable, parseToml } from "../config/toml.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { checkTemplates, type TemplateFinding } from "../templating/check.ts"
import { codeFrame } from "../templating/code-frame.ts"
import { HOOK_CHECKS } from "./check-hooks.ts"
import { PLAN_CHECKS } from "./check-plan.ts"
import { SCHEMA_CHECKS } from "./check-schema.ts"
import type { PlanLocation } from "./locate.ts"
import type { ReadPlan } from "./validate.ts"

/**
 * One mistake in a plan, of the shape template mistakes have. `error`: the build fails over it, as Habitat's does;
 * `warning`: the package would be made, and not do what was meant.
 */
export type PlanFinding = TemplateFinding & Readonly<{ severity: "error" | "warning" }>

/** A mistake before it has its lines around it. `path` is relative to the plan's folder. */
export type Mistake = Readonly<{
  severity: PlanFinding["severity"]
  path: string
  line: number
  column: number
  message: string
  hint?: string
}>

/** What the checks look at: the plan as read, its folder, and default.toml. */
export type Checked = Readonly<{
  files: CheckFiles
  directory: string
  plan: ReadPlan
  defaults: ConfigTable
}>

type CheckFiles = Pick<FileSystem, "lstat" | "stat" | "readDirectory" | "readFile" | "readText" | "readTextIfPresent">

/**
 * Everything wrong in plan.sh, default.toml, config.schema.json and hooks/ that can be seen without building: variables, callbacks, hook names,
 * shebangs, binds, exports, exposes. Pure over the files and the values the plan left. Mistakes inside templates are
 * `templateFindings`.
 */
export function planFindings(
  { files }: Readonly<{ files: CheckFiles }>,
  { location, plan }: Readonly<{ location: PlanLocation; plan: ReadPlan }>,
): readonly PlanFinding[] {
  const directory = location.planContext
  const { defaults, broken } = readDefaults(files, directory)
  const checked: Checked = { files, directory, plan, defaults: defaults ?? new Map() }
  const mistakes = [...PLAN_CHECKS, ...HOOK_CHECKS, ...SCHEMA_CHECKS].flatMap((check) => check(checked))
  const known = defaults === undefined ? mistakes.filter(({ message }) => !message.includes("default.toml")) : mistakes
  return [...broken, ...known].map((mistake) => ({ ...mistake, frame: frameOf(files, directory, mistake) }))
}

/** Mistakes in the plan's templates. The build packages them as Habitat's does, so they are warnings. */
export function templateFindings(
  { files }: Readonly<{ files: CheckFiles }>,
  { location, plan }: Readonly<{ location: PlanLocation; plan: ReadPlan }>,
): readonly PlanFinding[] {
  const directory = location.planContext
  if (readDefaults(files, directory).defaults === undefined) return []
  const { pkg_binds: required, pkg_binds_optional: optional } = plan.values
  const binds = [...required.keys(), ...optional.keys()]
  return checkTemplates({ files }, { directory, binds }).map((found) => ({ ...found, severity: "warning" }))
}

function readDefaults(files: CheckFiles, directory: string): { defaults?: ConfigTable; broken: readonly Mistake[] } {
  const text = files.readTextIfPresent(`${directory}/default.toml`)
  if (text === undefined) return { defaults: new Map(), broken: [] }
  try {
    return { defaults: parseToml(text, "default.toml"), broken: [] }
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    const [, line = "1", column = "1"] = /:(\d+):(\d+)$/.exec(error.problems[0]?.where ?? "") ?? []
    const message = error.problems[0]?.message ?? error.message
    const place = { path: "default.toml", line: Number(line), column: Number(column) }
    return { broken: [{ severity: "error", ...place, message }] }
  }
}

function frameOf(files: CheckFiles, directory: string, { path, line, column }: Mistake): string {
  if (files.stat(`${directory}/${path}`)?.kind !== "file") return ""
  return codeFrame(files.readText(`${directory}/${path}`), { line, column })
}
