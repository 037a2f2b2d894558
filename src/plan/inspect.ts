import { HabError } from "../base/errors.ts"
import { formatStamp } from "../base/timestamp.ts"
import { buildMoment } from "./build-moment.ts"
import { absolute, buildPaths } from "./build-paths.ts"
import type { BuildHost, BuildRequest } from "./build-state.ts"
import { type PlanFinding, planFindings, templateFindings } from "./check.ts"
import { loadPlan } from "./load-plan.ts"
import { locatePlan, type PlanLocation } from "./locate.ts"
import { startPlanShell } from "./plan-shell.ts"
import { shellEnvironment } from "./shell-environment.ts"
import type { ReadPlan } from "./validate.ts"

type InspectHost = Pick<BuildHost, "clock" | "cwd" | "env" | "files" | "shells">
type InspectRequest = Pick<
  BuildRequest,
  "planContext" | "layout" | "enclosure" | "bashDirectory" | "target" | "origin" | "signal"
>

const TAIL_LINES = 20

/**
 * Reads a plan in a shell of its own and ends that shell: nothing is built and nothing written. Throws PLAN_NOT_FOUND,
 * PLAN_UNSUPPORTED, and PLAN_INVALID when bash cannot read it.
 */
export async function inspectPlan(
  host: InspectHost,
  request: InspectRequest,
): Promise<Readonly<{ location: PlanLocation; plan: ReadPlan }>> {
  const location = locatePlan(host, { context: absolute(request.planContext, host.cwd), target: request.target })
  const paths = buildPaths({ layout: request.layout, env: host.env, cwd: host.cwd })
  const epochSeconds = buildMoment(host)
  const env = shellEnvironment({ env: host.env, paths, epochSeconds, origin: request.origin })
  const lines: string[] = []
  const shell = startPlanShell(host, {
    argv: request.enclosure.wrap(["bash", "--noprofile", "--norc", `${request.bashDirectory}/session.bash`]),
    env,
    cwd: location.planContext,
    helpers: {},
    onLine: (line) => lines.push(line),
  })
  const stop = () => shell.end()
  request.signal?.addEventListener("abort", stop)
  try {
    const plan = await loadPlan(
      shell,
      { tail: () => lines.slice(-TAIL_LINES) },
      {
        location,
        planText: host.files.readText(location.planFile),
        paths,
        release: formatStamp(epochSeconds * 1000),
        target: host.env["BUILD_PKG_TARGET"] || request.target,
        sourcePath: location.sourceContext,
        initialPath: env["PATH"] ?? "",
        initialDirectory: host.cwd,
      },
    )
    await shell.run("__hab_running=; trap - EXIT; exit 0")
    return { location, plan }
  } finally {
    request.signal?.removeEventListener("abort", stop)
    stop()
    await shell.exited
  }
}

/**
 * `hab plan check`: every mistake of a plan and its templates, in the order of files and lines. What a template cannot render
 * is an error here, though a build packages it; a plan that bash cannot read is one finding. Throws PLAN_NOT_FOUND and PLAN_UNSUPPORTED.
 */
export async function checkPlan(host: InspectHost, request: InspectRequest): Promise<readonly PlanFinding[]> {
  try {
    const inspected = await inspectPlan(host, request)
    const inTemplates = templateFindings(host, inspected).map((found) => ({ ...found, severity: "error" as const }))
    return [...planFindings(host, inspected), ...inTemplates]
  } catch (error) {
    if (!(error instanceof HabError) || error.code !== "PLAN_INVALID") throw error
    const problems = error.problems.length > 0 ? error.problems : [{ where: "", message: error.message }]
    return problems.map(({ where, message }) => {
      const [, file = "plan.sh", line = "1"] = /([^/]+):(\d+)$/.exec(where) ?? []
      return { severity: "error", path: file, line: Number(line), column: 1, message, frame: "" }
    })
  }
}
