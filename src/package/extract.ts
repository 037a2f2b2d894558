import { isSystemError } from "../base/errors.ts"
import type { FileSystem, FileWriter } from "../ports/file-system.ts"
import { type EntryPlace, placesIn, unsafeArchive } from "./entry-path.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { EntryDecision, TarEntry } from "./tar-reader.ts"

const DIRECTORY_MODE = 0o755
/** While files arrive; the archive's own modes come last, so that read-only directories can be filled. */
const OPEN_MODE = 0o700

type Files = Pick<
  FileSystem,
  "chmod" | "createExclusively" | "link" | "lstat" | "makeDirectories" | "setModifiedTime" | "symlink"
>

export type ExtractOptions = Readonly<{
  /** The archive's name in messages. */
  where: string
  /**
   * Asked once, when the archive has said which package it holds: the empty directory that becomes the package's, or
   * "stop" to read no further.
   */
  begin: (ident: FullIdent) => string | "stop"
}>

export type Extractor = Readonly<{
  /** Takes the next member. Throws ARCHIVE_UNSAFE and system errors. */
  take(entry: TarEntry): EntryDecision
  /** Gives the directories their modes and times. The package that was unpacked, or undefined when none was seen. */
  finish(): FullIdent | undefined
  /** Lets go of the file being written, when reading failed. */
  abandon(): void
}>

type DirectoryFacts = { mode: number; mtimeSeconds: number | undefined }

type State = {
  readonly files: Files
  readonly options: ExtractOptions
  readonly placeOf: (name: string) => EntryPlace
  ident: FullIdent | undefined
  root: string
  /**
   * Directories we made, by their path in the package. A member is only ever created directly inside one of these, and
   * only where nothing is: so no symlink of the archive is ever written through.
   */
  readonly directories: Map<string, DirectoryFacts>
  open: FileWriter | undefined
}

type Inside = EntryPlace & { tag: "inside" }

/**
 * Creates what an archive of one package holds, with modes (setuid included) and times but not owners. Symlinks may
 * point anywhere and are never followed; everything else must lie inside the package.
 */
export function createExtractor({ files }: { files: Files }, options: ExtractOptions): Extractor {
  const placeOf = placesIn(options.where)
  const state: State = { files, options, placeOf, ident: undefined, root: "", directories: new Map(), open: undefined }
  return { take: (entry) => take(state, entry), finish: () => finish(state), abandon: () => state.open?.close() }
}

function take(state: State, entry: TarEntry): EntryDecision {
  const { where } = state.options
  const place = state.placeOf(entry.path)
  if (place.tag === "above") {
    if (entry.kind === "directory") return "skip"
    throw unsafeArchive(where, entry.path, "only directories may lie above the package")
  }
  if (state.ident === undefined) {
    const root = state.options.begin(place.ident)
    if (root === "stop") return "stop"
    Object.assign(state, { ident: place.ident, root })
    state.directories.set("", { mode: DIRECTORY_MODE, mtimeSeconds: undefined })
  } else if (place.ident !== state.ident && stringifyIdent(place.ident) !== stringifyIdent(state.ident)) {
    throw unsafeArchive(where, entry.path, `the archive holds ${stringifyIdent(state.ident)}`)
  }
  return create(state, place, entry)
}

function create(state: State, place: Inside, entry: TarEntry): EntryDecision {
  if (entry.kind === "directory") return takeDirectory(state, place, entry)
  if (place.path === "") throw unsafeArchive(state.options.where, entry.path, "the package must be a directory")
  switch (entry.kind) {
    case "file":
      return takeFile(state, place, entry)
    case "symlink":
      return takeSymlink(state, place, entry)
    case "hard link":
      return takeHardLink(state, place, entry)
    default:
      throw unsafeArchive(state.options.where, entry.path, `it is a ${entry.typeName}`)
  }
}

function takeDirectory(state: State, place: Inside, entry: TarEntry): EntryDecision {
  const facts = { mode: entry.mode, mtimeSeconds: entry.mtimeSeconds }
  if (!state.directories.has(place.path)) makeDirectory(state, place.path, entry)
  state.directories.set(place.path, facts)
  return "skip"
}

function takeFile(state: State, place: Inside, entry: TarEntry): EntryDecision {
  const at = freePath(state, place, entry)
  const writer = createOnce(state, entry, () => state.files.createExclusively(at, entry.mode))
  state.open = writer
  return {
    data: writer.write,
    end() {
      state.open = undefined
      writer.close(entry.mtimeSeconds)
    },
  }
}

function takeSymlink(state: State, place: Inside, entry: TarEntry): EntryDecision {
  if (entry.linkTarget === "") throw unsafeArchive(state.options.where, entry.path, "the link points nowhere")
  const at = freePath(state, place, entry)
  createOnce(state, entry, () => state.files.symlink(entry.linkTarget, at))
  state.files.setModifiedTime(at, entry.mtimeSeconds)
  return "skip"
}

function takeHardLink(state: State, place: Inside, entry: TarEntry): EntryDecision {
  const { where } = state.options
  const target = state.placeOf(entry.linkTarget)
  const isOurs = target.tag === "inside" && state.directories.has(parentOf(target.path))
  const existing = isOurs ? `${state.root}/${target.path}` : undefined
  if (existing === undefined || state.files.lstat(existing)?.kind !== "file") {
    throw unsafeArchive(
      where,
      entry.path,
      `it is a hard link to '${entry.linkTarget}', which is no file unpacked before`,
    )
  }
  const at = freePath(state, place, entry)
  createOnce(state, entry, () => state.files.link(existing, at))
  return "skip"
}

function createOnce<T>(state: State, entry: TarEntry, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (isSystemError(error, "EEXIST")) throw unsafeArchive(state.options.where, entry.path, "it is there twice")
    throw error
  }
}

/** Where the member goes: inside a directory we made, where nothing is yet. */
function freePath(state: State, place: Inside, entry: TarEntry): string {
  if (state.directories.has(place.path))
    throw unsafeArchive(state.options.where, entry.path, "a directory has that name")
  const parent = parentOf(place.path)
  if (!state.directories.has(parent)) makeDirectory(state, parent, entry)
  return `${state.root}/${place.path}`
}

/** Makes a directory and those above it that the archive did not mention. */
function makeDirectory(state: State, path: string, entry: TarEntry): void {
  const parent = parentOf(path)
  if (!state.directories.has(parent)) makeDirectory(state, parent, entry)
  const at = `${state.root}/${path}`
  if (state.files.lstat(at) !== undefined) {
    throw unsafeArchive(state.options.where, entry.path, "a part of its path is a link or file of the archive")
  }
  state.files.makeDirectories(at, OPEN_MODE)
  state.directories.set(path, { mode: DIRECTORY_MODE, mtimeSeconds: undefined })
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "" : path.slice(0, slash)
}

function finish(state: State): FullIdent | undefined {
  // Children come after their parents, so backwards a directory is closed before the one it is in.
  for (const [path, { mode, mtimeSeconds }] of [...state.directories].reverse()) {
    const at = path === "" ? state.root : `${state.root}/${path}`
    state.files.chmod(at, mode)
    if (mtimeSeconds !== undefined) state.files.setModifiedTime(at, mtimeSeconds)
  }
  return state.ident
}
