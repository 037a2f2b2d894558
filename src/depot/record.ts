import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, type PackageIdent } from "../package/ident.ts"
import type { DepotPackage, OriginInfo } from "./depot.ts"

/** A release as Builder's JSON tells of it (spec package §5.8). */
export function printRecord({ ident, checksum, manifest, deps, tdeps, exposes, config }: DepotPackage): string {
  return `${JSON.stringify({ ident: printIdent(ident), checksum, manifest, deps, tdeps, exposes, config })}\n`
}

/** What Builder's JSON says of a release. `where` names it in messages. Throws DEPOT_ANSWER_INVALID. */
export function parseRecord(text: string, where: string): DepotPackage {
  const fields = parseAnswer(text, where) as Partial<Record<keyof DepotPackage, unknown>>
  const refuse = () => answerInvalid(where, "it does not describe a release")
  const ident = toIdent(fields.ident)
  if (ident === undefined || !isFullIdent(ident) || typeof fields.checksum !== "string") throw refuse()
  const list = (value: unknown): FullIdent[] => {
    if (!Array.isArray(value)) throw refuse()
    return value.map((one) => {
      const dep = toIdent(one)
      if (dep === undefined || !isFullIdent(dep)) throw refuse()
      return dep
    })
  }
  const textOf = (value: unknown) => (typeof value === "string" ? value : "")
  const [manifest, config] = [textOf(fields.manifest), textOf(fields.config)]
  const exposes = Array.isArray(fields.exposes) ? fields.exposes.filter(Number.isInteger) : []
  const { checksum } = fields
  return { ident, checksum, deps: list(fields.deps), tdeps: list(fields.tdeps), manifest, config, exposes }
}

/** What Builder's JSON says of an origin; what it leaves out or calls null is left out. Throws DEPOT_ANSWER_INVALID. */
export function parseOriginInfo(text: string, where: string): OriginInfo {
  const fields = parseAnswer(text, where) as Readonly<Record<string, unknown>>
  const { name, default_package_visibility = "public", ...others } = fields
  if (typeof name !== "string") throw answerInvalid(where, "it does not describe an origin")
  // A depot of ours has no owners, and says so with an empty name.
  const owner = others["owner_account"] === "" ? [] : ["owner_id", "owner_account"]
  const known = [...owner, "private_key_name"].flatMap((key) => {
    const value = others[key]
    return typeof value === "string" || typeof value === "number" ? [[key, String(value)] as const] : []
  })
  return { name, ...Object.fromEntries(known), default_package_visibility: String(default_package_visibility) }
}

/**
 * The objects of a list; a bare text, which Builders of old have in lists of channels, is the name of one. Throws
 * DEPOT_ANSWER_INVALID.
 */
export function parseList(text: string, where: string): readonly Readonly<Record<string, unknown>>[] {
  const answer = parseAnswer(text, where)
  if (!Array.isArray(answer)) throw answerInvalid(where, "it is no list")
  return answer.map((one: unknown) => (typeof one === "object" && one !== null ? { ...one } : { name: one }))
}

/** One page of many idents: `end` is the number of its last one. Throws DEPOT_ANSWER_INVALID. */
export function parsePage(
  text: string,
  where: string,
): Readonly<{ data: readonly unknown[]; end: number; total?: number }> {
  const { data, range_end: end, total_count: total } = parseAnswer(text, where) as Readonly<Record<string, unknown>>
  if (!Array.isArray(data) || typeof end !== "number") throw answerInvalid(where, "it is no page of a list")
  return { data, end, ...(typeof total === "number" ? { total } : {}) }
}

/** An object or array from an answer. Throws DEPOT_ANSWER_INVALID. */
export function parseAnswer(text: string, where: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null) return value
  } catch {
    // Said below.
  }
  throw answerInvalid(where, "it is not the JSON of a Builder")
}

/** An identifier in Builder's JSON; parts that are missing may be null. */
export function toIdent(value: unknown): PackageIdent | undefined {
  const { origin, name, version, release } = (value ?? {}) as Record<string, unknown>
  if (!isPart(origin) || !isPart(name)) return undefined
  const versioned = isPart(version) ? { version } : {}
  return { origin, name, ...versioned, ...(isPart(version) && isPart(release) ? { release } : {}) }
}

function isPart(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value !== "." && value !== ".." && !/[\u0000-\u001f/]/.test(value)
}

/** In the order of Builder. */
export function printIdent({ origin, name, version, release }: PackageIdent) {
  return { origin, name, version: version ?? null, release: release ?? null }
}

function answerInvalid(where: string, why: string): HabError {
  return new HabError("DEPOT_ANSWER_INVALID", `${where} gave an answer that cannot be used: ${why}`, {
    hint: where.startsWith("/")
      ? "upload the release again: hab pkg upload --force"
      : "is this the address of a depot?",
  })
}
