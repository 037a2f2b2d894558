import { HabError, type Problem } from "../base/errors.ts"
import { valueAt } from "../config/layers.ts"
import type { ConfigTable } from "../config/toml.ts"
import type { PlanValues } from "./variables.ts"

const PORT_MAX = 65_535

/**
 * The ports behind pkg_exposes, looked up in default.toml through pkg_exports (spec package §3). Throws PLAN_INVALID
 * naming every key that does not lead to a port.
 */
export function exposedPorts(
  values: Pick<PlanValues, "pkg_exposes" | "pkg_exports">,
  defaultConfig: ConfigTable,
  where: string,
): string[] {
  const problems: Problem[] = []
  const ports = values.pkg_exposes.map((key) => {
    const path = values.pkg_exports.get(key)
    const value = path === undefined ? undefined : valueAt(defaultConfig, path.split("."))
    const text = typeof value === "object" ? "" : String(value)
    if (isPort(text)) return text
    problems.push({
      where,
      message: `'${key}' in pkg_exposes ${explain(path, value === undefined ? undefined : text)}`,
    })
    return ""
  })
  if (problems.length === 0) return ports
  throw new HabError("PLAN_INVALID", "pkg_exposes does not lead to ports", {
    problems,
    hint: `each key of pkg_exposes is a key of pkg_exports, whose path leads to 1..${PORT_MAX} in default.toml`,
  })
}

function explain(path: string | undefined, found: string | undefined): string {
  if (path === undefined) return "is not a key of pkg_exports"
  if (found === undefined) return `leads to '${path}', which is not in default.toml`
  return `leads to '${path}', which is ${found === "" ? "no number" : `'${found}'`}`
}

function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX
}
