import { Buffer } from "node:buffer"
import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { reportTransfer } from "../base/transfer.ts"
import { type Key, keyFileName, parseKey } from "../crypto/key.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import { type NamedRevision, stringifyNamedRevision } from "../crypto/named-revision.ts"
import { requireValidOrigin } from "../crypto/origin-keys.ts"
import { type FullIdent, type PackageIdent, satisfies, stringifyIdent } from "../package/ident.ts"
import { latestOf } from "../package/order.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { withoutAccounts } from "./accounts.ts"
import { type Depot, type DepotKeyKind, EVERYTHING_CHANNEL, type Shelf } from "./depot.ts"
import { channelsOn, notThere } from "./directory-channels.ts"
import { checkArtifact } from "./incoming.ts"
import { parseRecord, printRecord } from "./record.ts"
import { foldersIn, namesIn, releasesIn, type Shelves, shelvesOf } from "./shelves.ts"

/** `report` is told how far what is copied is. */
export type DirectoryContext = Readonly<{
  files: FileSystem
  compression: Pick<ArchiveCompression, "decompress">
  randomBytes: (length: number) => Uint8Array
  report?: Report
  signal?: AbortSignal
}>

/** A depot in a folder, without a server. Several may use it at once: each change is a file that appears or goes. */
export function directoryDepot(context: DirectoryContext, directory: string): Depot {
  const shelves = shelvesOf(directory)
  return {
    url: `file://${directory}`,
    ...reading(context, shelves),
    ...keeping(context, shelves),
    ...channelsOn(context, shelves),
    ...originsIn(context, shelves),
    accounts() {
      throw withoutAccounts(`file://${directory}`)
    },
  }
}

function originsIn({ files }: DirectoryContext, shelves: Shelves) {
  const hasOrigin = (origin: string) =>
    [shelves.origin(origin), `${shelves.packages}/${origin}`].some((path) => files.stat(path) !== undefined)
  return {
    hasOrigin: async (origin: string) => hasOrigin(origin),
    async createOrigin(origin: string) {
      requireValidOrigin(origin)
      files.makeDirectories(shelves.channel(origin, EVERYTHING_CHANNEL))
    },
    async originInfo(origin: string) {
      return hasOrigin(origin) ? { name: origin, default_package_visibility: "public" } : undefined
    },
    async removeOrigin(origin: string) {
      if (!hasOrigin(origin)) throw noOrigin(origin)
      if (foldersIn(files, `${shelves.packages}/${origin}`).length > 0) {
        throw new HabError("ORIGIN_IN_USE", `the origin '${origin}' has packages in the depot`, {
          hint: `remove them first: hab pkg search ${origin}/ shows them, hab pkg delete takes them out`,
        })
      }
      for (const [kind, folder] of [
        ["origin-public", shelves.keys],
        ["origin-secret", shelves.secretKeys],
      ] as const) {
        const keys = createKeyCache({ files }, folder).revisions(kind, origin)
        for (const key of keys) files.removeFile(`${folder}/${keyFileName(kind, key)}`)
      }
      files.removeTree(`${shelves.packages}/${origin}`)
      files.removeTree(shelves.origin(origin))
    },
  }
}

/** ORIGIN_NOT_FOUND. */
function noOrigin(origin: string): HabError {
  return new HabError("ORIGIN_NOT_FOUND", `there is no origin '${origin}' in the depot`, {
    hint: `hab origin create ${origin}`,
  })
}

/** Copies an artifact, and tells how far it is. */
async function copy(
  { files, report = () => undefined, signal }: DirectoryContext,
  from: string,
  to: string,
): Promise<void> {
  await reportTransfer(report, (onMoved) => files.copyFileAside(from, to, { onMoved, signal }))
}

