import { HabError } from "../base/errors.ts"
import { parseNamedRevision } from "../crypto/named-revision.ts"
import { requireValidOrigin } from "../crypto/origin-keys.ts"
import { type FullIdent, isFullIdent, type PackageIdent, satisfies } from "../package/ident.ts"
import { latestOf } from "../package/order.ts"
import { remoteAccounts } from "./accounts.ts"
import { type Depot, type DepotKeyKind, OWN_CHANNELS, type Shelf } from "./depot.ts"
import {
  type Ask,
  askDepot,
  type DepotRequest,
  type DepotServer,
  downloadFrom,
  type RequestContext,
} from "./depot-requests.ts"
import { parseList, parseOriginInfo, parsePage, parseRecord, toIdent } from "./record.ts"
import type { Advice } from "./refusals.ts"
import { pathWord as word } from "./server-routes.ts"

const NOT_FOUND = 404
const CONFLICT = 409
/** Answers to an upload of what this depot has no place for (spec package §7.2, upload). */
const DECLINED: Readonly<Record<number, string>> = {
  424: "it would depend on itself",
  501: "its platform is not supported there",
}

const DOWNLOAD_ADVICE: Advice = {
  403: "Chef's Builder gives some channels to accounts with a license key only: enter it in the profile of the account",
}
const UPLOAD_ADVICE: Advice = {
  403: "the token must be of a member of the origin; its first key must come from an administrator",
  422: "ds:up:3 means that it did not arrive whole, ds:up:4 that another artifact has this name: build a new release",
}
const REMOVE_ADVICE: Advice = {
  422: "a Builder keeps what is in stable, and what others need: demote it, or remove those first",
}
const MOVE_ADVICE = {
  promote: { 404: "hab pkg search shows what the depot has; upload it first: hab pkg upload FILE.hart" },
  demote: {
    400: "it is not in this channel: hab pkg channels shows in which it is",
    403: "nothing can be taken out of unstable; to remove a release: hab pkg delete",
  },
} as const satisfies Readonly<Record<string, Advice>>

/** A depot behind Builder's HTTP interface: our own server, or Chef's (spec package §5.8). */
export function remoteDepot(context: RequestContext, server: DepotServer): Depot {
  const ask = (request: DepotRequest) => askDepot(context, server, request)
  return {
    url: server.url,
    ...finding(context, server, ask),
    ...keysOf(ask),
    ...changing(ask),
    ...channelsOf(ask),
    ...originsOf(ask),
    accounts: () => remoteAccounts(ask),
  }
}

function originsOf(ask: Ask) {
  const originInfo = async (origin: string) => {
    const path = `depot/origins/${word(origin)}`
    const reply = await ask({ method: "GET", path, accept: [NOT_FOUND] })
    return reply.status === NOT_FOUND ? undefined : parseOriginInfo(reply.body, reply.where)
  }
  return {
    originInfo,
    hasOrigin: async (origin: string) => (await originInfo(origin)) !== undefined,
    async createOrigin(name: string) {
      requireValidOrigin(name)
      await ask({ method: "POST", path: "depot/origins", body: JSON.stringify({ name }), accept: [CONFLICT] })
    },
    async removeOrigin(origin: string) {
      const advice = { 409: "remove what is left of it first: packages, channels, members, secrets" }
      await ask({ method: "DELETE", path: `depot/origins/${word(origin)}`, advice })
    },
  }
}

function identPath(ident: FullIdent): string {
  return [ident.origin, ident.name, ident.version, ident.release].map(word).join("/")
}

/** Of one channel, without the origin: Builder has it before the channel. */
function shelfPath(origin: string, channel: string, parts: readonly (string | undefined)[]): string {
  const known = parts.filter((part) => part !== undefined)
  return [channelPath(origin, channel), "pkgs", ...known.map(word)].join("/")
}

