import { HabError, type Problem } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { isValidPackageName, tryParseIdent } from "../package/ident.ts"
import { SHUTDOWN_SIGNALS } from "../package/metadata.ts"
import type { PlanValues, PlanVariable } from "./variables.ts"

/** A plan as it is after being read: its values, and its text for telling where one is set. */
export type ReadPlan = Readonly<{
  planFile: string
  planText: string
  values: PlanValues
  /** The plan defines a function `pkg_version`, which will tell the version during the build. */
  hasVersionFunction: boolean
}>

type Finding = Readonly<{ variable: PlanVariable; message: string }>

const SECONDS_MAX = 2 ** 32 - 1

const CHECKS: readonly ((plan: ReadPlan) => readonly Finding[])[] = [
  checkName,
  checkOrigin,
  checkVersion,
  checkDependencies,
  checkExposes,
  checkShutdown,
  checkType,
]

/** Everything wrong with a plan's variables, each with the line that sets it (spec package §2.2). */
export function planProblems(plan: ReadPlan): Problem[] {
  return CHECKS.flatMap((check) => check(plan)).map(({ variable, message }) => ({
    where: placeOf(plan, variable),
    message,
  }))
}

/** Throws PLAN_INVALID with every problem at once. `packagesPath` is the inner folder packages live in. */
export function validatePlan(plan: ReadPlan, packagesPath: string): void {
  const problems = [...planProblems(plan), ...prefixProblems(plan, packagesPath)]
  if (problems.length === 0) return
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
  throw new HabError("PLAN_INVALID", `${plan.planFile} has ${count}`, { problems })
}

/** A package built elsewhere than at its own place could not be installed there. */
function prefixProblems(plan: ReadPlan, packagesPath: string): Problem[] {
  const { pkg_origin, pkg_name, pkg_version, pkg_release, pkg_prefix } = plan.values
  const place = [packagesPath, pkg_origin, pkg_name, pkg_version, pkg_release].join("/")
  if (pkg_prefix === place) return []
  return [
    { where: placeOf(plan, "pkg_prefix"), message: `pkg_prefix is '${pkg_prefix}', but packages live in ${place}` },
  ]
}

/** Index of the last line that assigns the variable; below 0 when none does. */
export function lastAssignment(lines: readonly string[], variable: string): number {
  const assignment = new RegExp(`^\\s*(?:export\\s+|declare\\s+(?:-\\w+\\s+)*)?${variable}(?:\\[[^\\]]*\\])?\\+?=`)
  return lines.findLastIndex((line) => assignment.test(line))
}

/** `plan.sh:12`, the last line that assigns the variable; the file alone when none does. */
export function placeOf(plan: Pick<ReadPlan, "planFile" | "planText">, variable: string): string {
  const index = lastAssignment(plan.planText.split("\n"), variable)
  return index < 0 ? plan.planFile : `${plan.planFile}:${index + 1}`
}

function checkName({ values: { pkg_name } }: ReadPlan): Finding[] {
  if (pkg_name === "") return [{ variable: "pkg_name", message: "pkg_name is not set" }]
  if (isValidPackageName(pkg_name)) return []
  return [{ variable: "pkg_name", message: `pkg_name '${pkg_name}' may hold only letters, digits, '-' and '_'` }]
}

function checkOrigin({ values: { pkg_origin } }: ReadPlan): Finding[] {
  if (pkg_origin === "") {
    return [{ variable: "pkg_origin", message: "pkg_origin is not set; set it, or HAB_ORIGIN in the environment" }]
  }
  if (isValidPackageName(pkg_origin)) return []
  return [{ variable: "pkg_origin", message: `pkg_origin '${pkg_origin}' may hold only letters, digits, '-' and '_'` }]
}

function checkVersion({ values: { pkg_version }, hasVersionFunction }: ReadPlan): Finding[] {
  const finding = (message: string): Finding[] => [{ variable: "pkg_version", message }]
  if (pkg_version === "" && !hasVersionFunction) {
    return finding("pkg_version is not set, and there is no function pkg_version that prints it")
  }
  // The version becomes a directory name and part of a line in DEPS of other packages.
  if (/[/\s]/.test(pkg_version) || pkg_version === "." || pkg_version === "..") {
    return finding(`pkg_version '${pkg_version}' may not hold '/' or white space`)
  }
  return []
}

function checkDependencies({ values }: ReadPlan): Finding[] {
  return (["pkg_deps", "pkg_build_deps"] as const).flatMap((variable) =>
    values[variable]
      .filter((dependency) => tryParseIdent(dependency) === undefined)
      .map((dependency) => ({
        variable,
        message: `'${dependency}' in ${variable} is not a package identifier (origin/name[/version[/release]])`,
      })),
  )
}

function checkExposes({ values: { pkg_exposes, pkg_exports } }: ReadPlan): Finding[] {
  return pkg_exposes
    .filter((key) => !pkg_exports.has(key))
    .map((key) => {
      const near = nearest(key, pkg_exports.keys())
      const meant = near === undefined ? "" : `; did you mean '${near}'?`
      return { variable: "pkg_exposes", message: `'${key}' in pkg_exposes is not a key of pkg_exports${meant}` }
    })
}

function checkShutdown({ values }: ReadPlan): Finding[] {
  const { pkg_shutdown_signal: signal, pkg_shutdown_timeout_sec: seconds } = values
  const findings: Finding[] = []
  if (signal !== "" && !SHUTDOWN_SIGNALS.includes(signal)) {
    const known = `it must be one of ${SHUTDOWN_SIGNALS.join(", ")}`
    findings.push({ variable: "pkg_shutdown_signal", message: `pkg_shutdown_signal '${signal}' is unknown; ${known}` })
  }
  if (seconds !== "" && (!/^[0-9]+$/.test(seconds) || Number(seconds) > SECONDS_MAX)) {
    const message = `pkg_shutdown_timeout_sec '${seconds}' is not a whole number of seconds`
    findings.push({ variable: "pkg_shutdown_timeout_sec", message })
  }
  return findings
}

function checkType({ values: { pkg_type } }: ReadPlan): Finding[] {
  if (pkg_type !== "composite") return []
  return [{ variable: "pkg_type", message: "composite plans are no longer part of the format: remove pkg_type" }]
}
