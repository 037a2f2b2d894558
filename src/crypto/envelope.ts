import { Buffer } from "node:buffer"
import { HabError } from "../base/errors.ts"
import { decodeBase64, encodeBase64 } from "./base64.ts"
import type { Key } from "./key.ts"
import type { KeyCache } from "./key-cache.ts"
import { type NamedRevision, parseNamedRevision, stringifyNamedRevision } from "./named-revision.ts"
import { loadSodium } from "./sodium.ts"

const BOX = "BOX-1"
const ANONYMOUS_BOX = "ANONYMOUS-BOX-1"
const NONCE_BYTES = 24
/** Poly1305's tag; a sealed box has a public key in front as well. */
const TAG_BYTES = 16
const SEAL_BYTES = 48

/** An encrypted message as text (spec package §4.2): who may open it, and who wrote it unless that is unknown. */
export type Envelope = Readonly<
  | { tag: "box"; sender: NamedRevision; recipient: NamedRevision; nonce: Uint8Array; ciphertext: Uint8Array }
  | { tag: "anonymous box"; recipient: NamedRevision; ciphertext: Uint8Array }
>

type SealRequest = Readonly<{
  message: Uint8Array | string
  sender: Key<"box-secret">
  recipient: Key<"box-public">
  /** 24 bytes, never used twice between the two. */
  nonce: Uint8Array
}>

/** The message as only the recipient can read it, and only the sender can have written it: a `BOX-1` text. */
export async function sealBox({ message, sender, recipient, nonce }: SealRequest): Promise<string> {
  const sodium = await loadSodium()
  const ciphertext = sodium.crypto_box_easy(message, nonce, recipient.bytes, sender.bytes)
  const names = [stringifyNamedRevision(sender), stringifyNamedRevision(recipient)]
  return [BOX, ...names, encodeBase64(nonce), encodeBase64(ciphertext)].join("\n")
}

/** The message as only the recipient can read it, from anybody: an `ANONYMOUS-BOX-1` text. */
export async function sealAnonymously(message: Uint8Array | string, recipient: Key<"box-public">): Promise<string> {
  const sodium = await loadSodium()
  const ciphertext = sodium.crypto_box_seal(message, recipient.bytes)
  return [ANONYMOUS_BOX, stringifyNamedRevision(recipient), encodeBase64(ciphertext)].join("\n")
}

/** Reads the text of an envelope without opening it. `where` names it in messages. Throws ENVELOPE_INVALID. */
export function parseEnvelope(text: string, where: string): Envelope {
  const [format, ...lines] = text.split("\n").map((line) => line.trim())
  const refuse = (why: string) => {
    const hint = "encrypt the message again: hab config apply, hab file upload"
    return new HabError("ENVELOPE_INVALID", `${where} is no encrypted message: ${why}`, { hint })
  }
  const named = (line: string | undefined) => {
    const revision = parseNamedRevision(line ?? "")
    if (revision === undefined) throw refuse(`'${line ?? ""}' does not name a key`)
    return revision
  }
  const bytes = (line: string | undefined, what: string, isRight: (length: number) => boolean) => {
    const decoded = decodeBase64(line ?? "")
    if (decoded === undefined || !isRight(decoded.length)) throw refuse(`its ${what} is damaged`)
    return decoded
  }
  if (format === BOX) {
    const [sender, recipient, nonce, ciphertext] = lines
    return {
      tag: "box",
      sender: named(sender),
      recipient: named(recipient),
      nonce: bytes(nonce, "nonce", (length) => length === NONCE_BYTES),
      ciphertext: bytes(ciphertext, "content", (length) => length >= TAG_BYTES),
    }
  }
  if (format !== ANONYMOUS_BOX) throw refuse(`its first line is neither ${BOX} nor ${ANONYMOUS_BOX}`)
  const [recipient, ciphertext] = lines
  return {
    tag: "anonymous box",
    recipient: named(recipient),
    ciphertext: bytes(ciphertext, "content", (length) => length >= SEAL_BYTES),
  }
}

/**
 * Opens an envelope with the keys of the cache: the recipient's pair, and the sender's public key. Throws
 * KEY_NOT_FOUND, KEY_INVALID, and ENVELOPE_REFUSED when these keys do not open it.
 */
export async function openEnvelope(envelope: Envelope, keys: Pick<KeyCache, "read">): Promise<Uint8Array> {
  const sodium = await loadSodium()
  const secret = keys.read("box-secret", envelope.recipient).bytes
  const other = envelope.tag === "box" ? envelope.sender : envelope.recipient
  const { bytes } = keys.read("box-public", other)
  const open = () =>
    envelope.tag === "box"
      ? sodium.crypto_box_open_easy(envelope.ciphertext, envelope.nonce, bytes, secret)
      : sodium.crypto_box_seal_open(envelope.ciphertext, bytes, secret)
  return decrypt(open, stringifyNamedRevision(envelope.recipient))
}

/** A message of a ring: 24 bytes of nonce, and the rest as NaCl's secretbox makes it. */
export type RingMessage = Readonly<{ nonce: Uint8Array; ciphertext: Uint8Array }>

/** Encrypts for the members of a ring; the nonce (24 bytes) must never be used twice with a key. */
export async function sealForRing(
  message: Uint8Array | string,
  key: Key<"ring">,
  nonce: Uint8Array,
): Promise<RingMessage> {
  const sodium = await loadSodium()
  return { nonce, ciphertext: sodium.crypto_secretbox_easy(message, nonce, key.bytes) }
}

/** What a member of the ring wrote. Throws ENVELOPE_REFUSED. */
export async function openFromRing({ nonce, ciphertext }: RingMessage, key: Key<"ring">): Promise<Uint8Array> {
  const sodium = await loadSodium()
  return decrypt(() => sodium.crypto_secretbox_open_easy(ciphertext, nonce, key.bytes), stringifyNamedRevision(key))
}

function decrypt(open: () => Uint8Array, key: string): Uint8Array {
  try {
    return Buffer.from(open())
  } catch (cause) {
    // libsodium says no more than "incorrect key pair", whatever was wrong.
    throw new HabError("ENVELOPE_REFUSED", `an encrypted message for ${key} does not open with the keys at hand`, {
      hint: "it was changed on its way, or written with other keys than it names",
      cause,
    })
  }
}
