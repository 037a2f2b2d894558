import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
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

/** Copies an artifact into the cache, whole or not at all (mode 0644); nothing happens when it is that very file. */
export function cacheArtifact({ files, layout, target }: Context, source: string, ident: FullIdent): void {
  const destination = cachedArtifactPath({ layout, target }, ident)
  if (files.stat(destination) !== undefined && files.realPath(source) === files.realPath(destination)) return
  const temporary = `${destination}.unfinished`
  files.makeDirectories(layout.cacheArtifacts)
  files.removeTree(temporary)
  try {
    files.copyFile(source, temporary)
    files.chmod(temporary, ARTIFACT_MODE)
    files.sync(temporary)
    files.rename(temporary, destination)
  } catch (error) {
    files.removeTree(temporary)
    throw error
  }
  files.sync(path.dirname(destination))
}
