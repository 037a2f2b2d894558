import { Buffer } from "node:buffer"
import { gzipSync } from "node:zlib"
import { HabError } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import { archiveBytes, type ImageMember } from "../../depot/export/image-member.ts"
import type { FileSystem } from "../../ports/file-system.ts"

type Files = Pick<FileSystem, "lstat" | "readChunks" | "readDirectory" | "readFile" | "readLink" | "writeAtomically">

/** May hold secrets, and is for its owner's eyes. */
const OWNER_ONLY = 0o600

/**
 * Writes the supervisor's directory into a gzip-compressed tar, below `hab/sup`, for somebody who helps. CTL_SECRET stays
 * at home, and so does what was applied and uploaded to service groups; sockets and pipes have no content. The file appears
 * whole or not at all. Throws SUPERVISOR_ABSENT when no supervisor ever ran on this root.
 */
export function writeSupportBundle(files: Files, layout: Layout, destination: string): void {
  const directory = `${layout.hab}/sup`
  if (files.lstat(directory)?.kind !== "directory") {
    throw new HabError("SUPERVISOR_ABSENT", `there is no ${directory}: no supervisor ever ran on this root`, {
      hint: "run this where the supervisor runs; FS_ROOT chooses the root",
    })
  }
  const { ctlSecret, data } = supervisorPaths(layout)
  const members = membersBelow(files, { directory, name: "hab/sup", leftOut: [ctlSecret, data] })
  const archive = Buffer.concat([...archiveBytes(files, members)])
  files.writeAtomically(destination, gzipSync(archive), { mode: OWNER_ONLY })
}

type Walk = Readonly<{ directory: string; name: string; leftOut: readonly string[] }>

/** A file is read when its turn comes: logs go on growing meanwhile. What went away meanwhile is left out. */
function* membersBelow(files: Files, { directory, name, leftOut }: Walk): Iterable<ImageMember> {
  const stat = files.lstat(directory)
  if (stat === undefined || leftOut.includes(directory)) return
  const { mode, mtimeSeconds } = stat
  switch (stat.kind) {
    case "directory":
      yield folder(name, mode, mtimeSeconds)
      for (const entry of files.readDirectory(directory)) {
        yield* membersBelow(files, { directory: `${directory}/${entry.name}`, name: `${name}/${entry.name}`, leftOut })
      }
      return
    case "file": {
      const text = files.readFile(directory)
      yield { path: name, type: "File", mode, mtimeSeconds, size: text.length, text }
      return
    }
    case "symlink":
      yield {
        path: name,
        type: "SymbolicLink",
        mode: 0o777,
        mtimeSeconds,
        size: 0,
        linkTarget: files.readLink(directory),
      }
  }
}

function folder(name: string, mode: number, mtimeSeconds: number): ImageMember {
  return { path: `${name}/`, type: "Directory", mode, mtimeSeconds, size: 0 }
}
