import { parseNamedRevision } from "../crypto/named-revision.ts"
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
import { parseAnswer, parseOriginInfo, parseRecord, toIdent } from "./record.ts"

const NOT_FOUND = 404
const CONFLICT = 409
/** Answers to an upload of what this depot has no place for (spec package §7.2, upload). */
const DECLINED: Readonly<Record<number, string>> = {
  424: "it would depend on itself",
  501: "its platform is not supported there",
}

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
    return reply.status === NOT_FOUND ? undefined : parseOriginInfo(reply.body, path)
  }
  return {
    originInfo,
    hasOrigin: async (origin: string) => (await originInfo(origin)) !== undefined,
    async createOrigin(name: string) {
      await ask({ method: "POST", path: "depot/origins", body: JSON.stringify({ name }), accept: [CONFLICT] })
    },
    async removeOrigin(origin: string) {
      await ask({ method: "DELETE", path: `depot/origins/${word(origin)}` })
    },
  }
}

const word = encodeURIComponent

function identPath(ident: FullIdent): string {
  return [ident.origin, ident.name, ident.version, ident.release].map(word).join("/")
}

/** Of one channel, without the origin: Builder has it before the channel. */
function shelfPath(origin: string, channel: string, parts: readonly (string | undefined)[]): string {
  const known = parts.filter((part) => part !== undefined)
  return ["depot/channels", word(origin), word(channel), "pkgs", ...known.map(word)].join("/")
}

function finding(context: RequestContext, server: DepotServer, ask: Ask) {
  const recordAt = async (path: string, target: string) => {
    const reply = await ask({ method: "GET", path, query: { target }, accept: [NOT_FOUND] })
    return reply.status === NOT_FOUND ? undefined : parseRecord(reply.body, `${server.url}/${path}`)
  }
  const inRange = async (wish: PackageIdent, shelf: Shelf) => {
    const path = shelfPath(wish.origin, shelf.channel, [wish.name])
    const listed = await pages(ask, path, { target: shelf.target }, Number.POSITIVE_INFINITY)
    return latestOf(
      listed.idents.filter(isFullIdent).filter((ident) => satisfies(ident, wish)),
      (ident) => ident,
    )
  }
  return {
    async find(wish: PackageIdent, shelf: Shelf) {
      const exact = wish.range === undefined ? wish : await inRange(wish, shelf)
      if (exact === undefined) return undefined
      const path = shelfPath(wish.origin, shelf.channel, [exact.name, exact.version, exact.release])
      return recordAt(isFullIdent(exact) ? path : `${path}/latest`, shelf.target)
    },
    async fetch(ident: FullIdent, target: string, destination: string, signal?: AbortSignal) {
      const stopping = signal === undefined ? context : { ...context, signal }
      const path = `depot/pkgs/${identPath(ident)}/download`
      await downloadFrom(stopping, server, { path, query: { target }, destination })
    },
    search: (text: string, limit: number) => pages(ask, `depot/pkgs/search/${word(text)}`, { distinct: "true" }, limit),
  }
}

async function pages(ask: Ask, path: string, query: Readonly<Record<string, string>>, limit: number) {
  const idents: PackageIdent[] = []
  for (let range = 0; ; ) {
    const reply = await ask({ method: "GET", path, query: { ...query, range: String(range) }, accept: [NOT_FOUND] })
    if (reply.status === NOT_FOUND) return { idents, total: idents.length }
    const page = parseAnswer(reply.body, path) as { range_end?: number; total_count?: number; data?: unknown[] }
    const found = (page.data ?? []).flatMap((one) => toIdent(one) ?? [])
    idents.push(...found)
    range = (page.range_end ?? 0) + 1
    const total = page.total_count ?? idents.length
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
      const listed = parseAnswer(reply.body, path) as { revision?: unknown }[]
      return listed.flatMap(({ revision }) => parseNamedRevision(`${origin}-${String(revision)}`) ?? [])
    },
    encryptionKey: (origin: string) => textAt(`depot/origins/${word(origin)}/encryption_key`),
    secretKey: (origin: string) => textAt(`depot/origins/${word(origin)}/secret_keys/latest`, { isSecret: true }),
    async uploadKey(kind: DepotKeyKind, { name, revision }: Parameters<Depot["key"]>[0], text: string) {
      const folder = kind === "origin-public" ? "keys" : "secret_keys"
      const path = `depot/origins/${word(name)}/${folder}/${word(revision)}`
      const reply = await ask({ method: "POST", path, body: text, accept: [CONFLICT] })
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
      const reply = await ask({ method: "POST", path, query, body: { file }, accept })
      const declined = DECLINED[reply.status]
      if (declined !== undefined) return { declined }
      return reply.status === CONFLICT ? ("exists" as const) : ("uploaded" as const)
    },
    async remove(ident: FullIdent, target: string) {
      await ask({ method: "DELETE", path: `depot/pkgs/${identPath(ident)}`, query: { target } })
    },
  }
}

function channelsOf(ask: Ask) {
  const namesAt = async (path: string, query: Readonly<Record<string, string>>) => {
    const reply = await ask({ method: "GET", path, query, accept: [NOT_FOUND] })
    if (reply.status === NOT_FOUND) return []
    return (parseAnswer(reply.body, path) as { name?: unknown }[]).map(({ name }) => String(name))
  }
  const move = async (verb: "promote" | "demote", ident: FullIdent, target: string, channel: string) => {
    const path = shelfPath(ident.origin, channel, [ident.name, ident.version, ident.release])
    await ask({ method: "PUT", path: `${path}/${verb}`, query: { target } })
  }
  return {
    channels: (origin: string, { sandbox } = { sandbox: false }) =>
      namesAt(`depot/channels/${word(origin)}`, sandbox ? { sandbox: "true" } : {}),
    channelsOf: (ident: FullIdent, target: string) => namesAt(`depot/pkgs/${identPath(ident)}/channels`, { target }),
    async createChannel(origin: string, channel: string) {
      if (OWN_CHANNELS.includes(channel)) return "exists" as const
      const path = `depot/channels/${word(origin)}/${word(channel)}`
      const reply = await ask({ method: "POST", path, accept: [CONFLICT] })
      return reply.status === CONFLICT ? ("exists" as const) : ("created" as const)
    },
    async removeChannel(origin: string, channel: string) {
      await ask({ method: "DELETE", path: `depot/channels/${word(origin)}/${word(channel)}` })
    },
    promote: (ident: FullIdent, target: string, channel: string) => move("promote", ident, target, channel),
    demote: (ident: FullIdent, target: string, channel: string) => move("demote", ident, target, channel),
    async moveAll(verb: "promote" | "demote", origin: string, { from, to }: { from: string; to: string }) {
      const path = `${shelfPath(origin, from, [])}/${verb}`
      await ask({ method: "PUT", path, query: { channel: to } })
    },
  }
}
