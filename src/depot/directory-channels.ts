import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, stringifyIdent } from "../package/ident.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { EVERYTHING_CHANNEL } from "./depot.ts"
import { foldersIn, namesIn, releasesIn, type Shelves } from "./shelves.ts"

/** The channels of a depot in a folder: a release is in one by an empty file, and in `unstable` without any. */
export function channelsOn({ files }: Readonly<{ files: FileSystem }>, shelves: Shelves) {
  const putOn = (ident: FullIdent, target: string, channel: string) => {
    if (channel === EVERYTHING_CHANNEL) return
    const mark = shelves.mark(ident, target, channel)
    files.makeDirectories(mark.slice(0, mark.lastIndexOf("/")))
    files.writeAtomically(mark, "")
  }
  /** False when it was not in there. */
  const takeOff = (ident: FullIdent, target: string, channel: string) => {
    if (channel === EVERYTHING_CHANNEL) throw everythingStays()
    if (files.stat(shelves.channel(ident.origin, channel)) === undefined) throw noChannel(ident.origin, channel)
    const mark = shelves.mark(ident, target, channel)
    if (files.stat(mark) === undefined) return false
    files.removeFile(mark)
    return true
  }
  const requireThere = (ident: FullIdent, target: string) => {
    if (files.stat(shelves.artifact(ident, target)) === undefined) throw notThere(ident, target)
  }
  const targetsOf = (ident: FullIdent) =>
    namesIn(files, shelves.release(ident)).flatMap((name) => (name.endsWith(".hart") ? [name.slice(0, -5)] : []))
  return {
    async channels(origin: string) {
      const known = foldersIn(files, shelves.origin(origin))
      return known.length === 0 ? [] : [...new Set([...known, EVERYTHING_CHANNEL])].sort()
    },
    async createChannel(origin: string, channel: string) {
      const path = shelves.channel(origin, channel)
      if (files.stat(path) !== undefined) return "exists" as const
      files.makeDirectories(path)
      return "created" as const
    },
    async removeChannel(origin: string, channel: string) {
      if (channel === EVERYTHING_CHANNEL) throw everythingStays()
      const path = shelves.channel(origin, channel)
      if (files.stat(path) === undefined) throw noChannel(origin, channel)
      files.removeTree(path)
    },
    async promote(ident: FullIdent, target: string, channel: string) {
      requireThere(ident, target)
      putOn(ident, target, channel)
    },
    async demote(ident: FullIdent, target: string, channel: string) {
      requireThere(ident, target)
      if (!takeOff(ident, target, channel)) throw notInChannel(ident, target, channel)
    },
    async moveAll(verb: "promote" | "demote", origin: string, { from, to }: { from: string; to: string }) {
      if (files.stat(shelves.channel(origin, from)) === undefined) throw noChannel(origin, from)
      const all = releasesOfAnyTarget(files, shelves, origin, from)
      const act = verb === "promote" ? putOn : takeOff
      for (const ident of all) {
        for (const target of targetsOf(ident)) {
          if (releasesIn(files, shelves, ident, { channel: from, target }).length > 0) act(ident, target, to)
        }
      }
    },
  }
}

function releasesOfAnyTarget(files: FileSystem, shelves: Shelves, origin: string, channel: string): FullIdent[] {
  const root = channel === EVERYTHING_CHANNEL ? `${shelves.packages}/${origin}` : shelves.channel(origin, channel)
  const idents = foldersIn(files, root).flatMap((name) =>
    foldersIn(files, `${root}/${name}`).flatMap((version) =>
      foldersIn(files, `${root}/${name}/${version}`).map((release) => ({ origin, name, version, release })),
    ),
  )
  return idents.filter(isFullIdent)
}

/** PACKAGE_NOT_FOUND. */
export function notThere(ident: FullIdent, target: string): HabError {
  return new HabError("PACKAGE_NOT_FOUND", `'${stringifyIdent(ident)}' for ${target} is not in the depot`, {
    hint: "upload it: hab pkg upload FILE.hart",
  })
}

function notInChannel(ident: FullIdent, target: string, channel: string): HabError {
  const name = stringifyIdent(ident)
  return new HabError("PACKAGE_NOT_FOUND", `'${name}' for ${target} is not in the channel '${channel}'`, {
    hint: `hab pkg channels ${name} shows in which it is`,
  })
}

function noChannel(origin: string, channel: string): HabError {
  return new HabError("CHANNEL_NOT_FOUND", `the origin '${origin}' has no channel '${channel}'`, {
    hint: `hab bldr channel list ${origin} shows which there are`,
  })
}

function everythingStays(): HabError {
  return new HabError("CHANNEL_INVALID", `nothing can be taken out of '${EVERYTHING_CHANNEL}'`, {
    hint: "every release is in it; to remove one: hab pkg delete",
  })
}
