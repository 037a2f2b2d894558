import type { FileSystem } from "../../ports/file-system.ts"
import type { ProcessIdentity, StreamPaths } from "../../ports/process-group.ts"
import { bringFile, putFileAside } from "../../ports/spare-file.ts"
import { isProcessDescription } from "./parse-message.ts"
import type { ProcessRequest } from "./protocol.ts"

/** What is written down about a process, so that the next launcher can adopt it. No environment: it may hold secrets. */
export type ProcessRecord = Readonly<{
  description: Omit<ProcessRequest, "argv" | "env" | "cwd" | "user" | "umask" | "limits" | "stdin">
  /** HAB_RUN_ID as the process has it. */
  fullRunId: string
  startedMs: number
  startedMonotonicMs?: number
  identity: ProcessIdentity
  streams: StreamPaths | undefined
}>

type Files = Pick<
  FileSystem,
  | "lstat"
  | "makeDirectories"
  | "readDirectory"
  | "readText"
  | "readTextIfPresent"
  | "removeFile"
  | "rename"
  | "rewriteFile"
  | "writeFile"
>

/** One small file for each process, by its id. */
export type ProcessRecords = Readonly<{
  write(record: ProcessRecord): void
  remove(id: string): void
  /** Every readable record a dead launcher left; unreadable files are removed. */
  readAll(): readonly ProcessRecord[]
  /** The launchers that were noted last. */
  instances(): readonly string[]
  /** Notes the launchers whose processes may be there: of each of them the first part of HAB_RUN_ID. */
  noteInstances(instances: readonly string[]): void
}>

const SUFFIX = ".json"
const INSTANCES = "launchers"
const SPARE_SUFFIX = ".spare"
const SPARES_MAX = 256
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Replaced by rename but never fsynced: after a power loss no process is left that a record could tell of. */
export function createProcessRecords(files: Files, directory: string): ProcessRecords {
  files.makeDirectories(directory, DIRECTORY_MODE)
  const fileOf = (id: string) => `${directory}/${encodeURIComponent(id)}${SUFFIX}`
  const spares: string[] = []
  let named = 0
  const newSpare = () => `${directory}/${++named}${SPARE_SUFFIX}`
  return {
    write(record) {
      const coming = { path: fileOf(record.description.id), spare: spares.pop() ?? newSpare() }
      bringFile(files, coming, JSON.stringify(record), { mode: FILE_MODE })
    },
    remove(id) {
      if (spares.length >= SPARES_MAX) return removeIfPresent(files, fileOf(id))
      const spare = newSpare()
      try {
        putFileAside(files, { path: fileOf(id), spare })
        spares.push(spare)
      } catch {
        // It was never written.
      }
    },
    readAll: () =>
      files.readDirectory(directory).flatMap(({ name }) => {
        if (name === INSTANCES) return []
        const record = name.endsWith(SUFFIX) ? readRecord(files, `${directory}/${name}`) : undefined
        if (record === undefined) removeIfPresent(files, `${directory}/${name}`)
        return record ?? []
      }),
    instances: () => (files.readTextIfPresent(`${directory}/${INSTANCES}`) ?? "").split("\n").filter(Boolean),
    noteInstances(instances) {
      try {
        files.writeFile(`${directory}/${INSTANCES}`, instances.map((one) => `${one}\n`).join(""), { mode: FILE_MODE })
      } catch {
        // A full disk: what we start and have no time to record would not be found.
      }
    },
  }
}

function readRecord(files: Files, file: string): ProcessRecord | undefined {
  try {
    const value: unknown = JSON.parse(files.readText(file))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is ProcessRecord {
  const record = value as Partial<ProcessRecord> | null
  return (
    isProcessDescription(record?.description) &&
    typeof record?.fullRunId === "string" &&
    typeof record.startedMs === "number" &&
    (record.startedMonotonicMs === undefined || typeof record.startedMonotonicMs === "number") &&
    typeof record.identity?.pid === "number" &&
    typeof record.identity.startTime === "string" &&
    typeof record.identity.bootId === "string"
  )
}

function removeIfPresent(files: Files, file: string): void {
  try {
    files.removeFile(file)
  } catch {
    // Missing, or not ours to remove: the next launcher finds its process dead.
  }
}
