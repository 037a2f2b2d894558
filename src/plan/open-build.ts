import { HabError } from "../base/errors.ts"
import { hostPath, innerPath } from "../base/layout.ts"
import { formatStamp } from "../base/timestamp.ts"
import type { BindMount, Sandbox } from "../ports/enclosure.ts"
import { type BuildLog, createBuildLog } from "./build-log.ts"
import { buildMoment } from "./build-moment.ts"
import { absolute, type BuildPaths, buildPaths } from "./build-paths.ts"
import { type Build, type BuildHost, type BuildRequest, scratchOf } from "./build-state.ts"
import { findDependencies } from "./dependency-steps.ts"
import { loadPlan } from "./load-plan.ts"
import { locatePlan, type PlanLocation } from "./locate.ts"
import { identParts } from "./package-steps.ts"
import { type PlanShell, startPlanShell } from "./plan-shell.ts"
import { claimPrefix } from "./prefix.ts"
import { assignText } from "./protocol.ts"
import { requireSandbox, sandboxPlace, visiblePaths } from "./sandbox.ts"
import { shellEnvironment } from "./shell-environment.ts"
import { shellHelpers } from "./shell-helpers.ts"
import { type ReadPlan, validatePlan } from "./validate.ts"
import type { PlanValues } from "./variables.ts"

/** Ends a shell that did its part; do_after_failure is not for this. */
export const LEAVE = "__hab_running=; trap - EXIT; exit 0"

/** A build before its plan was read. */
type Unread = Readonly<{
  host: BuildHost
  request: BuildRequest
  paths: BuildPaths
  location: PlanLocation
  planText: string
  epochSeconds: number
  log: BuildLog
}>

/** Who ends what a build holds. */
export type Holders = Readonly<{ onShell: (shell: PlanShell) => void; onLock: (release: () => void) => void }>

/**
 * Finds the plan, reads it in a new shell and checks its variables: a build ready for its first phase. The plan is read
 * again in another shell when the very release is installed and the build has to be kept apart from it. Each shell is
 * given to `onShell` as it starts, and the release of the build's lock to `onLock`. Throws BUILD_RUNNING.
 */
export async function openBuild(host: BuildHost, request: BuildRequest, { onShell, onLock }: Holders): Promise<Build> {
  const unread = prepare(host, request)
  try {
    return await readAndClaim(unread, { onShell, onLock })
  } catch (error) {
    unread.log.close()
    throw error
  }
}

async function readAndClaim(unread: Unread, { onShell, onLock }: Holders): Promise<Build> {
  const { host, request } = unread
  const sandbox = request.sandbox === true ? requireSandbox(request) : undefined
  const first = await readPlan(unread, readingWrap(unread, sandbox), onShell)
  const { pkg_name, pkg_origin } = first.values
  onLock(await lockBuild(host, request, pkg_name))
  unread.log.open(unread.paths.output, pkg_name)
  if (sandbox !== undefined) return await moveIntoSandbox(unread, sandbox, first, onShell)
  const taken = claimPrefix({ host, request, paths: unread.paths }, first.values)
  if (taken.tag === "free") return await enterScratch(first.build, first.values)
  await first.build.shell.run(LEAVE)
  request.report({
    tag: "note",
    text: `${pkg_origin}/${pkg_name} is installed in this release; building apart from it`,
  })
  const { aside } = taken
  const bind: Wrap = (argv) => request.enclosure.bind?.(argv, aside) ?? argv
  const second = await readPlan(unread, bind, onShell, aside)
  return await enterScratch(second.build, second.values)
}

/** The plan is read for its dependencies where it can read packages and itself, and write nothing. */
function readingWrap(unread: Unread, sandbox: Sandbox | undefined): Wrap {
  const { enclosure, layout, store } = unread.request
  if (sandbox === undefined) return (argv) => enclosure.wrap(argv)
  unread.host.files.makeDirectories(`${layout.hab}/pkgs`)
  const visible = visiblePaths(unread, store.list())
  return (argv) => sandbox(argv, visible)
}

