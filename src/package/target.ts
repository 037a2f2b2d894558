import { HabError } from "../base/errors.ts"

/** Every platform a package can be for: arch-system[-variant] (spec package §1.6). */
export const PACKAGE_TARGETS = [
  "x86_64-darwin",
  "x86_64-linux",
  "x86_64-linux-kernel2",
  "x86_64-windows",
  "aarch64-darwin",
  "aarch64-linux",
  "aarch64-windows",
] as const

export type PackageTarget = (typeof PACKAGE_TARGETS)[number]

/** True for the exact, lower-case text of a known target. */
export function isPackageTarget(text: string): text is PackageTarget {
  return PACKAGE_TARGETS.some((target) => target === text)
}

/** The target a text spells. Throws TARGET_INVALID. */
export function parseTarget(text: string): PackageTarget {
  if (isPackageTarget(text)) return text
  throw new HabError("TARGET_INVALID", `'${text}' is not a package target`, {
    hint: `known targets: ${PACKAGE_TARGETS.join(", ")}`,
  })
}
