import { HabError } from "../base/errors.ts"
import { isInRange, isVersionRange } from "./version-range.ts"

/**
 * A wish: which package is meant, as far as the user cares (spec package §1.1). `range` narrows the versions of a wish
 * that names none: `acme/web@^2.1`.
 */
export type PackageIdent = Readonly<{
  origin: string
  name: string
  version?: string
  release?: string
  range?: string
}>

/** An answer: exactly one release of one package. Also a wish, never the reverse. */
export type FullIdent = Readonly<{ origin: string; name: string; version: string; release: string }>

const PACKAGE_NAME = /^[A-Za-z0-9_-]+$/

/** True for names the build accepts for `pkg_name`, and for `pkg_origin` there (spec package §1.1). */
export function isValidPackageName(text: string): boolean {
  return PACKAGE_NAME.test(text)
}

/** Versions are free text and may hold an @ themselves. */
const WITH_RANGE = /^([^/]*\/[^/@]*)@(.*)$/

/** The identifier a text spells, or undefined when it spells none. */
export function tryParseIdent(text: string): PackageIdent | undefined {
  const [, base = "", range = ""] = WITH_RANGE.exec(text) ?? []
  if (base === "") return parseParts(text)
  const ident = parseParts(base)
  return ident !== undefined && isVersionRange(range) ? { ...ident, range } : undefined
}

function parseParts(text: string): PackageIdent | undefined {
  const parts = text.split("/")
  if (parts.length < 2 || parts.length > 4 || !parts.every(isUsablePart)) return undefined
  const [origin = "", name = "", version, release] = parts
  // Names become paths and lines of text files, so a space in them is always a slip; versions are free text.
  if (/\s/.test(origin + name)) return undefined
  if (version === undefined) return { origin, name }
  return release === undefined ? { origin, name, version } : { origin, name, version, release }
}

/** Parts become directory names and lines of DEPS. */
function isUsablePart(part: string): boolean {
  return part !== "" && part !== "." && part !== ".." && !/[\u0000-\u001f\u007f]/.test(part)
}

/** The identifier a text spells. Throws IDENT_INVALID. */
export function parseIdent(text: string): PackageIdent {
  const ident = tryParseIdent(text)
  if (ident !== undefined) return ident
  const [, base = "", range = ""] = WITH_RANGE.exec(text) ?? []
  if (base !== "" && parseParts(base) !== undefined) {
    throw new HabError("IDENT_INVALID", `'${range}' in '${text}' is not a range of versions`, {
      hint: "ranges are written as ^2.1, ~1.4, 1.x or '>=1.2 <2'",
    })
  }
  throw new HabError("IDENT_INVALID", `'${text}' is not a package identifier`, {
    hint: "an identifier is origin/name, origin/name/version or origin/name/version/release, for example acme/redis; or a range of versions: 'acme/redis@^7.2'",
  })
}

/** True when version and release are both there. */
export function isFullIdent(ident: PackageIdent): ident is FullIdent {
  return ident.version !== undefined && ident.release !== undefined
}

/** The identifier as one exact release. Throws IDENT_NOT_FULL. */
export function requireFullIdent(ident: PackageIdent): FullIdent {
  if (isFullIdent(ident)) return ident
  throw new HabError("IDENT_NOT_FULL", `'${stringifyIdent(ident)}' does not name one exact release`, {
    hint: "give all four parts: origin/name/version/release, for example acme/redis/7.2.4/20240102030405",
  })
}

/** One exact release from its text. Throws IDENT_INVALID and IDENT_NOT_FULL. */
export function parseFullIdent(text: string): FullIdent {
  return requireFullIdent(parseIdent(text))
}

/** `origin/name[/version[/release]]` or `origin/name@range`. A release without a version is dropped (spec package §1.1). */
export function stringifyIdent(ident: PackageIdent): string {
  const base = `${ident.origin}/${ident.name}`
  if (ident.range !== undefined) return `${base}@${ident.range}`
  if (ident.version === undefined) return base
  return ident.release === undefined ? `${base}/${ident.version}` : `${base}/${ident.version}/${ident.release}`
}

/**
 * Whether `candidate` is something `wish` asks for: equal as far as both go, so the relation is symmetric
 * (spec package §1.2).
 */
export function satisfies(candidate: PackageIdent, wish: PackageIdent): boolean {
  if (candidate.origin !== wish.origin || candidate.name !== wish.name) return false
  if (!isInRangeOf(candidate, wish) || !isInRangeOf(wish, candidate)) return false
  for (const part of ["version", "release"] as const) {
    if (candidate[part] === undefined) continue
    if (wish[part] === undefined) return true
    if (candidate[part] !== wish[part]) return false
  }
  return true
}

function isInRangeOf({ version }: PackageIdent, { range }: PackageIdent): boolean {
  return range === undefined || version === undefined || isInRange(version, range)
}

/** The artifact's file name (spec package §1.1). It cannot be parsed back: every part may hold dashes. */
export function archiveName(ident: FullIdent, target: string): string {
  return `${ident.origin}-${ident.name}-${ident.version}-${ident.release}-${target}.hart`
}