/** Any text names a channel that is one part of a path. Throws CHANNEL_INVALID. */
function channelPath(origin: string, channel: string): string {
  if (channel !== "" && !/^\.{1,2}$|[/\u0000-\u001f]/.test(channel))
    return `depot/channels/${word(origin)}/${word(channel)}`
  throw new HabError("CHANNEL_INVALID", `'${channel}' cannot name a channel`, {
    hint: "letters, digits, - and _ are always possible",
  })
}

function finding(context: RequestContext, server: DepotServer, ask: Ask) {
  const recordAt = async (path: string, target: string) => {
    const reply = await ask({ method: "GET", path, query: { target }, accept: [NOT_FOUND] })
    return reply.status === NOT_FOUND ? undefined : parseRecord(reply.body, reply.where)
  }
  const findOne = ({ origin, name, version, release }: PackageIdent, { channel, target }: Shelf) => {
    const path = shelfPath(origin, channel, [name, version, release])
    return recordAt(release === undefined ? `${path}/latest` : path, target)
  }
  /** A Builder lists the releases for all platforms, and does not say which are for this one. */
  const findInRange = async (wish: PackageIdent, shelf: Shelf) => {
    const path = shelfPath(wish.origin, shelf.channel, [wish.name])
    const listed = await pages(ask, path, { target: shelf.target }, Number.POSITIVE_INFINITY)
    let idents = listed.idents.filter(isFullIdent).filter((ident) => satisfies(ident, wish))
    for (;;) {
      const latest = latestOf(idents, (ident) => ident)
      const found = latest === undefined ? undefined : await findOne(latest, shelf)
      if (latest === undefined || found !== undefined) return found
      idents = idents.filter((ident) => ident !== latest)
    }
  }
  return {
    find: (wish: PackageIdent, shelf: Shelf) =>
      wish.range === undefined ? findOne(wish, shelf) : findInRange(wish, shelf),
    async fetch(ident: FullIdent, target: string, destination: string, signal?: AbortSignal) {
      const stopping = signal === undefined ? context : { ...context, signal }
      const path = `depot/pkgs/${identPath(ident)}/download`
      await downloadFrom(stopping, server, { path, query: { target }, destination, advice: DOWNLOAD_ADVICE })
    },
    search: (text: string, limit: number) => pages(ask, `depot/pkgs/search/${word(text)}`, { distinct: "true" }, limit),
  }
}

async function pages(ask: Ask, path: string, query: Readonly<Record<string, string>>, limit: number) {
  const idents: PackageIdent[] = []
  for (let range = 0; ; ) {
    const reply = await ask({ method: "GET", path, query: { ...query, range: String(range) }, accept: [NOT_FOUND] })
    if (reply.status === NOT_FOUND) return { idents, total: idents.length }
    const page = parsePage(reply.body, reply.where)
    const found = page.data.flatMap((one) => toIdent(one) ?? [])
    idents.push(...found)
    range = page.end + 1
    const total = page.total ?? idents.length
    if (found.length === 0 || idents.length >= limit || range >= total) return { idents: idents.slice(0, limit), total }
  }
}