function reading(context: DirectoryContext, shelves: Shelves) {
  const { files } = context
  const recordOf = (ident: FullIdent, target: string) => {
    const path = shelves.record(ident, target)
    const text = files.stat(shelves.artifact(ident, target)) === undefined ? undefined : files.readTextIfPresent(path)
    return text === undefined ? undefined : parseRecord(text, path)
  }
  return {
    async find(wish: PackageIdent, shelf: Shelf) {
      const found = releasesIn(files, shelves, wish, shelf).filter((ident) => satisfies(ident, wish))
      const ident = latestOf(found, (one) => one)
      return ident === undefined ? undefined : recordOf(ident, shelf.target)
    },
    async fetch(ident: FullIdent, target: string, destination: string, signal?: AbortSignal) {
      const path = shelves.artifact(ident, target)
      if (files.stat(path) === undefined) throw notThere(ident, target)
      await copy(signal === undefined ? context : { ...context, signal }, path, destination)
    },
    async search(text: string, limit: number) {
      const names = foldersIn(files, shelves.packages)
        .flatMap((origin) => foldersIn(files, `${shelves.packages}/${origin}`).map((name) => ({ origin, name })))
        .filter((ident) => stringifyIdent(ident).includes(text))
      return { idents: names.slice(0, limit), total: names.length }
    },
    async channelsOf(ident: FullIdent, target: string) {
      if (recordOf(ident, target) === undefined) return []
      const marked = foldersIn(files, shelves.origin(ident.origin))
        .filter((channel) => channel !== EVERYTHING_CHANNEL)
        .filter((channel) => releasesIn(files, shelves, ident, { channel, target }).length > 0)
      return [...marked, EVERYTHING_CHANNEL]
    },
    async remove(ident: FullIdent, target: string) {
      if (recordOf(ident, target) === undefined) throw notThere(ident, target)
      for (const channel of foldersIn(files, shelves.origin(ident.origin))) {
        files.removeTree(shelves.mark(ident, target, channel))
      }
      files.removeTree(shelves.artifact(ident, target))
      files.removeTree(shelves.record(ident, target))
      const release = shelves.release(ident)
      // What an upload that was cut short left here goes too, once no other platform's artifact needs the folder.
      if (!namesIn(files, release).some((name) => name.endsWith(".hart"))) files.removeTree(release)
      removeEmptyAbove(files, release)
    },
  }
}

/** The folders of a version and a package that nothing is in any more. */
function removeEmptyAbove(files: FileSystem, release: string): void {
  const version = path.dirname(release)
  for (const directory of [version, path.dirname(version)]) {
    if (namesIn(files, directory).length > 0) return
    files.removeDirectory(directory)
  }
}

function keeping(context: DirectoryContext, shelves: Shelves) {
  const { files } = context
  const cache = createKeyCache({ files }, shelves.keys)
  const folderOf = (kind: DepotKeyKind) => (kind === "origin-public" ? shelves.keys : shelves.secretKeys)
  return {
    async key(revision: NamedRevision) {
      return files.readTextIfPresent(`${shelves.keys}/${keyFileName("origin-public", revision)}`)
    },
    async keys(origin: string) {
      return cache.revisions("origin-public", origin)
    },
    encryptionKey: async () => undefined,
    async secretKey(origin: string) {
      const newest = createKeyCache({ files }, shelves.secretKeys).revisions("origin-secret", origin).at(-1)
      return newest === undefined
        ? undefined
        : files.readText(`${shelves.secretKeys}/${keyFileName("origin-secret", newest)}`)
    },
    async uploadKey(kind: DepotKeyKind, revision: NamedRevision, text: string) {
      const named = stringifyNamedRevision(revision)
      const key: Key = parseKey(kind, text, `the key ${named}`)
      if (stringifyNamedRevision(key) !== named) {
        throw new HabError("KEY_INVALID", `the key ${named} names itself ${stringifyNamedRevision(key)}`, {
          hint: "upload it under its own name",
        })
      }
      const path = `${folderOf(kind)}/${keyFileName(kind, revision)}`
      if (files.stat(path) !== undefined) return "exists" as const
      await createKeyCache({ files }, folderOf(kind)).write(key)
      return "uploaded" as const
    },
    async upload({ path: source, ident, target, checksum, force, mayMove = false }: Parameters<Depot["upload"]>[0]) {
      const artifact = shelves.artifact(ident, target)
      if (files.stat(artifact) !== undefined && !force) return "exists" as const
      const incoming = `${shelves.incoming}/${Buffer.from(context.randomBytes(8)).toString("hex")}`
      files.makeDirectories(shelves.incoming)
      try {
        if (mayMove) files.rename(source, incoming)
        else await copy(context, source, incoming)
        const record = await checkArtifact(context, cache, { path: incoming, ident, target, checksum })
        files.chmod(incoming, 0o644)
        files.sync(incoming)
        // Somebody else may have uploaded it meanwhile.
        if (files.stat(artifact) !== undefined && !force) return "exists" as const
        files.makeDirectories(shelves.channel(ident.origin, EVERYTHING_CHANNEL))
        files.makeDirectories(shelves.release(ident))
        // The artifact is what makes a release be there: it is away while the record of another one is.
        files.removeTree(artifact)
        files.writeAtomically(shelves.record(ident, target), printRecord(record))
        files.rename(incoming, artifact)
        files.sync(shelves.release(ident))
      } finally {
        files.removeTree(incoming)
      }
      return "uploaded" as const
    },
  }
}
