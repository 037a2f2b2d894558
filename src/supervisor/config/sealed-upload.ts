import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import type { Layout } from "../../base/layout.ts"
import { openEnvelope, parseEnvelope } from "../../crypto/envelope.ts"
import { createKeyCache, type KeyCache } from "../../crypto/key-cache.ts"
import type { FileSystem } from "../../ports/file-system.ts"

type UploadKeysContext = Readonly<{
  host: Readonly<{ files: FileSystem }>
  layout: Layout
  options: Readonly<{ keys?: string }>
}>

/** The keys that uploads are opened with: in the folder the operator named, or in the root's own cache. */
export function uploadKeys({ host, layout, options }: UploadKeysContext): KeyCache {
  return createKeyCache({ files: host.files }, options.keys ?? layout.cacheKeys)
}

/**
 * Opens what a user encrypted for a service group (spec supervisor §6.3): a box of its own key for that group's. A box for
 * another group is not taken, so that nobody moves one from group to group. Throws ENVELOPE_INVALID, ENVELOPE_REFUSED,
 * KEY_NOT_FOUND, KEY_INVALID.
 */
export async function openUpload(keys: KeyCache, group: string, sealed: Uint8Array): Promise<Uint8Array> {
  const envelope = parseEnvelope(Buffer.from(sealed).toString("utf8"), `what was given to ${group}`)
  const isOfUser = envelope.tag === "box"
  if (!isOfUser || envelope.recipient.name !== group) {
    const why = isOfUser ? `it is for ${envelope.recipient.name}` : "it does not say who wrote it"
    throw new HabError("ENVELOPE_REFUSED", `an encrypted message is not taken for ${group}: ${why}`, {
      hint: `encrypt it for ${group}: hab config apply -u USER, hab file upload -u USER`,
    })
  }
  return openEnvelope(envelope, keys)
}
