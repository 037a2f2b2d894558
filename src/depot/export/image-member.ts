import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { stringifyIdent } from "../../package/ident.ts"
import { readMetadata } from "../../package/metadata.ts"
import { packageMembers } from "../../package/package-members.ts"
import type { InstalledPackage, PackageStore } from "../../package/store.ts"
import { type TarMember, tarEnd, tarHeader, tarPadding } from "../../package/tar-writer.ts"
import type { FileSystem } from "../../ports/file-system.ts"

/** A member of an exported archive, with its content: a host file (links in its path are followed), or what is given as it is. */
export type ImageMember = TarMember & Readonly<{ source?: string; text?: string | Uint8Array }>

type Files = Pick<FileSystem, "lstat" | "readChunks" | "readDirectory" | "readLink" | "readTextIfPresent" | "stat">

/** The bytes of an archive of these members, in parts. Throws PACK_CHANGED when a file has another length by then. */
export function* archiveBytes(files: Pick<Files, "readChunks">, members: Iterable<ImageMember>): Iterable<Uint8Array> {
  for (const member of members) {
    yield tarHeader(member)
    let length = 0
    for (const chunk of contentOf(files, member)) {
      length += chunk.length
      yield chunk
    }
    if (length !== member.size) {
      throw new HabError("PACK_CHANGED", `${member.source ?? member.path} changed while it was exported`, {
        hint: "export again when nothing writes there any more",
      })
    }
    if (member.size > 0) yield tarPadding(member.size)
  }
  yield tarEnd()
}

function* contentOf(files: Pick<Files, "readChunks">, member: ImageMember): Iterable<Uint8Array> {
  if (member.type !== "File") return
  if (member.text !== undefined) yield Buffer.from(member.text)
  else if (member.source !== undefined) yield* files.readChunks(member.source)
}

type Stamp = Readonly<{ mtimeSeconds: number }>

/** A directory that may be there already in a layer below. */
export function directoryMember(path: string, { mtimeSeconds }: Stamp, mode = 0o755): ImageMember {
  return { path: `${path}/`, type: "Directory", mode, mtimeSeconds, size: 0 }
}

/** A symbolic link. */
export function linkMember(path: string, linkTarget: string, { mtimeSeconds }: Stamp): ImageMember {
  return { path, type: "SymbolicLink", mode: 0o777, mtimeSeconds, size: 0, linkTarget }
}

/** A file with this text. */
export function textMember(path: string, text: string, { mtimeSeconds }: Stamp, mode = 0o644): ImageMember {
  return { path, type: "File", mode, mtimeSeconds, size: Buffer.byteLength(text), text }
}

/** A host file at another path; links are followed. Undefined when there is none. */
export function fileMember(
  files: Pick<Files, "stat">,
  source: string,
  path: string,
  { mtimeSeconds }: Stamp,
): ImageMember | undefined {
  const stat = files.stat(source)
  if (stat?.kind !== "file") return undefined
  return { path, type: "File", mode: (stat.mode & 0o111) === 0 ? 0o644 : 0o755, mtimeSeconds, size: stat.size, source }
}

/** The directories above a path, outermost first. */
export function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"))
}

/** An installed package as it is, below `hab/pkgs`, with the directories above it. Times are those of its release. */
export function* membersOfPackage(files: Files, pkg: InstalledPackage): Iterable<ImageMember> {
  const name = `hab/pkgs/${stringifyIdent(pkg.ident)}`
  const mtimeSeconds = releaseSeconds(pkg.ident.release)
  for (const parent of parentsOf(name).slice(2)) yield directoryMember(parent, { mtimeSeconds })
  yield* packageMembers({ files }, { directory: pkg.path, name, mtimeSeconds })
}

/** When a release was built, in seconds since the epoch; 0 for a release that is no UTC stamp. */
export function releaseSeconds(release: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(release) ?? []
  if (year === undefined) return 0
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000 || 0
}

/**
 * What a package needs to run, dependencies first and itself last (TDEPS lists dependents before what they need).
 * Throws PACKAGE_NOT_FOUND for one that is not installed, EXPORT_IMPOSSIBLE for one built for another place than /hab.
 */
export function packagesToExport(
  { files }: Readonly<{ files: Pick<Files, "readTextIfPresent"> }>,
  store: PackageStore,
  pkg: InstalledPackage,
): readonly InstalledPackage[] {
  const packages = [
    ...readMetadata({ files }, pkg)
      .tdeps.map((ident) => store.load(ident))
      .reverse(),
    pkg,
  ]
  for (const { path, ident } of packages) {
    const { prefix } = readMetadata({ files }, { path })
    if (prefix === "/hab") continue
    throw new HabError("EXPORT_IMPOSSIBLE", `${stringifyIdent(ident)} was built for ${prefix}, not for /hab`, {
      hint: "build it where namespaces are allowed, or as root with the root /",
    })
  }
  return packages
}
