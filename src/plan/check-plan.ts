import { nearest } from "../base/nearest.ts"
import { valueAt } from "../config/layers.ts"
import { type ConfigTable, isConfigTable } from "../config/value.ts"
import { CALLBACKS, LAST_CALLBACKS } from "./callbacks.ts"
import type { Checked, Mistake } from "./check.ts"
import { exposeProblems } from "./exposes.ts"
import { lastAssignment, planProblems } from "./validate.ts"
import { PLAN_VARIABLES, type PlanValues } from "./variables.ts"

const CALLBACK_NAMES = [...Object.keys(CALLBACKS), ...Object.keys(LAST_CALLBACKS)]
const DIRECTORY_LISTS = ["pkg_bin_dirs", "pkg_lib_dirs", "pkg_include_dirs", "pkg_pconfig_dirs"] as const
const SHA256 = /^[0-9a-fA-F]{64}$/

/** What is looked for in plan.sh; each returns what it found. */
export const PLAN_CHECKS: readonly ((checked: Checked) => readonly Mistake[])[] = [
  variableMistakes,
  unknownVariables,
  unknownCallbacks,
  bindMistakes,
  exportMistakes,
  exposeMistakes,
  sourceMistakes,
  directoryMistakes,
  repeatedDependencies,
  serviceMistakes,
]

type Place = Readonly<{ path: string; line: number; column: number }>

function planName({ directory, plan }: Checked): string {
  return plan.planFile.startsWith(`${directory}/`) ? plan.planFile.slice(directory.length + 1) : "plan.sh"
}

/** The last line that assigns the variable; with `detail`, the line at or after it that holds that text. */
function placeOf(checked: Checked, variable: string, detail?: string): Place {
  const lines = checked.plan.planText.split("\n")
  const at = Math.max(0, lastAssignment(lines, variable))
  const found = detail === undefined ? -1 : lines.findIndex((line, index) => index >= at && line.includes(detail))
  const index = found < 0 ? at : found
  const column = (lines[index] ?? "").indexOf(found < 0 ? variable : (detail ?? variable))
  return { path: planName(checked), line: index + 1, column: Math.max(0, column) + 1 }
}

function warning(place: Place, message: string, hint?: string): Mistake {
  return { severity: "warning", ...place, message, ...(hint === undefined ? {} : { hint }) }
}

function meant(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates)
  return near === undefined ? undefined : `did you mean '${near}'?`
}

/** What stops a build, found at once. */
function variableMistakes(checked: Checked): Mistake[] {
  return planProblems(checked.plan)
    .filter(({ message }) => !/^'.*' in pkg_exposes /.test(message))
    .map(({ where, message }) => {
      const line = Number(/:(\d+)$/.exec(where)?.[1] ?? "1")
      return { severity: "error", path: planName(checked), line, column: 1, message }
    })
}

/** Plans keep values of their own in pkg_ variables; one that nothing reads is a slip. */
function unknownVariables(checked: Checked): Mistake[] {
  const text = checked.plan.planText
  const assigned = [...text.matchAll(/^\s*(?:export\s+)?(pkg_\w+)(?:\[[^\]]*\])?\+?=/gm)].map(([, name = ""]) => name)
  return [...new Set(assigned)]
    .filter((name) => !Object.hasOwn(PLAN_VARIABLES, name))
    .filter((name) => !new RegExp(`\\$\\{?[#!]?${name}\\b`).test(text))
    .map((name) =>
      warning(
        placeOf(checked, name),
        `${name} is no variable of the format, and nothing in the plan reads it`,
        meant(name, Object.keys(PLAN_VARIABLES)),
      ),
    )
}

function unknownCallbacks(checked: Checked): Mistake[] {
  const text = checked.plan.planText
  const lines = text.split("\n")
  return lines.flatMap((line, index) => {
    const name = /^(?:function\s+)?(do_\w+)\s*\(\)/.exec(line)?.[1]
    if (name === undefined || CALLBACK_NAMES.includes(name) || name.startsWith("do_default_")) return []
    if (text.split(new RegExp(`\\b${name}\\b`)).length > 2) return []
    const place = { path: planName(checked), line: index + 1, column: line.indexOf(name) + 1 }
    return [
      warning(place, `${name} is no callback, and nothing calls it: it will never run`, meant(name, CALLBACK_NAMES)),
    ]
  })
}

