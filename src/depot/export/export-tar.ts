import { Buffer } from "node:buffer"
import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import type { InstalledPackage } from "../../package/store.ts"
import type { ArchiveCompression } from "../../ports/archive-compression.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { archiveBytes, directoryMember, type ImageMember, membersOfPackage, releaseSeconds } from "./image-member.ts"
import { membersOfHab } from "./program-members.ts"

const BATCH_BYTES = 256 * 1024
const LEVEL = 6

export type TarRequest = Readonly<{
  packages: readonly InstalledPackage[]
  programDirectory: string
  destination: string
  /** What of hab goes along: `program` is all but `/hab/bin`. */
  habParts: "all" | "program" | "none"
  signal?: AbortSignal
}>

/**
 * Writes an xz-compressed tar of the packages and of hab, to be unpacked at `/` of a machine that has Node. The same
 * packages and hab give the same bytes. The file appears whole or not at all, and what was begun goes when `signal`
 * aborts. Throws XZ_FAILED, PACK_UNSUPPORTED, PACK_CHANGED and EXPORT_IMPOSSIBLE.
 */
export async function exportTar(
  { files, compression }: Readonly<{ files: FileSystem; compression: Pick<ArchiveCompression, "compress"> }>,
  request: TarRequest,
): Promise<void> {
  const { destination } = request
  const beside = files.makeTemporaryDirectory(`${path.dirname(destination)}/.hab-export-`)
  const unfinished = `${beside}/${path.basename(destination)}`
  try {
    const writer = files.createExclusively(unfinished, 0o644)
    try {
      const result = await compression.compress({
        level: LEVEL,
        async produce(write) {
          for (const batch of batches(archiveBytes(files, membersOfTar(files, request)))) {
            request.signal?.throwIfAborted()
            await write(batch)
          }
        },
        onBytes: (bytes) => writer.write(bytes),
      })
      if (result.tag === "failed") {
        throw new HabError("XZ_FAILED", `${destination} cannot be written: ${result.why}`, {
          hint: "exporting needs the program xz (Debian: xz-utils)",
        })
      }
      writer.sync()
    } finally {
      writer.close()
    }
    request.signal?.throwIfAborted()
    files.rename(unfinished, destination)
  } finally {
    files.removeTree(beside)
  }
}

function* membersOfTar(files: FileSystem, { packages, programDirectory, habParts }: TarRequest): Iterable<ImageMember> {
  const stamp = { mtimeSeconds: Math.max(...packages.map(({ ident }) => releaseSeconds(ident.release))) }
  yield directoryMember("hab", stamp)
  if (habParts !== "none") {
    const hab = membersOfHab(files, programDirectory, stamp)
    yield* habParts === "all" ? hab : hab.filter(({ path: name }) => !name.startsWith("hab/bin/"))
  }
  yield directoryMember("hab/pkgs", stamp)
  for (const pkg of packages) yield* membersOfPackage(files, pkg)
}

/** Gathers small parts: a pipe write for each costs more than compressing it. */
function* batches(parts: Iterable<Uint8Array>): Iterable<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for (const part of parts) {
    held.push(part)
    length += part.length
    if (length < BATCH_BYTES) continue
    yield Buffer.concat(held)
    held = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(held)
}
