import { Buffer } from "node:buffer"
import { posix as path } from "node:path"
import { HabError, isSystemError } from "../base/errors.ts"
import { explainIo } from "../base/explain-io.ts"
import type { FileSystem } from "../ports/file-system.ts"

export type Owner = Readonly<{ uid: number; gid: number }>

/** What becomes of a file when it is rendered. `too-open`: the same bytes, readable by more than they should be. */
export type FileChange = "new" | "modified" | "too-open" | "unchanged"

/** What a file is to hold, and who may read it. */
export type FileContent = Readonly<{ bytes: Uint8Array; mode: number }>

type Reading = Pick<FileSystem, "lstat" | "readFile">
type Writing = Reading & Pick<FileSystem, "createExclusively" | "removeFile" | "rename" | "chown" | "makeDirectories">

/**
 * How the content wanted differs from what is there. A symlink counts as different: it is replaced, never followed. A
 * mode that lets in fewer than wanted is the operator's choice. Throws RENDER_TARGET_INVALID when a directory or something
 * stranger is there.
 */
export function compareFile(
  { files }: Readonly<{ files: Reading }>,
  file: string,
  { bytes, mode }: FileContent,
): FileChange {
  const stat = explain(file, () => files.lstat(file))
  if (stat === undefined) return "new"
  if (stat.kind === "symlink") return "modified"
  if (stat.kind !== "file") throw inTheWay(file, stat.kind)
  if (stat.size !== bytes.length) return "modified"
  const current = explain(file, () => files.readFile(file))
  if (Buffer.compare(current, bytes) !== 0) return "modified"
  return (stat.mode & ~mode) === 0 ? "unchanged" : "too-open"
}

/**
 * Replaces a file whole or not at all. Not forced to disk: rendered files are compared and written again at every start,
 * and a hundred services starting should not wait for a hundred disks. Throws IO.
 */
export function replaceFile(
  { files }: Readonly<{ files: Writing }>,
  file: string,
  content: FileContent & Readonly<{ owner: Owner | undefined }>,
): void {
  const temporary = path.join(path.dirname(file), `.hab-new-${path.basename(file)}`)
  explain(file, () => {
    if (files.lstat(temporary) !== undefined) files.removeFile(temporary)
    try {
      const writer = files.createExclusively(temporary, content.mode)
      try {
        writer.write(content.bytes)
      } finally {
        writer.close()
      }
      if (content.owner !== undefined) files.chown(temporary, content.owner.uid, content.owner.gid)
      files.rename(temporary, file)
    } catch (error) {
      if (isSystemError(error) && files.lstat(temporary) !== undefined) files.removeFile(temporary)
      throw error
    }
  })
}

/**
 * Makes the directories on the way from `root` to `directory`, giving new ones mode and owner. Throws
 * RENDER_TARGET_INVALID where something else is in the way, symlinks included: below the root they are not ours to follow.
 */
export function makeDirectoriesBelow(
  { files }: Readonly<{ files: Writing }>,
  root: string,
  directory: string,
  given: Readonly<{ mode: number; owner: Owner | undefined }>,
): void {
  const make = (at: string) => {
    files.makeDirectories(at, given.mode)
    if (given.owner !== undefined) files.chown(at, given.owner.uid, given.owner.gid)
  }
  explain(root, () => {
    if (files.lstat(root) === undefined) make(root)
  })
  let at = root
  for (const part of path
    .relative(root, directory)
    .split("/")
    .filter((name) => name !== "")) {
    at = `${at}/${part}`
    const stat = explain(at, () => files.lstat(at))
    if (stat === undefined) explain(at, () => make(at))
    else if (stat.kind !== "directory") throw inTheWay(at, stat.kind)
  }
}

function inTheWay(file: string, kind: string): HabError {
  const what = kind === "directory" || kind === "symlink" ? `a ${kind}` : `a ${kind} (not a file)`
  return new HabError("RENDER_TARGET_INVALID", `${file} cannot be rendered: ${what} is in the way`, {
    hint: "move it away; what was rendered before is untouched",
  })
}

function explain<T>(file: string, act: () => T): T {
  return explainIo(`${file} cannot be rendered`, act)
}
