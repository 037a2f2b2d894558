import { HabError } from "../base/errors.ts"
import { type FullIdent, type PackageIdent, stringifyIdent } from "../package/ident.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { EVERYTHING_CHANNEL } from "./depot.ts"

export type ShelfFiles = Pick<
  FileSystem,
  "readDirectory" | "stat" | "makeDirectories" | "writeAtomically" | "removeTree" | "removeFile"
>

/**
 * The folders of a depot on disk. A release is `pkgs/o/n/v/r/TARGET.hart` with `TARGET.json` beside it; being in a channel
 * is an empty file `channels/o/CHANNEL/n/v/r/TARGET`. So every change is one file that appears or goes.
 */
export function shelvesOf(directory: string) {
  const release = (ident: FullIdent) => `${directory}/pkgs/${stringifyIdent(ident)}`
  const channel = (origin: string, name: string) => `${directory}/channels/${part(origin)}/${part(name)}`
  return {
    packages: `${directory}/pkgs`,
    keys: `${directory}/keys`,
    secretKeys: `${directory}/secret-keys`,
    incoming: `${directory}/incoming`,
    tokens: `${directory}/tokens`,
    lock: `${directory}/.lock`,
    origin: (origin: string) => `${directory}/channels/${part(origin)}`,
    channel,
    release,
    artifact: (ident: FullIdent, target: string) => `${release(ident)}/${target}.hart`,
    record: (ident: FullIdent, target: string) => `${release(ident)}/${target}.json`,
    mark: (ident: FullIdent, target: string, name: string) =>
      `${channel(ident.origin, name)}/${ident.name}/${ident.version}/${ident.release}/${target}`,
  } as const
}

export type Shelves = ReturnType<typeof shelvesOf>

/** A name that becomes a folder. Throws CHANNEL_INVALID. */
function part(name: string): string {
  checkChannelName(name)
  return name
}

/** Throws CHANNEL_INVALID for what can name neither a channel nor an origin. */
export function checkChannelName(name: string): void {
  if (/^[\w@+~-][\w.@+~-]{0,254}$/.test(name)) return
  throw new HabError("CHANNEL_INVALID", `'${name}' cannot name a channel or an origin`, {
    hint: "letters, digits, - and _ are always possible",
  })
}

/** Names in a folder; none when it is missing. */
export function namesIn(files: ShelfFiles, directory: string): string[] {
  if (files.stat(directory)?.kind !== "directory") return []
  return files.readDirectory(directory).map(({ name }) => name)
}

/** Folders in a folder. People, and what they copy with, put files beside them; a leading dot names nothing of a depot. */
export function foldersIn(files: ShelfFiles, directory: string): string[] {
  return namesIn(files, directory).filter(
    (name) => !name.startsWith(".") && files.stat(`${directory}/${name}`)?.kind === "directory",
  )
}

/** Every release of a wish that is on a shelf of the channel. */
export function releasesIn(
  files: ShelfFiles,
  shelves: Shelves,
  wish: Partial<PackageIdent>,
  { channel, target }: Readonly<{ channel: string; target: string }>,
): FullIdent[] {
  return (wish.origin === undefined ? foldersIn(files, shelves.packages) : [wish.origin]).flatMap((origin) => {
    const everything = channel === EVERYTHING_CHANNEL
    const root = everything ? `${shelves.packages}/${origin}` : shelves.channel(origin, channel)
    const mark = everything ? `${target}.hart` : target
    return below(files, root, [wish.name, wish.version, wish.release])
      .map(([name = "", version = "", release = ""]) => ({ origin, name, version, release }))
      .filter((ident) => files.stat(`${root}/${ident.name}/${ident.version}/${ident.release}/${mark}`) !== undefined)
      .filter((ident) => files.stat(shelves.artifact(ident, target)) !== undefined)
  })
}

/** Paths below a root, one step for each wish; a wish narrows its step to one name. */
function below(files: ShelfFiles, root: string, wishes: readonly (string | undefined)[]): string[][] {
  const [first, ...others] = wishes
  if (wishes.length === 0) return [[]]
  const names = first === undefined ? foldersIn(files, root) : [first]
  return names.flatMap((name) => below(files, `${root}/${name}`, others).map((rest) => [name, ...rest]))
}
