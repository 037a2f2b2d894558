import { HabError, type Problem } from "../base/errors.ts"
import { valueAt } from "../config/layers.ts"
import type { ConfigTable } from "../config/toml.ts"
import type { PlanValues } from "./variables.ts"

const PORT_MAX = 65_535

type Exposing = Pick<PlanValues, "pkg_exposes" | "pkg_exports">

/**
 * The ports behind pkg_exposes, looked up in default.toml through pkg_exports (spec package §3). Throws PLAN_INVALID
 * naming every key that does not lead to a port.
 */
export function exposedPorts(values: Exposing, defaultConfig: ConfigTable, where: string): string[] {
  const problems: Problem[] = exposeProblems(values, defaultConfig).map(({ message }) => ({ where, message }))
  if (problems.length === 0) return values.pkg_exposes.map((key) => lookUp(values, defaultConfig, key).text ?? "")
  throw new HabError("PLAN_INVALID", "pkg_exposes does not lead to ports", {
    problems,
    hint: `each key of pkg_exposes is a key of pkg_exports, whose path leads to 1..${PORT_MAX} in default.toml`,
  })
}

/** Keys of pkg_exposes that do not lead to a port, each with where it leads. */
export function exposeProblems(values: Exposing, defaultConfig: ConfigTable): { key: string; message: string }[] {
  return values.pkg_exposes.flatMap((key) => {
    const { path, text } = lookUp(values, defaultConfig, key)
    if (text !== undefined && isPort(text)) return []
    return [{ key, message: `'${key}' in pkg_exposes ${explain(path, text)}` }]
  })
}

function lookUp(values: Exposing, defaultConfig: ConfigTable, key: string): { path?: string; text?: string } {
  const path = values.pkg_exports.get(key)
  if (path === undefined) return {}
  const value = valueAt(defaultConfig, path.split("."))
  if (value === undefined) return { path }
  return { path, text: typeof value === "object" ? "" : String(value) }
}

function explain(path: string | undefined, found: string | undefined): string {
  if (path === undefined) return "is not a key of pkg_exports"
  if (found === undefined) return `leads to '${path}', which is not in default.toml`
  return `leads to '${path}', which is ${found === "" ? "no number" : `'${found}'`}`
}

function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX
}
