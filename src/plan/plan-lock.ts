import { HabError, type Problem } from "../base/errors.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import { isFullIdent, satisfies, stringifyIdent, tryParseIdent } from "../package/ident.ts"
import type { InstalledPackage } from "../package/store.ts"

/** The releases a plan keeps to: dependency as the plan writes it → full identifier. */
export type PlanLock = Readonly<{ build: ReadonlyMap<string, string>; run: ReadonlyMap<string, string> }>

/** Where the releases a plan keeps to are written, beside plan.sh. */
export const LOCK_FILE = "plan.lock"
const HEAD = `# The releases this plan is built with. hab pkg build keeps to them; hab pkg build --update-lock renews them.\n`

/** Reads a plan.lock. Throws TOML_INVALID, and PLAN_LOCK_INVALID naming every entry that is no pinned dependency. */
export function parseLock(text: string, where: string): PlanLock {
  const plain = toPlain(parseToml(text, where))
  const problems: Problem[] = []
  const table = (name: "build" | "run"): ReadonlyMap<string, string> => {
    const given = typeof plain === "object" && plain !== null && !Array.isArray(plain) ? (plain[name] ?? {}) : {}
    const entries = Object.entries(given).map(([wish, pinned]) => {
      const [wanted, ident] = [tryParseIdent(wish), tryParseIdent(String(pinned))]
      if (wanted === undefined || ident === undefined || !isFullIdent(ident) || !satisfies(ident, wanted)) {
        problems.push({ where, message: `${name}: "${wish}" = "${String(pinned)}" pins nothing` })
      }
      return [wish, String(pinned)] as const
    })
    return new Map(entries)
  }
  const lock = { build: table("build"), run: table("run") }
  if (problems.length === 0) return lock
  throw new HabError("PLAN_LOCK_INVALID", `${where} cannot be used`, {
    problems,
    hint: "write it anew: hab pkg build --update-lock",
  })
}

/** The text of a plan.lock; the same dependencies give the same text. */
export function printLock({ build, run }: PlanLock): string {
  const table = (name: string, entries: ReadonlyMap<string, string>) => {
    const lines = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([wish, ident]) => `"${wish}" = "${ident}"\n`)
    return `\n[${name}]\n${lines.join("")}`
  }
  return HEAD + table("build", build) + table("run", run)
}

/** What was resolved, pinned. */
export function lockOf(
  wanted: Readonly<{ build: readonly string[]; run: readonly string[] }>,
  resolved: Readonly<{ buildDeps: readonly InstalledPackage[]; deps: readonly InstalledPackage[] }>,
): PlanLock {
  const pin = (wishes: readonly string[], packages: readonly InstalledPackage[]) =>
    new Map(
      wishes.flatMap((wish, index) => {
        const pkg = packages[index]
        return pkg === undefined ? [] : [[wish, stringifyIdent(pkg.ident)] as const]
      }),
    )
  return { build: pin(wanted.build, resolved.buildDeps), run: pin(wanted.run, resolved.deps) }
}

/** What of one list of a lock another would change, each in a line. */
export function lockChanges(before: PlanLock, after: PlanLock): string[] {
  return (["build", "run"] as const).flatMap((name) => {
    const wishes = new Set([...before[name].keys(), ...after[name].keys()])
    return [...wishes]
      .filter((wish) => before[name].get(wish) !== after[name].get(wish))
      .map(
        (wish) =>
          `${name}: ${wish}: ${before[name].get(wish) ?? "(nothing)"} → ${after[name].get(wish) ?? "(nothing)"}`,
      )
  })
}
