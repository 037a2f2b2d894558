import { HabError, type Problem } from "../base/errors.ts"
import { describeExit } from "../base/exit-status.ts"
import type { BuildLog } from "./build-log.ts"
import type { BuildPaths } from "./build-paths.ts"
import { AGGREGATE_VARIABLES, PROTECTED_VARIABLES } from "./environment.ts"
import type { PlanLocation } from "./locate.ts"
import { type PlanShell, parsePlanValues, REPORT_PLAN_VALUES, type ShellOutcome } from "./plan-shell.ts"
import { assignMap, assignText, shellWord } from "./protocol.ts"
import type { ReadPlan } from "./validate.ts"
import { VERSION_UNSET } from "./variables.ts"

type LoadRequest = Readonly<{
  location: PlanLocation
  planText: string
  paths: BuildPaths
  release: string
  target: string
  /** Value of SRC_PATH for plans that download nothing. */
  sourcePath: string
  initialPath: string
  initialDirectory: string
}>

/**
 * Sources the plan in the shell and settles what follows from its name and version (spec package §2.3, step 1). Throws
 * PLAN_INVALID with bash's own words when it cannot be read, exiting with the status bash gave.
 */
export async function loadPlan(shell: PlanShell, log: Pick<BuildLog, "tail">, request: LoadRequest): Promise<ReadPlan> {
  const { planFile } = request.location
  const outcome = await shell.run(
    [
      ...initialVariables(request),
      "__hab_declare_plan",
      `if source ${shellWord(planFile)}; then :; else exit_with "The plan could not be read" "$?"; fi`,
      "__hab_settle_plan",
      REPORT_PLAN_VALUES,
      "__hab_functions pkg_version",
    ].join("\n"),
  )
  if (outcome.tag === "ended") throw unreadable(planFile, log.tail(), outcome)
  return {
    planFile,
    planText: request.planText,
    values: parsePlanValues(outcome.fields),
    hasVersionFunction: outcome.fields.at(-1) === "yes",
  }
}

function initialVariables({ location, paths, ...request }: LoadRequest): string[] {
  const texts: Readonly<Record<string, string>> = {
    HAB_ROOT_PATH: paths.root,
    HAB_PKG_PATH: paths.packages,
    HAB_CACHE_SRC_PATH: paths.sources,
    HAB_CACHE_ARTIFACT_PATH: paths.artifacts,
    INITIAL_PATH: request.initialPath,
    INITIAL_PWD: request.initialDirectory,
    PLAN_CONTEXT: location.planContext,
    SRC_PATH: request.sourcePath,
    pkg_release: request.release,
    pkg_target: request.target,
    pkg_output_path: paths.output,
    __hab_version_unset: VERSION_UNSET,
  }
  return [
    ...Object.entries(texts).map(([name, value]) => assignText(name, value)),
    `declare -gA ${assignMap("__hab_separators", AGGREGATE_VARIABLES)}`,
    `declare -gA ${assignMap("__hab_protected", PROTECTED_VARIABLES)}`,
  ]
}

function unreadable(
  planFile: string,
  lines: readonly string[],
  { status }: Extract<ShellOutcome, { tag: "ended" }>,
): HabError {
  if (status.tag === "not-started") {
    return new HabError("IO", `the build's shell ${describeExit(status)}`, {
      hint: "a build needs bash, and unshare (util-linux) unless the root is /",
    })
  }
  const problems: Problem[] = lines.flatMap((line) => {
    const match = /^(\/.*): line (\d+): (.*)$/.exec(line)
    return match === null ? [] : [{ where: `${match[1]}:${match[2]}`, message: match[3] ?? "" }]
  })
  const said = problems.length > 0 ? "" : [":", ...lines.map((line) => `  ${line}`)].join("\n")
  return new HabError("PLAN_INVALID", `bash could not read ${planFile}${said}`, {
    problems,
    exitCode: status.tag === "exited" && status.code > 0 ? status.code : 1,
  })
}
