import path from "node:path/posix"
import { HabError, isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { readArchive } from "./archive.ts"
import { archiveName, type FullIdent, type PackageIdent, satisfies } from "./ident.ts"
import { latestOf } from "./order.ts"

const ARTIFACT_MODE = 0o644

type Context = Readonly<{
  files: FileSystem
  compression: Pick<ArchiveCompression, "decompress">
  layout: Layout
  target: string
}>

/** Where the artifact cache keeps an artifact for this platform (spec package §5.4). */
export function cachedArtifactPath({ layout, target }: Pick<Context, "layout" | "target">, ident: FullIdent): string {
  return `${layout.cacheArtifacts}/${archiveName(ident, target)}`
}

/** The exact artifact, from the cache or, failing that, from one of the `beside` directories. */
export function findArtifact(
  context: Pick<Context, "files" | "layout" | "target">,
  ident: FullIdent,
  beside: readonly string[],
): string | undefined {
  const name = archiveName(ident, context.target)
  const places = [context.layout.cacheArtifacts, ...beside]
  return places.map((place) => `${place}/${name}`).find((file) => context.files.stat(file)?.kind === "file")
}

/**
 * The latest release in the artifact cache that answers a wish, judged by the identifier inside the files: names of
 * artifacts cannot be parsed back. Files that cannot be read are passed over.
 */
export async function latestCached(context: Context, wish: PackageIdent): Promise<FullIdent | undefined> {
  const idents: FullIdent[] = []
  for (const file of candidates(context, wish)) {
    const ident = await identOf(context, `${context.layout.cacheArtifacts}/${file}`)
    if (ident !== undefined && satisfies(ident, wish)) idents.push(ident)
  }
  return latestOf(idents, (ident) => ident)
}

function candidates({ files, layout, target }: Context, wish: PackageIdent): string[] {
  if (files.stat(layout.cacheArtifacts) === undefined) return []
  const start = [wish.origin, wish.name, wish.version ?? [], wish.release ?? []].flat().join("-")
  return files
    .readDirectory(layout.cacheArtifacts)
    .map((entry) => entry.name)
    .filter((name) => name.startsWith(`${start}-`) && name.endsWith(`-${target}.hart`))
}

async function identOf(context: Context, file: string): Promise<FullIdent | undefined> {
  try {
    const { metadata } = await readArchive(context, file, ["IDENT"])
    return metadata.ident
  } catch (error) {
    if (error instanceof HabError) return undefined
    throw error
  }
}

/** A copy on its way into the cache: as long as it is not kept, the cache does not have it. */
export type CacheCopy = Readonly<{
  /** Gives it its name, once it is on disk. Rejects with what the copying failed with. */
  keep(): Promise<void>
  /** Removes it, and the cache's folder if it was made for it. What cannot be removed now is replaced by the next copy. */
  discard(): Promise<void>
}>

/**
 * Begins to copy an artifact beside its place in the cache (mode 0644). What is kept is there whole or not at all; nothing
 * happens when it is that very file.
 */
export function copyToCache({ files, layout, target }: Context, source: string, ident: FullIdent): CacheCopy {
  const destination = cachedArtifactPath({ layout, target }, ident)
  const artifact = files.stat(source)
  const there = files.stat(destination)
  if (there !== undefined && there.inode === artifact?.inode && there.device === artifact.device) return NO_COPY
  const temporary = `${destination}.unfinished`
  const isFirst = files.stat(layout.cacheArtifacts) === undefined
  files.makeDirectories(layout.cacheArtifacts)
  files.removeTree(temporary)
  const copying = linkOrCopy(files, source, temporary)
  // Whoever keeps it is told.
  copying.catch(() => undefined)
  return {
    async keep() {
      await copying
      files.chmod(temporary, ARTIFACT_MODE)
      files.sync(temporary)
      files.rename(temporary, destination)
      files.sync(path.dirname(destination))
    },
    async discard() {
      await copying.catch(() => undefined)
      ignoringSystemErrors(() => {
        files.removeTree(temporary)
        if (isFirst) files.removeDirectory(layout.cacheArtifacts)
      })
    },
  }
}

/**
 * One file with two names takes no time and no room. Only where the other name is as much ours as the cache is, so that
 * nobody else can change what is in it.
 */
async function linkOrCopy(files: FileSystem, source: string, copy: string): Promise<void> {
  const file = files.realPath(source)
  const [artifact, folder] = [files.stat(file), files.stat(path.dirname(copy))]
  if (artifact?.mode === ARTIFACT_MODE && artifact.uid === folder?.uid && artifact.device === folder.device) {
    try {
      return files.link(file, copy)
    } catch (error) {
      if (!isSystemError(error, "EXDEV", "EPERM", "EMLINK", "ENOTSUP")) throw error
    }
  }
  await files.copyFileAside(file, copy)
}

const NO_COPY: CacheCopy = { keep: async () => undefined, discard: async () => undefined }

function ignoringSystemErrors(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isSystemError(error)) throw error
  }
}
