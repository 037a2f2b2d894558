const UNITS = ["", "K", "M", "G", "T"] as const

/** A number of bytes: `1048576`, `512M`, `1GiB`; units count 1024. Undefined for what is none. */
export function parseByteSize(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d+)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim()) ?? []
  if (count === undefined) return undefined
  const bytes = Number(count) * 1024 ** UNITS.indexOf(unit.toUpperCase() as (typeof UNITS)[number])
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** The shortest of those texts. */
export function printByteSize(bytes: number): string {
  const power = UNITS.findLastIndex((_, at) => bytes > 0 && bytes % 1024 ** at === 0)
  return power < 1 ? String(bytes) : `${bytes / 1024 ** power}${UNITS[power]}`
}
