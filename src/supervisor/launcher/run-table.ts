import type { ExitStatus } from "../../base/exit-status.ts"
import { optional } from "../../base/optional.ts"
import type { OwnedGroup } from "../../ports/process-group.ts"
import type { ProcessRecord } from "./process-record.ts"
import type { OutputSummary, ProcessState } from "./protocol.ts"

/** A process the launcher answers for, until the supervisor acknowledged its end. */
export type Entry = Readonly<{
  record: ProcessRecord
  adopted: boolean
  /** Undefined for one that had ended before we could adopt it. */
  group: OwnedGroup | undefined
  status?: ExitStatus
  output?: OutputSummary
}>

/** Every process by its id. */
export type RunTable = Readonly<{
  has(id: string): boolean
  find(id: string): Entry | undefined
  put(entry: Entry): void
  /** Remembers how it ended. */
  exited(id: string, status: ExitStatus, output: OutputSummary | undefined): void
  /** Forgets it if it ended; a living one is never forgotten. True when it was. */
  acknowledge(id: string): boolean
  living(): readonly Entry[]
  /** Everything a new supervisor has to know. */
  snapshot(): readonly ProcessState[]
}>

/** An empty table. */
export function createRunTable(): RunTable {
  const entries = new Map<string, Entry>()
  return {
    has: (id) => entries.has(id),
    find: (id) => entries.get(id),
    put: (entry) => void entries.set(entry.record.description.id, entry),
    exited(id, status, output) {
      const entry = entries.get(id)
      if (entry !== undefined) entries.set(id, { ...entry, status, ...(output === undefined ? {} : { output }) })
    },
    acknowledge: (id) => entries.get(id)?.status !== undefined && entries.delete(id),
    living: () => [...entries.values()].filter((entry) => entry.status === undefined),
    snapshot: () => [...entries.values()].map(stateOf),
  }
}

function stateOf({ record, adopted, status, output }: Entry): ProcessState {
  const { id, kind, service, hook, runId } = record.description
  return {
    id,
    kind,
    service,
    ...(hook === undefined ? {} : { hook }),
    runId,
    pid: record.identity.pid,
    startedMs: record.startedMs,
    ...optional("startedMonotonicMs", record.startedMonotonicMs),
    adopted,
    ...(status === undefined ? {} : { status }),
    ...(output === undefined ? {} : { output }),
  }
}
