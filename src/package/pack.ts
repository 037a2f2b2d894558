import { Buffer } from "node:buffer"
import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import { createHasher } from "../crypto/hash.ts"
import type { Key } from "../crypto/key.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { packedWithinLimits } from "./archive-limits.ts"
import { sealFile } from "./hart.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import { type PackageMember, packageMembers } from "./package-members.ts"
import { tarEnd, tarHeader, tarPadding } from "./tar-writer.ts"

const BATCH_BYTES = 256 * 1024
const DEFAULT_LEVEL = 6

type Context = Readonly<{ files: FileSystem; compression: Pick<ArchiveCompression, "compress"> }>

export type PackRequest = Readonly<{
  /** The finished package directory, as a host path. */
  directory: string
  ident: FullIdent
  /** The time every member gets, in seconds since the epoch. */
  mtimeSeconds: number
  /** Where the artifact goes; what is there is replaced. */
  destination: string
  key: Key<"origin-secret">
  /** xz's 0 to 9; default 6 (HAB_HART_COMPRESSION_LEVEL). */
  level?: number
  signal?: AbortSignal
}>

/**
 * Packs a package directory into a signed artifact (spec package §4.1). The same tree, ident, time, key and level give
 * the same bytes, whoever packs it where. The artifact appears whole or not at all; while it is made, `.NAME.tar.xz` is
 * beside it. Throws PACK_UNSUPPORTED, PACK_CHANGED and XZ_FAILED.
 */
export async function packHart(context: Context, request: PackRequest): Promise<Readonly<{ digest: string }>> {
  const { destination, key } = request
  const payload = `${path.dirname(destination)}/.${path.basename(destination, ".hart")}.tar.xz`
  try {
    const digest = await writePayload(context, request, payload)
    await sealFile(context, { source: payload, destination, key, digest })
    return { digest }
  } finally {
    context.files.removeTree(payload)
  }
}

async function writePayload({ files, compression }: Context, request: PackRequest, payload: string): Promise<string> {
  const hasher = await createHasher()
  const limits = packedWithinLimits(request.directory)
  let payloadBytes = 0
  files.removeTree(payload)
  const writer = files.createExclusively(payload, 0o644)
  try {
    const result = await compression.compress({
      level: request.level ?? DEFAULT_LEVEL,
      produce: (write) => writeTar({ files }, { ...request, limits }, write),
      onBytes(bytes) {
        hasher.update(bytes)
        payloadBytes += bytes.length
        writer.write(bytes)
      },
    })
    if (result.tag === "finished") {
      limits.check(payloadBytes)
      return hasher.digest()
    }
    throw new HabError("XZ_FAILED", `${request.destination} cannot be packed: ${result.why}`, {
      hint: "packing needs the program xz (Debian: xz-utils)",
    })
  } finally {
    writer.close()
  }
}

type Write = (bytes: Uint8Array) => Promise<void>

type Walk = PackRequest & Readonly<{ limits: ReturnType<typeof packedWithinLimits> }>

async function writeTar({ files }: Pick<Context, "files">, request: Walk, write: Write): Promise<void> {
  const { directory, mtimeSeconds, limits, signal } = request
  const name = `hab/pkgs/${stringifyIdent(request.ident)}`
  const { add, flush } = batches(write)
  for (const member of packageMembers({ files }, { directory, name, mtimeSeconds })) {
    signal?.throwIfAborted()
    limits.count(member.size, member.path)
    await add(tarHeader(member))
    for (const chunk of contentOf({ files }, member)) await add(chunk)
    if (member.size > 0) await add(tarPadding(member.size))
  }
  await add(tarEnd())
  await flush()
}

/** Gathers small writes: one for each file would cost more than compressing it. */
function batches(write: Write): { add: Write; flush: () => Promise<void> } {
  let parts: Uint8Array[] = []
  let length = 0
  const flush = async () => {
    const bytes = Buffer.concat(parts)
    parts = []
    length = 0
    if (bytes.length > 0) await write(bytes)
  }
  const add = async (bytes: Uint8Array) => {
    parts.push(bytes)
    length += bytes.length
    if (length >= BATCH_BYTES) await flush()
  }
  return { add, flush }
}

/** The file's content, which must still have the length its header says. Throws PACK_CHANGED. */
function* contentOf({ files }: Pick<Context, "files">, member: PackageMember): Iterable<Uint8Array> {
  if (member.type !== "File") return
  let length = 0
  for (const chunk of member.size > BATCH_BYTES ? files.readChunks(member.source) : [files.readFile(member.source)]) {
    length += chunk.length
    if (length <= member.size) yield chunk
  }
  if (length === member.size) return
  throw new HabError("PACK_CHANGED", `${member.source} changed while it was packed`, {
    hint: "nothing may write into the package directory any more: build again",
  })
}
