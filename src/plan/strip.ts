import { Buffer } from "node:buffer"
import type { FileSystem } from "../ports/file-system.ts"

/** What `strip` may take out of a file: everything, what linking does not need, or debug information only. */
export type StripKind = "executable" | "shared" | "archive"

const OWNER_WRITE = 0o200
const ELF = Buffer.from("\u007fELF", "latin1")
const ARCHIVE = Buffer.from("!<arch>\n")
const ELF_TYPES: Readonly<Record<number, StripKind>> = { 2: "executable", 3: "shared" }
const ELF_DATA_AT = 5
const ELF_BIG_ENDIAN = 2
const ELF_TYPE_AT = 16

/** Regular files below a folder that its owner may write and that can be stripped, in the order of their names. */
export function strippableFiles(
  { files }: Readonly<{ files: FileSystem }>,
  directory: string,
): { kind: StripKind; path: string }[] {
  return files.readDirectory(directory).flatMap((entry) => {
    const path = `${directory}/${entry.name}`
    if (entry.kind === "directory") return strippableFiles({ files }, path)
    if (entry.kind !== "file" || ((files.lstat(path)?.mode ?? 0) & OWNER_WRITE) === 0) return []
    const kind = stripKind(firstBytes(files, path))
    return kind === undefined ? [] : [{ kind, path }]
  })
}

/** By the first bytes of a file; undefined for what is left alone (object files, scripts, data). */
export function stripKind(start: Uint8Array): StripKind | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length)
  if (bytes.subarray(0, ARCHIVE.length).equals(ARCHIVE)) return "archive"
  if (!bytes.subarray(0, ELF.length).equals(ELF) || bytes.length < ELF_TYPE_AT + 2) return undefined
  const isBig = bytes[ELF_DATA_AT] === ELF_BIG_ENDIAN
  return ELF_TYPES[isBig ? bytes.readUInt16BE(ELF_TYPE_AT) : bytes.readUInt16LE(ELF_TYPE_AT)]
}

function firstBytes(files: FileSystem, path: string): Uint8Array {
  for (const chunk of files.readChunks(path)) return chunk
  return new Uint8Array()
}
