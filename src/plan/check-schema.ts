import { HabError } from "../base/errors.ts"
import { valueAt } from "../config/layers.ts"
import { printTomlPath } from "../config/print-toml.ts"
import type { JsonSchema } from "../config/schema.ts"
import { findMismatches } from "../config/schema-rules.ts"
import { parseSchema, SCHEMA_FILE } from "../config/validate.ts"
import type { Checked, Mistake } from "./check.ts"

/** A config.schema.json that no supervisor could enforce, and defaults of the package that it refuses. */
export const SCHEMA_CHECKS: readonly ((checked: Checked) => readonly Mistake[])[] = [schemaMistakes]

function schemaMistakes({ files, directory, defaults }: Checked): readonly Mistake[] {
  const text = files.readTextIfPresent(`${directory}/${SCHEMA_FILE}`)
  if (text === undefined) return []
  try {
    return refusedDefaults(parseSchema(text, SCHEMA_FILE), defaults)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return error.problems.map(({ where, message }) => unusable(where, message, error.hint))
  }
}

/** A value that is missing is for the operator to give; one that is there has to fit. */
function refusedDefaults(schema: JsonSchema, defaults: Checked["defaults"]): Mistake[] {
  return findMismatches(defaults, schema)
    .filter(({ path }) => path.length > 0 && valueAt(defaults, path) !== undefined)
    .map(({ path, message }) => ({
      severity: "error",
      path: "default.toml",
      line: 1,
      column: 1,
      message: `${printTomlPath(path)} ${message} by ${SCHEMA_FILE}: the service could not be loaded`,
    }))
}

function unusable(where: string, message: string, hint: string | undefined): Mistake {
  const [, line, column] = /:(\d+):(\d+)$/.exec(where) ?? []
  const place = { path: SCHEMA_FILE, line: Number(line ?? 1), column: Number(column ?? 1) }
  const said = line === undefined ? `${where} ${message}` : message
  return { severity: "error", ...place, message: said, ...(hint === undefined ? {} : { hint }) }
}
