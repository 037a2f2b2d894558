import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, tryParseIdent } from "./ident.ts"

/** A name with the export keys it wants, from BINDS or BINDS_OPTIONAL. */
export type Bind = Readonly<{ name: string; exports: readonly string[] }>

/** METADATA_INVALID for one file. `where` is its path, or the archive and file it came from. */
export function invalidMetadata(where: string, why: string): HabError {
  return new HabError("METADATA_INVALID", `${where}: ${why}`, {
    hint: "the package is damaged or was built wrongly: build or install it again",
  })
}

/** The trimmed, non-empty lines; CRLF and a missing final line feed are accepted. */
export function textLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
}

/** One exact identifier (IDENT). Throws METADATA_INVALID. */
export function parseIdentText(text: string, where: string): FullIdent {
  const ident = tryParseIdent(text.trim())
  if (ident !== undefined && isFullIdent(ident)) return ident
  throw invalidMetadata(where, `'${text.trim()}' is not a fully qualified identifier`)
}

/** DEPS, TDEPS and their kin: one exact identifier per line. Throws METADATA_INVALID. */
export function parseIdentLines(text: string, where: string): FullIdent[] {
  return textLines(text).map((line) => parseIdentText(line, where))
}

/** `KEY=VALUE` per line, split at the first `=`. Throws METADATA_INVALID for a line without one. */
export function parsePairs(text: string, where: string): Record<string, string> {
  return Object.fromEntries(
    textLines(text).map((line) => {
      const at = line.indexOf("=")
      if (at < 1) throw invalidMetadata(where, `the line '${line}' is not KEY=VALUE`)
      return [line.slice(0, at), line.slice(at + 1)] as const
    }),
  )
}

/** `name=key key` per line; a second `=` and what follows are ignored. Throws METADATA_INVALID. */
export function parseBinds(text: string, where: string): Bind[] {
  return textLines(text).map((line) => {
    const [name = "", exports] = line.split("=")
    if (exports === undefined || name.trim() === "") throw invalidMetadata(where, `the line '${line}' is not name=keys`)
    return { name: name.trim(), exports: parseWords(exports) }
  })
}

/** Words between white space. */
export function parseWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "")
}

/** Non-empty paths between colons. */
export function parsePaths(text: string): string[] {
  return text
    .trim()
    .split(":")
    .filter((entry) => entry !== "")
}
