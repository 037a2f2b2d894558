import semver from "semver"

/** True for a range as npm writes them: `^2.1`, `>=1.2 <2`, `1.x || 3.x`. */
export function isVersionRange(text: string): boolean {
  return text.trim() !== "" && semver.validRange(text) !== null
}

/**
 * Whether a version is in a range. Versions of packages are free text: what counts is the number they begin with, up to
 * three parts, and what stands behind a dash, which as everywhere is only in ranges that name such a version.
 */
export function isInRange(version: string, range: string): boolean {
  const known = semver.coerce(version, { includePrerelease: true })
  return known !== null && semver.satisfies(known, range)
}