/** Asks the plan for its dependencies, then reads it again where only these are. */
async function moveIntoSandbox(
  unread: Unread,
  sandbox: Sandbox,
  { build, values }: Opened,
  onShell: (shell: PlanShell) => void,
): Promise<Build> {
  const { files } = unread.host
  const { allTdeps } = await findDependencies(build, "dependencies").catch(async (error: unknown) => {
    await build.shell.run("exit 1")
    throw error
  })
  await build.shell.run(LEAVE)
  const place = sandboxPlace(unread, values)
  files.removeTree(place.from)
  for (const folder of [place.from, hostPath(unread.request.layout, unread.paths.sources)])
    files.makeDirectories(folder)
  const visible = visiblePaths(unread, allTdeps, { values, place })
  const second = await readPlan(unread, (argv) => sandbox(argv, visible), onShell, place)
  return await enterScratch(second.build, second.values)
}

/** Two builds of one program would unpack into the same folder. */
async function lockBuild(host: BuildHost, request: BuildRequest, name: string): Promise<() => void> {
  const directory = `${request.layout.hab}/cache/build`
  host.files.makeDirectories(directory)
  const result = await host.locks.acquire(`${directory}/${name}.lock`, { content: `process ${host.pid}\n` })
  if (result.tag === "acquired") return result.release
  throw new HabError("BUILD_RUNNING", `${result.by.trim() || "another hab"} is building '${name}' on this root`, {
    hint: "wait for it to end, or end it",
  })
}

function prepare(host: BuildHost, request: BuildRequest): Unread {
  const context = absolute(request.planContext, host.cwd)
  const location = locatePlan(host, { context, target: request.target })
  for (const text of location.warnings) request.report({ tag: "warning", text })
  return {
    host,
    request,
    location,
    paths: buildPaths({ layout: request.layout, env: host.env, cwd: host.cwd }),
    planText: host.files.readText(location.planFile),
    epochSeconds: request.epochSeconds ?? buildMoment(host),
    log: createBuildLog(host),
  }
}

type Opened = Readonly<{ build: Build; values: PlanValues }>

type Argv = readonly [string, ...string[]]
type Wrap = (argv: Argv) => Argv

async function readPlan(
  unread: Unread,
  wrap: Wrap,
  onShell: (shell: PlanShell) => void,
  aside?: BindMount,
): Promise<Opened> {
  const { host, request, paths, location, log } = unread
  const env = shellEnvironment({ env: host.env, paths, epochSeconds: unread.epochSeconds, origin: request.origin })
  const shell = startShell(unread, wrap, env, () => build)
  onShell(shell)
  const found: Build["found"] = {}
  const build: Build = { ...unread, shell, aside, found }
  const plan = await loadPlan(shell, log, {
    location,
    planText: unread.planText,
    paths,
    release: formatStamp(unread.epochSeconds * 1000),
    target: host.env["BUILD_PKG_TARGET"] || request.target,
    sourcePath: host.env["HAB_SRC_PATH"] ? absolute(host.env["HAB_SRC_PATH"], host.cwd) : location.sourceContext,
    initialPath: env["PATH"] ?? "",
    initialDirectory: host.cwd,
  })
  await refuseInvalid(shell, plan, paths)
  found.plan = plan
  return { build, values: plan.values }
}

function startShell(
  { host, request, location, log }: Unread,
  wrap: Wrap,
  env: Readonly<Record<string, string>>,
  build: () => Build,
): PlanShell {
  const session = innerPath(request.layout, `${request.bashDirectory}/session.bash`)
  return startPlanShell(host, {
    argv: wrap(["bash", "--noprofile", "--norc", session]),
    env,
    cwd: location.planContext,
    helpers: shellHelpers(build),
    onLine(line) {
      log.add(line)
      request.report({ tag: "output", source: "", stream: "stdout", line })
    },
  })
}

/** do_after_failure of the plan runs for a plan that is refused, too. */
async function refuseInvalid(shell: PlanShell, plan: ReadPlan, paths: BuildPaths): Promise<void> {
  try {
    validatePlan(plan, paths.packages)
  } catch (error) {
    await shell.run("exit 1")
    throw error
  }
}

/** HOME is an empty folder of the build's own, at the same place on every machine. */
async function enterScratch(build: Build, values: PlanValues): Promise<Build> {
  const { files } = build.host
  const scratch = scratchOf(build.paths, values)
  const home = hostPath(build.request.layout, `${scratch}/home`)
  files.removeTree(home)
  files.makeDirectories(home)
  build.found.prefix = values.pkg_prefix
  build.found.ident = identParts(values)
  build.found.scratch = scratch
  await build.shell.run(assignText("HOME", `${scratch}/home`))
  return build
}