function bindMistakes(checked: Checked): Mistake[] {
  const { values } = checked.plan
  const variables = ["pkg_binds", "pkg_binds_optional"] as const
  const written = variables.flatMap((variable) =>
    [...values[variable]].flatMap(([name, keys]) => {
      const problem = bindProblem(name, keys)
      return problem === undefined ? [] : [warning(placeOf(checked, variable, name), ...problem)]
    }),
  )
  const twice = [...values.pkg_binds.keys()]
    .filter((name) => values.pkg_binds_optional.has(name))
    .map((name) => {
      const place = placeOf(checked, "pkg_binds_optional", name)
      return warning(place, `the bind '${name}' is both required and optional`, "keep it in one of the two")
    })
  return [...written, ...twice]
}

function bindProblem(name: string, keys: string): [string, string] | undefined {
  const form = 'write pkg_binds=([database]="port host"): a name, then the keys it needs, separated by spaces'
  if (!/^[\w.-]+$/.test(name)) return [`'${name}' is not a name of a bind`, form]
  if (keys.trim() === "") return [`the bind '${name}' asks for no key`, form]
  const odd = keys
    .trim()
    .split(/\s+/)
    .find((key) => !/^[\w.-]+$/.test(key))
  return odd === undefined ? undefined : [`the bind '${name}' asks for '${odd}', which is not a name of a key`, form]
}

function exportMistakes(checked: Checked): Mistake[] {
  const { pkg_exports: exports, pkg_exposes: exposes } = checked.plan.values
  return [...exports]
    .filter(([key, path]) => !exposes.includes(key) && valueAt(checked.defaults, path.split(".")) === undefined)
    .map(([key, path]) =>
      warning(
        placeOf(checked, "pkg_exports", path),
        `'${key}' in pkg_exports leads to '${path}', which is not in default.toml`,
        meant(path, pathsOf(checked.defaults)),
      ),
    )
}

function exposeMistakes(checked: Checked): Mistake[] {
  const { values } = checked.plan
  return exposeProblems(values, checked.defaults).map(({ key, message }) => ({
    severity: "error",
    ...placeOf(checked, "pkg_exposes", key),
    message,
    ...hint(
      meant(key, values.pkg_exports.keys()) ?? meant(values.pkg_exports.get(key) ?? "", pathsOf(checked.defaults)),
    ),
  }))
}

function hint(text: string | undefined): { hint?: string } {
  return text === undefined ? {} : { hint: text }
}

function pathsOf(table: ConfigTable, before: readonly string[] = []): string[] {
  return [...table].flatMap(([key, value]) =>
    isConfigTable(value) ? pathsOf(value, [...before, key]) : [[...before, key].join(".")],
  )
}

/** A plan with a do_verify or do_download of its own checks its download as it likes. */
function sourceMistakes(checked: Checked): Mistake[] {
  const { pkg_source: source, pkg_shasum: sum } = checked.plan.values
  const own = /^\s*(?:function\s+)?do_(?:verify|download)\s*\(\)/m.test(checked.plan.planText)
  if (source === "" || own || SHA256.test(sum)) return []
  const what = sum === "" ? "pkg_shasum is not set" : `pkg_shasum '${sum}' is not a SHA-256`
  const place = placeOf(checked, sum === "" ? "pkg_source" : "pkg_shasum")
  return [warning(place, `${what}: do_verify will refuse the download`, "print it with: sha256sum FILE")]
}

function directoryMistakes(checked: Checked): Mistake[] {
  return DIRECTORY_LISTS.flatMap((variable) =>
    checked.plan.values[variable]
      .filter((directory) => directory.startsWith("/"))
      .map((directory) =>
        warning(
          placeOf(checked, variable, directory),
          `'${directory}' in ${variable} is absolute; these folders are below pkg_prefix`,
          `write '${directory.split("/").at(-1)}'`,
        ),
      ),
  )
}

function repeatedDependencies(checked: Checked): Mistake[] {
  return (["pkg_deps", "pkg_build_deps"] as const).flatMap((variable) => {
    const list = checked.plan.values[variable]
    const repeated = new Set(list.filter((dependency, index) => list.indexOf(dependency) !== index))
    return [...repeated].map((dependency) =>
      warning(placeOf(checked, variable, dependency), `'${dependency}' is in ${variable} twice`),
    )
  })
}

function serviceMistakes(checked: Checked): Mistake[] {
  const { values, planText } = checked.plan
  const groupSet = /^\s*(?:export\s+)?pkg_svc_group=/m.test(planText)
  if (values.pkg_svc_user === "hab" || groupSet || values.pkg_svc_group !== "hab") return []
  const place = placeOf(checked, "pkg_svc_user")
  return [warning(place, "pkg_svc_user is set and pkg_svc_group is not: the group stays 'hab'", groupHint(values))]
}

function groupHint({ pkg_svc_user: user }: PlanValues): string {
  return `set pkg_svc_group=${user} when the service should run in that group`
}
