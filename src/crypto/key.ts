import { HabError } from "../base/errors.ts"
import { decodeBase64, encodeBase64 } from "./base64.ts"
import { type NamedRevision, parseNamedRevision, stringifyNamedRevision } from "./named-revision.ts"

/** Every kind of key file (spec package §4.2): its first line, its extension, the bytes of the key, its mode. */
export const KEY_KINDS = {
  "origin-public": { format: "SIG-PUB-1", extension: ".pub", bytes: 32, mode: 0o444 },
  "origin-secret": { format: "SIG-SEC-1", extension: ".sig.key", bytes: 64, mode: 0o400 },
  "box-public": { format: "BOX-PUB-1", extension: ".pub", bytes: 32, mode: 0o444 },
  "box-secret": { format: "BOX-SEC-1", extension: ".box.key", bytes: 32, mode: 0o400 },
  ring: { format: "SYM-SEC-1", extension: ".sym.key", bytes: 32, mode: 0o400 },
} as const satisfies Record<string, { format: string; extension: string; bytes: number; mode: number }>

export type KeyKind = keyof typeof KEY_KINDS

export type Key<K extends KeyKind = KeyKind> = NamedRevision & Readonly<{ kind: K; bytes: Uint8Array }>

/** The text of a key file. It has no final line feed. */
export function printKey(key: Key): string {
  return `${KEY_KINDS[key.kind].format}\n${stringifyNamedRevision(key)}\n\n${encodeBase64(key.bytes)}`
}

/** `acme-20240102030405.sig.key`: the name of a key's file in the key cache. */
export function keyFileName(kind: KeyKind, revision: NamedRevision): string {
  return stringifyNamedRevision(revision) + KEY_KINDS[kind].extension
}

/**
 * Reads a key file of one kind. CRLF and further lines are accepted; the third line may hold anything. `where` names
 * the file in messages. Throws KEY_INVALID.
 */
export function parseKey<K extends KeyKind>(kind: K, text: string, where: string): Key<K> {
  const { format, bytes: length } = KEY_KINDS[kind]
  const [version, revisionLine, , material] = text.split("\n").map((line) => line.trim())
  const refuse = (why: string) => invalidKey(where, why)
  if (version === undefined || version === "") throw refuse("the version line is missing")
  if (version !== format) throw refuse(`its version is '${version}', and '${format}' is expected`)
  if (revisionLine === undefined) throw refuse("the line with the key's name is missing")
  const revision = parseNamedRevision(revisionLine)
  if (revision === undefined) throw refuse(`'${revisionLine}' is not a name followed by - and 14 digits`)
  if (material === undefined || material === "") throw refuse("the line with the key itself is missing")
  const bytes = decodeBase64(material)
  if (bytes === undefined) throw refuse("the key is not valid base64")
  if (bytes.length !== length) throw refuse(`the key has ${bytes.length} bytes, and ${length} are expected`)
  return { kind, ...revision, bytes }
}

/** Reads a key of whichever of the given kinds its first line names. Throws KEY_INVALID. */
export function parseKeyOf<K extends KeyKind>(kinds: readonly K[], text: string, where: string): Key<K> {
  const version = text.split("\n", 1)[0]?.trim()
  const kind = kinds.find((candidate) => KEY_KINDS[candidate].format === version)
  if (kind !== undefined) return parseKey(kind, text, where)
  const expected = kinds.map((candidate) => KEY_KINDS[candidate].format).join(" or ")
  throw invalidKey(where, `its first line is '${version}', and ${expected} is expected`)
}

function invalidKey(where: string, why: string): HabError {
  return new HabError("KEY_INVALID", `${where} is not a usable key: ${why}`, {
    hint: "export the key again where it was made: hab origin key export",
  })
}
