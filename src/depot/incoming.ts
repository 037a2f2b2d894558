import { HabError } from "../base/errors.ts"
import { hashFile } from "../crypto/hash.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import { readArchive } from "../package/archive.ts"
import { verifyHart } from "../package/hart.ts"
import { readHartHeader } from "../package/hart-header.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"
import { portsOf } from "../package/info.ts"
import { parseTarget } from "../package/target.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { DepotPackage } from "./depot.ts"

type Context = Readonly<{
  files: Pick<FileSystem, "digestAside" | "readChunks" | "readFile" | "stat">
  compression: Pick<ArchiveCompression, "decompress">
}>

/**
 * Looks at an artifact before a depot takes it: it arrived whole, it is what it is said to be, and it was signed with a
 * key of its own origin that the depot knows. Throws DEPOT_CHECKSUM, DEPOT_SIGNER_FOREIGN, IDENT_MISMATCH,
 * TARGET_MISMATCH, TARGET_INVALID, METADATA_MISSING and what `verifyHart` and `readArchive` throw.
 */
export async function checkArtifact(
  context: Context,
  keys: Pick<KeyCache, "read">,
  { path, ident, target, checksum }: Readonly<{ path: string; ident: FullIdent; target: string; checksum: string }>,
): Promise<DepotPackage> {
  const name = stringifyIdent(ident)
  const found = await hashFile(context, path)
  if (found !== checksum.toLowerCase()) {
    throw new HabError(
      "DEPOT_CHECKSUM",
      `the artifact of ${name} did not arrive whole: checksum ${found}, not ${checksum}`,
      {
        hint: "upload it again",
      },
    )
  }
  const { signer } = readHartHeader(context, path)
  if (signer.name !== ident.origin) {
    const key = stringifyNamedRevision(signer)
    throw new HabError("DEPOT_SIGNER_FOREIGN", `${name} was signed with ${key}, which is no key of ${ident.origin}`, {
      hint: `sign it with a key of ${ident.origin}: hab pkg sign --origin ${ident.origin}`,
    })
  }
  await verifyHart(context, keys, path)
  const wanted = ["IDENT", "TARGET", "DEPS", "TDEPS", "MANIFEST", "default.toml", "EXPOSES"] as const
  const { metadata, text } = await readArchive(context, path, wanted)
  checkSame("IDENT_MISMATCH", name, stringifyIdent(metadata.ident))
  checkSame("TARGET_MISMATCH", parseTarget(target), metadata.target)
  const { deps, tdeps } = metadata
  const [manifest, config] = [text("MANIFEST") ?? "", text("default.toml") ?? ""]
  return { ident, checksum: found, deps, tdeps, manifest, config, exposes: portsOf(metadata) }
}

function checkSame(code: "IDENT_MISMATCH" | "TARGET_MISMATCH", said: string, found: string): void {
  if (said === found) return
  throw new HabError(code, `the artifact is said to be ${said}, and it is ${found}`, {
    hint: "upload it under what it says of itself",
  })
}
