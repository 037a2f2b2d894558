import type { NamedRevision } from "../crypto/named-revision.ts"
import type { FullIdent, PackageIdent } from "../package/ident.ts"

/** What a depot says of one release for one platform. */
export type DepotPackage = Readonly<{
  ident: FullIdent
  /** BLAKE2b-256 of the whole artifact, in hex. */
  checksum: string
  deps: readonly FullIdent[]
  tdeps: readonly FullIdent[]
  /** The texts of its MANIFEST and default.toml, for who looks at a depot; empty where there are none. */
  manifest: string
  config: string
  /** Ports. */
  exposes: readonly number[]
}>

/** Where in a depot to look: every release is in `unstable`. */
export type Shelf = Readonly<{ channel: string; target: string }>

export type Upload = Readonly<{
  /** The artifact's file. */
  path: string
  ident: FullIdent
  target: string
  checksum: string
  /** Replaces an artifact that is there already. */
  force: boolean
  /** The file need not stay where it is. */
  mayMove?: boolean
}>

/** `declined`: the depot does not take such packages, which is no failure of who uploads many. */
export type UploadOutcome = "uploaded" | "exists" | Readonly<{ declined: string }>

/** Keys a depot keeps: the public ones for everyone, the secret ones for who has a token. */
export type DepotKeyKind = "origin-public" | "origin-secret"

/** What a depot says of an origin; who owns it is known where there are accounts. */
export type OriginInfo = Readonly<{
  name: string
  owner_id?: string
  owner_account?: string
  private_key_name?: string
  default_package_visibility: string
}>

/** A place in an origin that somebody was offered. */
export type Invitation = Readonly<{ id: string; account: string; origin: string }>

/** Members of origins, in depots where people have accounts: Chef's, not ours. */
export interface DepotAccounts {
  /** Leaves the origin. */
  depart(origin: string): Promise<void>
  /** Makes another account the owner. */
  transfer(origin: string, account: string): Promise<void>
  role(origin: string, account: string): Promise<string>
  setRole(origin: string, account: string, role: string): Promise<void>
  invite(origin: string, account: string): Promise<void>
  /** Invitations of the account whose token this is. */
  invitations(): Promise<readonly Invitation[]>
  /** Invitations to an origin that nobody answered yet. */
  pending(origin: string): Promise<readonly Invitation[]>
  answer(verb: "accept" | "ignore" | "rescind", origin: string, id: string): Promise<void>
}

export type Found = Readonly<{ idents: readonly PackageIdent[]; total: number }>

/** A channel every release is in from its upload on; it cannot be left. */
export const EVERYTHING_CHANNEL = "unstable"

/** Channels that need not be made. */
export const OWN_CHANNELS: readonly string[] = [EVERYTHING_CHANNEL, "base"]

/**
 * A place that keeps packages for many machines: a folder, or a Builder that answers over HTTP. What is asked for and is
 * not there is undefined or empty; everything else throws.
 */
export interface Depot {
  /** Its URL, for messages. */
  readonly url: string
  /** The exact release, or the latest one in the channel that answers the wish. */
  find(wish: PackageIdent, shelf: Shelf): Promise<DepotPackage | undefined>
  /** Writes an artifact to a file, unverified; what an interrupted attempt left there is gone on with. Throws PACKAGE_NOT_FOUND. */
  fetch(ident: FullIdent, target: string, destination: string, signal?: AbortSignal): Promise<void>
  /** The text of a public key. */
  key(revision: NamedRevision): Promise<string | undefined>
  /** The public keys of an origin, oldest first. */
  keys(origin: string): Promise<readonly NamedRevision[]>
  /** The text of the public key that a Builder opens secrets of an origin with; our depots keep none. */
  encryptionKey(origin: string): Promise<string | undefined>
  /** The text of an origin's latest secret key. */
  secretKey(origin: string): Promise<string | undefined>
  /** Packages whose origin/name holds the text, each once. */
  search(text: string, limit: number): Promise<Found>
  /** Channels of an origin; with `sandbox` those a Builder makes for builds too. */
  channels(origin: string, options?: Readonly<{ sandbox: boolean }>): Promise<readonly string[]>
  /** Channels a release is in. */
  channelsOf(ident: FullIdent, target: string): Promise<readonly string[]>
  hasOrigin(origin: string): Promise<boolean>
  /** Throws ORIGIN_INVALID. */
  createOrigin(origin: string): Promise<void>
  originInfo(origin: string): Promise<OriginInfo | undefined>
  /** Removes an origin with its channels and keys. Throws ORIGIN_NOT_FOUND, and ORIGIN_IN_USE while it has packages. */
  removeOrigin(origin: string): Promise<void>
  /** Throws DEPOT_WITHOUT_ACCOUNTS, here or when it is used. */
  accounts(): DepotAccounts
  /** Channels that cannot be named so: CHANNEL_INVALID, here as everywhere. */
  createChannel(origin: string, channel: string): Promise<"created" | "exists">
  removeChannel(origin: string, channel: string): Promise<void>
  promote(ident: FullIdent, target: string, channel: string): Promise<void>
  demote(ident: FullIdent, target: string, channel: string): Promise<void>
  /** Everything of one channel into, or out of, another. */
  moveAll(verb: "promote" | "demote", origin: string, channels: Readonly<{ from: string; to: string }>): Promise<void>
  upload(artifact: Upload): Promise<UploadOutcome>
  uploadKey(kind: DepotKeyKind, revision: NamedRevision, text: string): Promise<"uploaded" | "exists">
  remove(ident: FullIdent, target: string): Promise<void>
}
