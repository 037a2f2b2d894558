import type { FileSystem } from "../../ports/file-system.ts"
import type { ProcessIdentity, StreamPaths } from "../../ports/process-group.ts"
import { isProcessDescription } from "./parse-message.ts"
import type { ProcessRequest } from "./protocol.ts"

/** What is written down about a process, so that the next launcher can adopt it. No environment: it may hold secrets. */
export type ProcessRecord = Readonly<{
  description: Omit<ProcessRequest, "argv" | "env" | "cwd" | "user" | "umask" | "limits" | "stdin">
  /** HAB_RUN_ID as the process has it. */
  fullRunId: string
  startedMs: number
  identity: ProcessIdentity
  streams: StreamPaths | undefined
}>

type Files = Pick<FileSystem, "makeDirectories" | "readDirectory" | "readText" | "writeFile" | "rename" | "removeFile">

/** One small file for each process, by its id. */
export type ProcessRecords = Readonly<{
  write(record: ProcessRecord): void
  remove(id: string): void
  /** Every readable record a dead launcher left; unreadable files are removed. */
  readAll(): readonly ProcessRecord[]
}>

const SUFFIX = ".json"
const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Replaced by rename but never fsynced: after a power loss no process is left that a record could tell of. */
export function createProcessRecords(files: Files, directory: string): ProcessRecords {
  files.makeDirectories(directory, DIRECTORY_MODE)
  const fileOf = (id: string) => `${directory}/${encodeURIComponent(id)}${SUFFIX}`
  return {
    write(record) {
      const file = fileOf(record.description.id)
      files.writeFile(`${file}.new`, JSON.stringify(record), { mode: FILE_MODE })
      files.rename(`${file}.new`, file)
    },
    remove: (id) => removeIfPresent(files, fileOf(id)),
    readAll: () =>
      files.readDirectory(directory).flatMap(({ name }) => {
        const record = name.endsWith(SUFFIX) ? readRecord(files, `${directory}/${name}`) : undefined
        if (record === undefined) removeIfPresent(files, `${directory}/${name}`)
        return record ?? []
      }),
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
