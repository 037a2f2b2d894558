import { describeSystemError } from "../base/describe-system-error.ts"
import { isSystemError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ClusterEntry } from "./cluster-store.ts"

export type JournalContent = Readonly<{ revision: number; entries: readonly ClusterEntry[] }>

/** What a local store keeps between two lives of the process. */
export interface Journal {
  read(): JournalContent
  /** Returns once it is on disk, or with what kept it from there, as a sentence; then the old content is in force. */
  write(content: JournalContent): string | undefined
}

export type JournalContext = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "writeAtomically" | "makeDirectories" | "rename">
  /** Told when the file cannot be read: it is put aside, and the store begins empty. */
  onProblem: (text: string) => void
}>

const EMPTY: JournalContent = { revision: 0, entries: [] }

/** A journal in one file, replaced whole: a crash leaves the old content or the new. */
export function fileJournal({ files, onProblem }: JournalContext, path: string): Journal {
  return {
    read: () => {
      const text = files.readTextIfPresent(path)
      if (text === undefined) return EMPTY
      const content = parse(text)
      if (content !== undefined) return content
      files.rename(path, `${path}.unreadable`)
      onProblem(`${path} cannot be read; it is kept as ${path}.unreadable, and what it held is not in force`)
      return EMPTY
    },
    write: (content) => {
      try {
        files.makeDirectories(path.slice(0, path.lastIndexOf("/")), 0o700)
        files.writeAtomically(path, `${JSON.stringify(content)}\n`, { mode: 0o600 })
        return undefined
      } catch (error) {
        if (isSystemError(error)) return describeSystemError(error)
        throw error
      }
    },
  }
}

function parse(text: string): JournalContent | undefined {
  try {
    const { revision, entries } = JSON.parse(text) as Partial<JournalContent>
    return Number.isSafeInteger(revision) && Array.isArray(entries) && entries.every(isEntry)
      ? { revision: revision as number, entries }
      : undefined
  } catch {
    return undefined
  }
}

function isEntry(entry: Partial<ClusterEntry> | null): boolean {
  const isNumber = Number.isSafeInteger
  return (
    typeof entry?.key === "string" &&
    typeof entry.value === "string" &&
    isNumber(entry.revision) &&
    isNumber(entry.createRevision)
  )
}
