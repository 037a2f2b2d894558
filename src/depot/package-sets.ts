import { HabError, type Problem } from "../base/errors.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import { type PackageIdent, tryParseIdent } from "../package/ident.ts"
import { isPackageTarget } from "../package/target.ts"

/** Packages to get from one channel for one platform. */
export type PackageSet = Readonly<{ channel: string; target: string; idents: readonly PackageIdent[] }>

const EXAMPLES =
  'one identifier a line, or in a .toml file: [[x86_64-linux]], below it channel = "stable" and packages = ["acme/web"]'
const HEADER_KEYS = ["format_version", "file_descriptor"]

/**
 * Reads a list of packages: TOML with tables named after targets when the file is so called, otherwise an identifier a
 * line with `#` comments (spec package §7.9). Throws PACKAGE_SETS_INVALID with every problem.
 */
export function parsePackageSets(text: string, where: string, defaults: Omit<PackageSet, "idents">): PackageSet[] {
  const problems: Problem[] = []
  const idents = (texts: readonly unknown[]): PackageIdent[] =>
    texts.flatMap((one) => {
      const ident = typeof one === "string" ? tryParseIdent(one) : undefined
      if (ident === undefined) problems.push({ where, message: `'${String(one)}' is not a package identifier` })
      return ident ?? []
    })
  const sets = where.endsWith(".toml") ? fromToml(text) : [{ ...defaults, idents: idents(linesOf(text)) }]
  if (sets.length === 0) problems.push({ where, message: "it names no packages" })
  if (problems.length > 0) {
    throw new HabError("PACKAGE_SETS_INVALID", `${where} cannot be used`, { problems, hint: EXAMPLES })
  }
  return sets

  function fromToml(content: string): PackageSet[] {
    const fields = toPlain(parseToml(content, where)) as Readonly<Record<string, unknown>>
    if ((fields["format_version"] ?? 1) !== 1) problems.push({ where, message: "format_version must be 1" })
    return Object.entries(fields).flatMap(([target, tables]) => {
      if (HEADER_KEYS.includes(target)) return []
      if (!isPackageTarget(target) || !Array.isArray(tables)) {
        problems.push({ where, message: `'${target}' is not a platform with a list of [[${target}]] tables` })
        return []
      }
      return tables.map((table: Readonly<Record<string, unknown>>) => {
        const { channel = defaults.channel, packages } = table
        if (!Array.isArray(packages)) problems.push({ where, message: `[[${target}]] needs a list 'packages'` })
        return { channel: String(channel), target, idents: idents(Array.isArray(packages) ? packages : []) }
      })
    })
  }
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
}
