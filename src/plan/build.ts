import { required } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { Build, BuildHost, BuildRequest, BuildResult } from "./build-state.ts"
import { LEAVE, openBuild } from "./open-build.ts"
import { PHASES } from "./phases.ts"
import type { PlanShell } from "./plan-shell.ts"
import { releasePrefix } from "./prefix.ts"

const RUN_AFTER_SUCCESS = [
  "if declare -F do_after_success >/dev/null; then",
  '  (do_after_success) || warn "do_after_success failed; the package is made all the same"',
  "fi",
  "__hab_running=",
  "exit 0",
].join("\n")

const HOST_BUILD = "Programs of this machine are visible to the build, in a clean environment; --sandbox hides them"

/**
 * Builds the plan of a folder into a signed artifact (spec package §2, §3) and copies it to the output folder. What it
 * installs while building is removed again: only installing the artifact installs. Throws the PLAN_*, BUILD_*, KEY_* and
 * PACK_* errors; do_after_failure of the plan has run by then.
 */
export async function buildPackage(host: BuildHost, request: BuildRequest): Promise<BuildResult> {
  let shell: PlanShell | undefined
  let unlock: (() => void) | undefined
  const stop = () => shell?.end()
  request.signal?.addEventListener("abort", stop)
  try {
    const build = await openBuild(host, request, {
      onShell(started) {
        shell = started
        if (request.signal?.aborted) started.end()
      },
      onLock(release) {
        unlock = release
      },
    })
    return await runPhases(build)
  } catch (error) {
    if (error instanceof HabError || request.signal?.aborted !== true) throw error
    throw new HabError("BUILD_INTERRUPTED", "the build was stopped", { cause: error })
  } finally {
    request.signal?.removeEventListener("abort", stop)
    stop()
    unlock?.()
  }
}

async function runPhases(build: Build): Promise<BuildResult> {
  const { report } = build.request
  report({ tag: "begin", text: `Building ${build.location.planFile}` })
  if (build.request.sandbox !== true) report({ tag: "note", text: HOST_BUILD })
  try {
    for (const phase of PHASES) {
      await phase.run(build)
      if (build.found.unchanged !== undefined) return await sayUnchanged(build, build.found.unchanged)
    }
    await build.shell.run(RUN_AFTER_SUCCESS)
    const result = required(build.found.result, "build result")
    describeResult(build, result)
    return result
  } catch (error) {
    const code = error instanceof HabError && error.exitCode > 0 ? error.exitCode : 1
    await build.shell.run(`exit ${code}`)
    throw error
  } finally {
    await build.shell.exited
    releasePrefix(build)
    build.log.close()
    const trouble = build.log.trouble()
    if (trouble !== undefined) report({ tag: "warning", text: `The log ${build.log.path()} is cut short: ${trouble}` })
  }
}

async function sayUnchanged({ request, shell }: Build, result: BuildResult): Promise<BuildResult> {
  await shell.run(LEAVE)
  const what = stringifyIdent(result.ident)
  request.report({ tag: "end", text: `Nothing changed since ${what} was built; --force builds it again` })
  return result
}

function describeResult(build: Build, result: BuildResult): void {
  const { report } = build.request
  const rows = [
    ["Source Path", build.location.sourceContext],
    ["Installed Path", required(build.found.prefix, "prefix")],
    ["Artifact", result.artifact],
    ["Build Report", result.summary],
    ["SHA256 Checksum", result.sha256],
    ["Blake2b Checksum", result.blake2b],
  ]
  for (const [label, value] of rows) report({ tag: "note", text: `${label}: ${value}` })
  report({ tag: "end", text: `Built ${stringifyIdent(result.ident)}` })
}
