import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { type AppliedContext, UPLOAD_BYTES_MAX } from "./applied-config.ts"

/** What `hab file upload` gave a service group; the members find it in `files/` under its name. */
export type UploadedFile = Readonly<{
  name: string
  /** Chosen by who uploads; the higher one wins. */
  version: bigint
  bytes: Uint8Array
}>

/** A name with its version takes 21 characters more, and file systems end at 255. */
const NAME_BYTES_MAX = 200

/** The files of a group such as `redis.default`, in the order of their names. */
export function readUploaded({ files, layout }: AppliedContext, group: string): UploadedFile[] {
  const directory = directoryOf(layout, group)
  return newestIn(files, directory).map(({ name, version }) => ({
    name,
    version,
    bytes: files.readFile(pathOf(directory, { name, version })),
  }))
}

/** The versions of those files, by name. */
export function uploadedVersions({ files, layout }: AppliedContext, group: string): ReadonlyMap<string, bigint> {
  return new Map(newestIn(files, directoryOf(layout, group)).map(({ name, version }) => [name, version]))
}

/**
 * What has to hold before a file is taken (spec supervisor §1.6): a plain name, at most 64 KiB, newer than the one in force.
 * Throws FILE_NAME_INVALID, FILE_TOO_LARGE, FILE_VERSION_STALE.
 */
export function checkUploaded(context: AppliedContext, group: string, { name, version, bytes }: UploadedFile): void {
  checkFileName(name)
  checkFileSize(name, bytes.length)
  const inForce = uploadedVersions(context, group).get(name)
  if (inForce === undefined || version > inForce) return
  throw staleFile(group, name, inForce)
}

/** Throws FILE_NAME_INVALID for what is no name of a file directly in a directory. */
export function checkFileName(name: string): void {
  const isPlain = name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name)
  if (isPlain && Buffer.byteLength(name) <= NAME_BYTES_MAX) return
  throw new HabError("FILE_NAME_INVALID", `'${name}' cannot name a file of a service`, {
    hint: `a name has no slashes and at most ${NAME_BYTES_MAX} bytes`,
  })
}

/** Throws FILE_TOO_LARGE. */
export function checkFileSize(name: string, length: number): void {
  if (length <= UPLOAD_BYTES_MAX) return
  const limit = `File too large. Maximum size allowed is ${UPLOAD_BYTES_MAX} bytes.`
  throw new HabError("FILE_TOO_LARGE", `${name} has ${length} bytes: ${limit}`, {
    hint: "put large files into a package, or let the service fetch them from where the small one says",
  })
}

/** What is thrown when a version is not newer than the one in force. */
export function staleFile(group: string, name: string, inForce: bigint): HabError {
  return new HabError("FILE_VERSION_STALE", `${group} has version ${inForce} of ${name} already`, {
    hint: `a version of at least ${inForce + 1n} replaces it`,
  })
}

/** Takes a file into force. The caller has checked it. */
export function writeUploaded({ files, layout }: AppliedContext, group: string, file: UploadedFile): void {
  const directory = directoryOf(layout, group)
  const older = versionsIn(files, directory).filter(({ name, version }) => name === file.name && version < file.version)
  files.makeDirectories(directory, 0o700)
  files.writeAtomically(pathOf(directory, file), file.bytes, { mode: 0o600 })
  for (const old of older) files.removeFile(pathOf(directory, old))
}

type Stored = Pick<UploadedFile, "name" | "version">

function newestIn(files: FileSystem, directory: string): Stored[] {
  const newest = new Map<string, Stored>()
  for (const one of versionsIn(files, directory)) {
    const known = newest.get(one.name)
    // Two are there when a machine stopped between writing one and removing the other.
    if (known === undefined || one.version > known.version) newest.set(one.name, one)
  }
  return [...newest.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function versionsIn(files: FileSystem, directory: string): Stored[] {
  if (files.stat(directory)?.kind !== "directory") return []
  return files.readDirectory(directory).flatMap(({ name: stored }): Stored[] => {
    const [, version, name] = /^(\d{1,20})-([\s\S]+)$/.exec(stored) ?? []
    return version === undefined || name === undefined ? [] : [{ name, version: BigInt(version) }]
  })
}

function pathOf(directory: string, { name, version }: Stored): string {
  return `${directory}/${version}-${name}`
}

function directoryOf(layout: Layout, group: string): string {
  return `${supervisorPaths(layout).data}/uploaded/${group}`
}
