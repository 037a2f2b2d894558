import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, tryParseIdent } from "./ident.ts"

/** Where in a package a member of its archive goes. */
export type EntryPlace = Readonly<
  /** `hab`, `hab/pkgs` … above the package itself. */
  | { tag: "above" }
  /** `path` is relative to the package's directory; "" is that directory. */
  | { tag: "inside"; ident: FullIdent; path: string }
>

/** What nearly all names are, found in one look: parts that begin with a letter, a digit or one of a few signs. */
const PLAIN = /^(?:[\w@+-][\x21-\x2e\x30-\x7e]*\/)*[\w@+-][\x21-\x2e\x30-\x7e]*$/
/** An empty part, `.` or `..` between the slashes. */
const NOT_PLAIN = /\/(\.{0,2})(?=\/)/
/** A character that could not be decoded would give the file another name than the archive's. */
const UNPRINTABLE = /[\u0000-\u001f\u007f\ufffd]/
const ABOVE = /^hab(\/pkgs(\/[^/]+){0,3})?$/
const INSIDE = /^hab\/pkgs\/([^/]+\/[^/]+\/[^/]+\/[^/]+)\/?/

/**
 * Finds the places of members named `hab/pkgs/o/n/v/r/…`; one leading slash is tolerated (spec package §4.1). `where` names
 * the archive in messages. Throws ARCHIVE_UNSAFE for every name that leads elsewhere or could be mistaken for another.
 */
export function placesIn(where: string): (name: string) => EntryPlace {
  let last: Readonly<{ prefix: string; ident: FullIdent }> | undefined
  return (name) => {
    const text = plainName(name, where)
    // A package's members are thousands, and all have the same ident.
    if (last !== undefined && text.startsWith(last.prefix)) {
      return { tag: "inside", ident: last.ident, path: text.slice(last.prefix.length) }
    }
    if (ABOVE.test(text)) return { tag: "above" }
    const [prefix, release] = INSIDE.exec(text) ?? []
    if (prefix === undefined || release === undefined) throw unsafeArchive(where, name, "it is outside of hab/pkgs")
    const ident = tryParseIdent(release)
    if (ident === undefined || !isFullIdent(ident)) throw unsafeArchive(where, name, "its path names no package")
    last = { prefix: `hab/pkgs/${release}/`, ident }
    return { tag: "inside", ident, path: text.slice(prefix.length) }
  }
}

/** The name without slashes at its ends. */
function plainName(name: string, where: string): string {
  if (PLAIN.test(name)) return name
  const text = name.replace(/^\//, "").replace(/\/+$/, "")
  const wrong = NOT_PLAIN.exec(`/${text}/`)
  if (wrong !== null)
    throw unsafeArchive(where, name, wrong[1] === ".." ? "it leads out of the package" : "its path is not plain")
  if (UNPRINTABLE.test(text)) throw unsafeArchive(where, name, "its name holds unprintable characters")
  return text
}

/** ARCHIVE_UNSAFE for one member. */
export function unsafeArchive(where: string, member: string, why: string): HabError {
  const shown = member.replace(/[^\x20-\x7e]/g, "?").slice(0, 200)
  return new HabError("ARCHIVE_UNSAFE", `${where} is refused: the entry '${shown}' cannot be unpacked, ${why}`, {
    hint: "no package hab builds holds such an entry: do not use this file",
  })
}
