import type { NamedRevision } from "../crypto/named-revision.ts"
import type { FullIdent, PackageIdent } from "./ident.ts"

/** Where packages come from that this machine does not have: a channel of a depot. */
export interface PackageSource {
  /** `stable of https://bldr.example.com`, for messages. */
  readonly name: string
  /** The latest release of the channel that answers a wish. */
  latest(wish: PackageIdent): Promise<FullIdent | undefined>
  /** Writes an artifact to a file, unverified; goes on with what is there. Throws PACKAGE_NOT_FOUND. */
  fetch(ident: FullIdent, destination: string, signal?: AbortSignal): Promise<void>
  /** The text of a public key. */
  key(signer: NamedRevision): Promise<string | undefined>
  /** `channel: release` for each channel that would have had it. */
  alternatives(wish: PackageIdent): Promise<readonly string[]>
}