function keysOf(ask: Ask) {
  const textAt = async (path: string, more: Pick<DepotRequest, "isSecret"> = {}) => {
    const reply = await ask({ method: "GET", path, accept: [NOT_FOUND], ...more })
    return reply.status === NOT_FOUND ? undefined : reply.body
  }
  return {
    async key(revision: Parameters<Depot["key"]>[0]) {
      const path = `depot/origins/${word(revision.name)}/keys/${word(revision.revision)}`
      const reply = await ask({ method: "GET", path, accept: [NOT_FOUND], withoutToken: true })
      return reply.status === NOT_FOUND ? undefined : reply.body
    },
    async keys(origin: string) {
      const path = `depot/origins/${word(origin)}/keys`
      const reply = await ask({ method: "GET", path, accept: [NOT_FOUND] })
      if (reply.status === NOT_FOUND) return []
      const listed = parseList(reply.body, reply.where)
      return listed.flatMap(({ revision }) => parseNamedRevision(`${origin}-${String(revision)}`) ?? [])
    },
    encryptionKey: (origin: string) => textAt(`depot/origins/${word(origin)}/encryption_key`),
    secretKey: (origin: string) => textAt(`depot/origins/${word(origin)}/secret_keys/latest`, { isSecret: true }),
    async uploadKey(kind: DepotKeyKind, { name, revision }: Parameters<Depot["key"]>[0], text: string) {
      const folder = kind === "origin-public" ? "keys" : "secret_keys"
      const path = `depot/origins/${word(name)}/${folder}/${word(revision)}`
      const advice = { 403: "new keys of an origin must come from one of its administrators" }
      const reply = await ask({ method: "POST", path, body: text, accept: [CONFLICT], advice })
      return reply.status === CONFLICT ? ("exists" as const) : ("uploaded" as const)
    },
  }
}

function changing(ask: Ask) {
  return {
    async upload({ path: file, ident, target, checksum, force }: Parameters<Depot["upload"]>[0]) {
      const path = `depot/pkgs/${identPath(ident)}`
      const query = { checksum, target, forced: String(force) }
      const accept = [CONFLICT, ...Object.keys(DECLINED).map(Number)]
      const reply = await ask({ method: "POST", path, query, body: { file }, accept, advice: UPLOAD_ADVICE })
      const declined = DECLINED[reply.status]
      if (declined !== undefined) return { declined }
      return reply.status === CONFLICT ? ("exists" as const) : ("uploaded" as const)
    },
    async remove(ident: FullIdent, target: string) {
      const path = `depot/pkgs/${identPath(ident)}`
      await ask({ method: "DELETE", path, query: { target }, advice: REMOVE_ADVICE })
    },
  }
}

function channelsOf(ask: Ask) {
  const namesAt = async (path: string, query: Readonly<Record<string, string>>) => {
    const reply = await ask({ method: "GET", path, query, accept: [NOT_FOUND] })
    if (reply.status === NOT_FOUND) return []
    return parseList(reply.body, reply.where).map(({ name }) => String(name))
  }
  const move = async (verb: "promote" | "demote", ident: FullIdent, target: string, channel: string) => {
    const path = shelfPath(ident.origin, channel, [ident.name, ident.version, ident.release])
    await ask({ method: "PUT", path: `${path}/${verb}`, query: { target }, advice: MOVE_ADVICE[verb] })
  }
  return {
    channels: (origin: string, { sandbox } = { sandbox: false }) =>
      namesAt(`depot/channels/${word(origin)}`, sandbox ? { sandbox: "true" } : {}),
    channelsOf: (ident: FullIdent, target: string) => namesAt(`depot/pkgs/${identPath(ident)}/channels`, { target }),
    async createChannel(origin: string, channel: string) {
      if (OWN_CHANNELS.includes(channel)) return "exists" as const
      const path = channelPath(origin, channel)
      const reply = await ask({ method: "POST", path, accept: [CONFLICT] })
      return reply.status === CONFLICT ? ("exists" as const) : ("created" as const)
    },
    async removeChannel(origin: string, channel: string) {
      const advice = { 403: "stable and unstable stay; for others the token must be of a maintainer of the origin" }
      await ask({ method: "DELETE", path: channelPath(origin, channel), advice })
    },
    promote: (ident: FullIdent, target: string, channel: string) => move("promote", ident, target, channel),
    demote: (ident: FullIdent, target: string, channel: string) => move("demote", ident, target, channel),
    async moveAll(verb: "promote" | "demote", origin: string, { from, to }: { from: string; to: string }) {
      const path = `${shelfPath(origin, from, [])}/${verb}`
      const advice = { 400: "name two channels that differ; nothing goes into unstable, and nothing leaves it" }
      await ask({ method: "PUT", path, query: { channel: to }, advice })
    },
  }
}
