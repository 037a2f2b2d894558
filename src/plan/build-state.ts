import { HabError } from "../base/errors.ts"
import { describeExit, type ExitStatus } from "../base/exit-status.ts"
import type { Layout } from "../base/layout.ts"
import { hostPath } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { Key } from "../crypto/key.ts"
import type { FullIdent } from "../package/ident.ts"
import type { PackageStore } from "../package/store.ts"
import type { BindMount, Enclosure } from "../ports/enclosure.ts"
import type { Host } from "../ports/host.ts"
import type { BuildLog } from "./build-log.ts"
import type { BuildPaths } from "./build-paths.ts"
import type { ResolvedDependencies } from "./dependencies.ts"
import type { VariableRules } from "./environment.ts"
import type { PlanLocation } from "./locate.ts"
import type { DependencySource } from "./obtain-dependencies.ts"
import {
  type FailedCommand,
  type PlanShell,
  parsePlanValues,
  REPORT_PLAN_VALUES,
  type ShellOutcome,
} from "./plan-shell.ts"
import type { ReadPlan } from "./validate.ts"
import type { PlanValues } from "./variables.ts"

/** What of the machine a build uses. */
export type BuildHost = Pick<
  Host,
  "clock" | "compression" | "cwd" | "downloader" | "env" | "files" | "locks" | "pid" | "shells"
>

/** What the caller decides about a build. */
export type BuildRequest = Readonly<{
  /** The folder given by the user; it or its `habitat/` holds the plan. */
  planContext: string
  layout: Layout
  store: PackageStore
  enclosure: Enclosure
  report: Report
  /** Host path of the folder with session.bash and its parts: `src/plan`, or `dist/plan` when bundled. */
  bashDirectory: string
  /** The platform to build for. */
  target: string
  /** Replaces pkg_origin, as HAB_ORIGIN does. */
  origin?: string
  /** The moment of the build instead of SOURCE_DATE_EPOCH or now (`--release`). */
  epochSeconds?: number
  /** Version of hab, recorded in BUILDINFO. */
  version?: string
  /** Builds although nothing changed since the last build (`--force`). */
  force?: boolean
  /** `keep`: plan.lock must stay as it is (`--locked`). `renew`: it is written from what is newest (`--update-lock`). */
  lock?: "keep" | "renew"
  /** Only what is declared is visible to the build (`--sandbox`). */
  sandbox?: boolean
  /** False: the plan is not checked for mistakes first (`--no-check`). */
  check?: boolean
  /** Where packages that are not installed come from; left out, what is installed must do. */
  dependencySource?: DependencySource
  /** Asks the user for a line, for `attach`; undefined at the end of input and where there is no terminal. */
  askLine?: (prompt: string) => Promise<string | undefined>
  /** Ends the build: SIGTERM to all it started, SIGKILL 0.9 s later. */
  signal?: AbortSignal
}>

/** One build, as its phases pass it along. The mutable fields are filled by the phases that find them. */
export type Build = Readonly<{
  host: BuildHost
  request: BuildRequest
  paths: BuildPaths
  location: PlanLocation
  planText: string
  shell: PlanShell
  log: BuildLog
  /** Seconds since the epoch: the release, and the time of every file in the package. */
  epochSeconds: number
  /** A folder of ours the package is built in because its release is installed; it is seen at the package's place. */
  aside: BindMount | undefined
  found: Found
}>

/** What a build left in the output folder. Host paths. */
export type BuildResult = Readonly<{
  ident: FullIdent
  /** The .hart in the output folder. */
  artifact: string
  sha256: string
  blake2b: string
  /** The whole output of the build. */
  log: string
  /** last_build.env. */
  summary: string
}>

type Found = {
  /** Hash of everything the package is made from. */
  inputs?: string
  /** The last build, when nothing changed since. */
  unchanged?: BuildResult
  plan?: ReadPlan
  key?: Key<"origin-secret">
  dependencies?: ResolvedDependencies
  rules?: VariableRules
  /** Inner: the package's place, once it is ours to write and to remove. */
  prefix?: string
  /** What is being built, as `prefix` says. */
  ident?: FullIdent
  /** Where the package is while it is being finished: half a package must not look installed. */
  apart?: BindMount
  /** Inner: the build's own folder. */
  scratch?: string
  result?: BuildResult
}

/** The inner folder of one build: its HOME, and its package when that must be apart from an installed one. */
export function scratchOf(paths: BuildPaths, values: Pick<PlanValues, "pkg_origin" | "pkg_name">): string {
  return `${paths.scratch}/${values.pkg_origin}-${values.pkg_name}`
}

/** Where we open what the plan calls `inner`. */
export function toHost({ request, ...build }: Pick<Build, "request" | "aside" | "found">, inner: string): string {
  const aside = build.aside ?? build.found.apart
  if (aside !== undefined && (inner === aside.at || inner.startsWith(`${aside.at}/`))) {
    return aside.from + inner.slice(aside.at.length)
  }
  return hostPath(request.layout, inner)
}

/** Evaluates code in the build's shell. Throws BUILD_PHASE_FAILED or BUILD_INTERRUPTED when the shell ends over it. */
export async function ask(build: Build, phase: string, code: string): Promise<readonly string[]> {
  const outcome = await build.shell.run(code)
  if (outcome.tag === "done") return outcome.fields
  throw phaseFailure(build, phase, outcome)
}

/** The plan's variables as they are now. */
export async function planValues(build: Build, phase: string): Promise<PlanValues> {
  return parsePlanValues(await ask(build, phase, REPORT_PLAN_VALUES))
}

/** Why a phase ended the shell, with the last lines and the whole log's path. */
function phaseFailure(
  build: Pick<Build, "log" | "request" | "location" | "paths" | "found">,
  phase: string,
  outcome: Extract<ShellOutcome, { tag: "ended" }>,
): HabError {
  const { log, request, location } = build
  if (request.signal?.aborted) return new HabError("BUILD_INTERRUPTED", `the build was stopped during ${phase}`)
  const lines = log.tail().map((line) => `  ${line}`)
  const path = log.path()
  const hint = [...adviceOn(build, phase), ...(path === undefined ? [] : [`the whole output is in ${path}`])].join("\n")
  return new HabError(
    "BUILD_PHASE_FAILED",
    [`${phase} failed${describeFailure(outcome.failed, location.planFile, outcome.status)}`, ...lines].join("\n"),
    {
      exitCode: outcome.status.tag === "exited" && outcome.status.code > 0 ? outcome.status.code : 1,
      ...(hint === "" ? {} : { hint }),
    },
  )
}

/** A checksum that is wrong is either the plan's or the file's. */
function adviceOn({ request, paths, found }: Pick<Build, "request" | "paths" | "found">, phase: string): string[] {
  const name = found.plan?.values.pkg_filename ?? ""
  if (phase !== "do_verify" || name === "") return []
  const file = `${hostPath(request.layout, paths.sources)}/${name}`
  return [`compare both sums with the one upstream publishes, then correct pkg_shasum or remove ${file}`]
}

function describeFailure({ command, file, line }: FailedCommand, planFile: string, status: ExitStatus): string {
  if (command === "") return `: the build's shell ${describeExit(status)}`
  const place = file === planFile ? ` at ${planFile}:${line}` : ""
  return `${place}: '${command}' ${describeExit(status)}`
}
