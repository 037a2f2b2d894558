import { Buffer } from "node:buffer"
import { assert } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { hashBytes } from "./hash.ts"
import { KEY_KINDS, type Key, type KeyKind, keyFileName, parseKey, printKey } from "./key.ts"
import { type NamedRevision, parseNamedRevision, stringifyNamedRevision } from "./named-revision.ts"

/** A directory of key files (spec package §4.2). Symlinked key files are as good as others. */
export type KeyCache = Readonly<{
  directory: string
  /** Adds a key. The same key again is no change; another one under the same name is KEY_EXISTS. */
  write(key: Key): Promise<"written" | "unchanged">
  /** One revision. Throws KEY_NOT_FOUND and KEY_INVALID. */
  read<K extends KeyKind>(kind: K, revision: NamedRevision): Key<K>
  /** The greatest revision of exactly this name. Throws KEY_NOT_FOUND and KEY_INVALID. */
  latest<K extends KeyKind>(kind: K, name: string): Key<K>
  /** Revisions of exactly this name, oldest first. */
  revisions(kind: KeyKind, name: string): NamedRevision[]
}>

type Context = Readonly<{
  files: Pick<FileSystem, "makeDirectories" | "readDirectory" | "readTextIfPresent" | "stat" | "writeAtomically">
}>

/** The key cache in a directory, which is created at the first write. */
export function createKeyCache({ files }: Context, directory: string): KeyCache {
  const pathOf = (kind: KeyKind, revision: NamedRevision) => `${directory}/${keyFileName(kind, revision)}`
  const read = <K extends KeyKind>(kind: K, revision: NamedRevision): Key<K> => {
    const path = pathOf(kind, revision)
    const text = files.readTextIfPresent(path)
    if (text === undefined)
      throw missingKey(kind, revision.name, stringifyNamedRevision(revision), `there is no ${path}`)
    return checkName(parseKey(kind, text, path), revision, path)
  }
  const revisions = (kind: KeyKind, name: string) => {
    if (files.stat(directory) === undefined) return []
    const { extension } = KEY_KINDS[kind]
    return files
      .readDirectory(directory)
      .filter((entry) => entry.name.endsWith(extension))
      .map((entry) => parseNamedRevision(entry.name.slice(0, -extension.length)))
      .filter((revision) => revision !== undefined)
      .filter((revision) => revision.name === name)
  }
  return {
    directory,
    read,
    revisions,
    write: (key) => writeKey({ files }, pathOf(key.kind, key), key),
    latest(kind, name) {
      const newest = revisions(kind, name).at(-1)
      if (newest === undefined) throw missingKey(kind, name, name, `no revision of '${name}' is in ${directory}`)
      return read(kind, newest)
    },
  }
}

/** Adds both keys of a pair, which must be of one name and revision. Throws KEY_EXISTS. */
export async function writeKeyPair(cache: KeyCache, pair: Readonly<{ public: Key; secret: Key }>): Promise<void> {
  const [a, b] = [stringifyNamedRevision(pair.public), stringifyNamedRevision(pair.secret)]
  assert(a === b, `a key pair has one name and revision (${a}, ${b})`)
  await cache.write(pair.public)
  await cache.write(pair.secret)
}

async function writeKey({ files }: Context, path: string, key: Key): Promise<"written" | "unchanged"> {
  const text = printKey(key)
  const existing = files.readTextIfPresent(path)
  if (existing === text) return "unchanged"
  if (existing !== undefined) {
    const [there, given] = [await hashBytes(existing), await hashBytes(text)]
    throw new HabError("KEY_EXISTS", `${path} holds another key (BLAKE2b ${there}, and ${given} was to be written)`, {
      hint: "keys are never overwritten: move the file away first if it is the wrong one",
    })
  }
  files.makeDirectories(path.slice(0, path.lastIndexOf("/")))
  files.writeAtomically(path, Buffer.from(text), { mode: KEY_KINDS[key.kind].mode })
  return "written"
}

function checkName<K extends KeyKind>(key: Key<K>, wanted: NamedRevision, path: string): Key<K> {
  if (key.name === wanted.name && key.revision === wanted.revision) return key
  throw new HabError("KEY_INVALID", `${path} is not a usable key: it names itself '${stringifyNamedRevision(key)}'`, {
    hint: "the file was renamed or copied over: import the right key again",
  })
}

function missingKey(kind: KeyKind, name: string, what: string, why: string): HabError {
  const hint = {
    "origin-public": "import the origin's public key: hab origin key import < FILE.pub",
    "origin-secret": `make one: hab origin key generate ${name}`,
    "box-public": `copy its .pub file here, or make a pair: ${boxCommand(name)}`,
    "box-secret": `make a pair: ${boxCommand(name)}`,
    ring: `import it (hab ring key import < FILE), or make one: hab ring key generate ${name}`,
  }[kind]
  return new HabError("KEY_NOT_FOUND", `the ${kind.replace("-", " ")} key '${what}' is not in the key cache: ${why}`, {
    hint,
  })
}

/** Names of services have an organization behind an @. */
function boxCommand(name: string): string {
  const [service, organization] = name.split("@")
  return organization === undefined
    ? `hab user key generate ${name}`
    : `hab svc key generate ${service} ${organization}`
}
