import { hashFile } from "../crypto/hash.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { readArchive } from "./archive.ts"
import { ARCHIVE_METADATA } from "./archive-metafiles.ts"
import { HART_FORMAT, HART_HASH_TYPE } from "./hart-header.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { PackageMetadata } from "./metadata.ts"

/** What `hab pkg info --json` prints, with its keys in their order (spec package §7.2); null for what is absent. */
export type ArchiveInfo = Readonly<{
  format_version: string
  key_name: string
  hash_type: string
  signature_raw: string
  ident: string
  origin: string
  name: string
  version: string
  release: string
  /** BLAKE2b-256 of the whole file. */
  checksum: string
  target: string
  is_a_service: boolean
  deps: readonly string[]
  tdeps: readonly string[]
  build_deps: readonly string[]
  build_tdeps: readonly string[]
  exposes: readonly number[]
  manifest: string | null
  config: string | null
  svc_user: string | null
  svc_group: string | null
  ld_run_path: string | null
  ldflags: string | null
  cflags: string | null
}>

/** The list of files may be as large as all the rest of an artifact. */
const SHOWN = ARCHIVE_METADATA.filter((name) => name !== "FILES")

/**
 * Everything an artifact says about itself; its signature is not checked. Throws what `readArchive` throws,
 * METADATA_MISSING and METADATA_INVALID.
 */
export async function readArchiveInfo(
  context: Readonly<{
    files: Pick<FileSystem, "readChunks" | "readFile" | "stat">
    compression: Pick<ArchiveCompression, "decompress">
  }>,
  path: string,
): Promise<ArchiveInfo> {
  const { header, metadata, text } = await readArchive(context, path, SHOWN)
  const { ident } = metadata
  const idents = (list: readonly FullIdent[]) => list.map(stringifyIdent)
  return {
    format_version: HART_FORMAT,
    key_name: stringifyNamedRevision(header.signer),
    hash_type: HART_HASH_TYPE,
    signature_raw: header.signatureText,
    ident: stringifyIdent(ident),
    origin: ident.origin,
    name: ident.name,
    version: ident.version,
    release: ident.release,
    checksum: await hashFile(context, path),
    target: metadata.target,
    is_a_service: text("SVC_USER") !== undefined,
    deps: idents(metadata.deps),
    tdeps: idents(metadata.tdeps),
    build_deps: idents(metadata.buildDeps),
    build_tdeps: idents(metadata.buildTdeps),
    exposes: portsOf(metadata),
    manifest: text("MANIFEST") ?? null,
    config: text("default.toml") ?? null,
    svc_user: text("SVC_USER") ?? null,
    svc_group: text("SVC_GROUP") ?? null,
    ld_run_path: text("LD_RUN_PATH") ?? null,
    ldflags: text("LDFLAGS") ?? null,
    cflags: text("CFLAGS") ?? null,
  }
}

/** What `hab pkg info` prints: one label and value a line. */
export function describeArchive(path: string, info: ArchiveInfo): string {
  const rows = [
    ["Package Path", path],
    ["Origin", info.origin],
    ["Name", info.name],
    ["Version", info.version],
    ["Release", info.release],
  ] as const
  return rows.map(([label, value]) => `${label.padEnd(15)}: ${value}`).join("\n")
}

/** The ports a package exposes; what is none is left out. */
export function portsOf({ exposes }: Pick<PackageMetadata, "exposes">): readonly number[] {
  return exposes.map(Number).filter((port) => Number.isInteger(port) && port >= 0 && port <= 65_535)
}
