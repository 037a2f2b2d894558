import { parseByteSize, printByteSize } from "../base/byte-size.ts"
import { HabError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import type { ProcessLimits } from "../ports/process-group.ts"
import type { FieldReader } from "./field-reader.ts"

/** What the process of a service may use at most (decisions G). */
export type ServiceLimits = Readonly<{
  /** Open files, soft limit. */
  nofile?: number
  /** Bytes of address space. */
  memory?: number
  /** Seconds of CPU, after which the kernel ends it. */
  cpu?: number
}>

type LimitName = keyof ServiceLimits

const LIMITS: Readonly<Record<LimitName, Readonly<{ parse: (text: string) => number | undefined; wanted: string }>>> = {
  nofile: { parse: parseCount, wanted: "a number of files, such as 4096" },
  memory: { parse: parseByteSize, wanted: "an amount of memory, such as 512M" },
  cpu: { parse: parseCount, wanted: "a number of seconds, such as 3600" },
}
const NAMES = Object.keys(LIMITS) as readonly LimitName[]

function parseCount(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/** Reads `[limits]`; values may be numbers or texts. */
export function readLimits(read: FieldReader): ServiceLimits {
  const limits = read.table("limits")
  limits.onlyKnown(NAMES)
  const found = NAMES.filter((name) => limits.has(name)).map((name) => {
    const value = parseLimit(name, String(limits.raw(name)))
    if (value === undefined) limits.refuse(name, `'${name}' must be ${LIMITS[name].wanted}`)
    return [name, value] as const
  })
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** `[limits]` as it is written; undefined without limits. */
export function printLimits({ memory, ...counts }: ServiceLimits): Readonly<Record<string, unknown>> | undefined {
  const fields = { ...counts, ...(memory === undefined ? {} : { memory: printByteSize(memory) }) }
  return Object.keys(fields).length === 0 ? undefined : fields
}

/** Changes limits by `NAME=VALUE`; `none` takes a limit away. Throws LIMIT_INVALID. */
export function changeLimits(old: ServiceLimits, given: readonly string[]): ServiceLimits {
  const changed = given.map((text) => {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(text) ?? []
    const known = NAMES.find((one) => one === name)
    if (known === undefined) throw unknownLimit(text, name)
    const limit = value === "none" ? undefined : parseLimit(known, value)
    if (limit === undefined && value !== "none") {
      throw new HabError("LIMIT_INVALID", `${text}: ${known} must be ${LIMITS[known].wanted}, or none`)
    }
    return [known, limit] as const
  })
  const limits = Object.entries({ ...old, ...Object.fromEntries(changed) })
  return Object.fromEntries(limits.filter(([, value]) => value !== undefined))
}

function parseLimit(name: LimitName, text: string): number | undefined {
  const value = LIMITS[name].parse(text)
  return value === undefined || value < 1 ? undefined : value
}

function unknownLimit(text: string, name: string): HabError {
  const near = nearest(name, NAMES)
  return new HabError("LIMIT_INVALID", `'${text}' is no limit${near === undefined ? "" : `; did you mean ${near}?`}`, {
    hint: "--limit nofile=4096, --limit memory=512M, --limit cpu=3600, or =none",
  })
}

/** As the launcher takes them; undefined without limits. */
export function processLimits({ nofile, memory, cpu }: ServiceLimits): ProcessLimits | undefined {
  if (nofile === undefined && memory === undefined && cpu === undefined) return undefined
  return {
    ...(nofile === undefined ? {} : { openFiles: nofile }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(cpu === undefined ? {} : { cpuSeconds: cpu }),
  }
}
