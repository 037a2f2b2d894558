import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, tryParseIdent } from "./ident.ts"

/** Where in a package a member of its archive goes. */
export type EntryPlace = Readonly<
  /** `hab`, `hab/pkgs` … above the package itself. */
  | { tag: "above" }
  /** `path` is relative to the package's directory; "" is that directory. */
  | { tag: "inside"; ident: FullIdent; path: string }
>

/**
 * The place of a member named `hab/pkgs/o/n/v/r/…`; one leading slash is tolerated (spec package §4.1). Throws
 * ARCHIVE_UNSAFE for every name that leads elsewhere or could be mistaken for another.
 */
export function placeOf(name: string, where: string): EntryPlace {
  const text = name.replace(/^\//, "").replace(/\/+$/, "")
  const parts = text.split("/")
  const wrong = parts.find((part) => part === "" || part === "." || part === "..")
  if (wrong !== undefined)
    throw unsafeArchive(where, name, wrong === ".." ? "it leads out of the package" : "its path is not plain")
  // A character that could not be decoded would give the file another name than the archive's.
  if (/[\u0000-\u001f\u007f\ufffd]/.test(text))
    throw unsafeArchive(where, name, "its name holds unprintable characters")
  const [hab, pkgs, ...rest] = parts
  if (hab !== "hab" || (pkgs !== undefined && pkgs !== "pkgs"))
    throw unsafeArchive(where, name, "it is outside of hab/pkgs")
  if (rest.length < 4) return { tag: "above" }
  const ident = tryParseIdent(rest.slice(0, 4).join("/"))
  if (ident === undefined || !isFullIdent(ident)) throw unsafeArchive(where, name, "its path names no package")
  return { tag: "inside", ident, path: rest.slice(4).join("/") }
}

/** ARCHIVE_UNSAFE for one member. */
export function unsafeArchive(where: string, member: string, why: string): HabError {
  const shown = member.replace(/[^\x20-\x7e]/g, "?").slice(0, 200)
  return new HabError("ARCHIVE_UNSAFE", `${where} is refused: the entry '${shown}' cannot be unpacked, ${why}`, {
    hint: "no package hab builds holds such an entry: do not use this file",
  })
}
