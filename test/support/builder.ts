import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import { hashFile } from "../../src/crypto/hash.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { readArchive } from "../../src/package/archive.ts"
import { archiveName, type FullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { latestOf } from "../../src/package/order.ts"

/** What Builder answers in one go. */
const PAGE = 50
const TOKEN = "_Qk9YLTEKYmxkci0y"
const NAIVE_TIME = "2023-04-05T06:07:08.901234"

type Stored = Readonly<{
  ident: FullIdent
  target: string
  checksum: string
  tdeps: readonly FullIdent[]
  bytes: Buffer
}>
type Request = Readonly<{ parts: readonly string[]; query: URLSearchParams; body: Buffer; incoming: IncomingMessage }>
type Reply = Readonly<{ status: number; headers?: Record<string, string>; body?: string | Buffer; chunked?: true }>

export type Builder = Readonly<{
  url: string
  token: string
  /** `GET path?query`, without the common beginning; `!` behind those that came with a token. */
  asked: readonly string[]
  /** Channels whose packages only accounts with a license key get. */
  restricted: Set<string>
  /** Downloads are on another server, as behind a cache. */
  elsewhere: { downloads: boolean }
  /** Puts a release there that nobody uploaded. */
  stock(ident: FullIdent, target: string, channels: readonly string[]): void
}>

/**
 * A server that answers as Chef's Builder does (public sources of habitat-sh/builder, `builder-api`): paths, statuses,
 * headers, shapes. Known of it, and unlike our own: failures have a status and no body, or a plain text; parts of paths are
 * taken as they came, so that `%2B` is no `+`; lists of a channel hold every platform's releases; artifacts come in chunks
 * without a length, and no part of one can be asked for; members of an origin who are no administrators upload packages only.
 */
export async function startBuilder(): Promise<Builder> {
  const state = createState()
  const asked: string[] = []
  const restricted = new Set<string>()
  const elsewhere = { downloads: false }
  const server = http.createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? "", "http://builder")
    const hasToken = incoming.headers.authorization !== undefined
    asked.push(
      `${incoming.method} ${url.pathname.replace(/^\/v1\/(depot\/)?/, "")}${url.search}${hasToken ? " !" : ""}`,
    )
    const body = await bodyOf(incoming)
    const request = { parts: url.pathname.split("/").slice(2), query: url.searchParams, body, incoming }
    send(response, await answer({ ...state, restricted, elsewhere }, request))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const stock = (ident: FullIdent, target: string, channels: readonly string[]) => {
    const name = keyOf(ident, target)
    state.packages.set(name, { ident, target, checksum: "0".repeat(64), tdeps: [], bytes: Buffer.alloc(0) })
    for (const channel of channels) state.channel(ident.origin, channel).add(name)
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, token: TOKEN, asked, restricted, elsewhere, stock }
}

function createState() {
  const channels = new Map<string, Set<string>>()
  return {
    packages: new Map<string, Stored>(),
    origins: new Set<string>(),
    keys: new Map<string, string>(),
    secretKeys: new Map<string, string>(),
    channels,
    channel(origin: string, name: string): Set<string> {
      const known = channels.get(`${origin}/${name}`) ?? new Set<string>()
      channels.set(`${origin}/${name}`, known)
      return known
    },
  }
}

type State = ReturnType<typeof createState> &
  Readonly<{ restricted: Set<string>; elsewhere: Readonly<{ downloads: boolean }> }>

const keyOf = (ident: FullIdent, target: string) => `${stringifyIdent(ident)} ${target}`
const status = (code: number, text?: string): Reply => ({ status: code, ...(text === undefined ? {} : { body: text }) })
const json = (value: unknown, code = 200): Reply => ({
  status: code,
  headers: { "content-type": "application/json", "cache-control": "private, no-cache, no-store" },
  body: JSON.stringify(value),
})

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function send(response: ServerResponse, { status: code, headers = {}, body = "", chunked }: Reply): void {
  const length = chunked ? {} : { "content-length": Buffer.byteLength(body) }
  response.writeHead(code, { ...headers, ...length })
  response.write(body)
  response.end()
}

function isKnown({ incoming }: Request): boolean {
  return incoming.headers.authorization === `Bearer ${TOKEN}`
}

async function answer(state: State, request: Request): Promise<Reply> {
  const [first, second, ...rest] = request.parts
  if (first === "user") return json([])
  if (first === "elsewhere") return elsewhere(state, request)
  if (first !== "depot") return status(404)
  const of = { ...request, parts: rest }
  if (request.incoming.method !== "GET" && !isKnown(request)) return status(401)
  if (second === "origins") return origins(state, of)
  if (second === "channels") return channels(state, of)
  return second === "pkgs" ? packages(state, of) : status(404)
}

function origins(state: State, { parts, incoming: { method }, body, query }: Request): Reply {
  const [origin = "", what, revision = "", more] = parts
  const { keys, secretKeys } = state
  if (method === "POST" && parts.length === 0) {
    const { name } = JSON.parse(body.toString()) as { name: string }
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) return status(417)
    if (state.origins.has(name)) return status(409)
    state.origins.add(name)
    for (const channel of ["unstable", "stable"]) state.channel(name, channel)
    return json(describeOrigin(name), 201)
  }
  if (what === undefined && method === "GET") {
    return state.origins.has(origin) ? json(describeOrigin(origin)) : status(404)
  }
  if (what === undefined && method === "DELETE") {
    const count = [...state.packages.values()].filter(({ ident }) => ident.origin === origin).length
    if (count > 0) return status(409, `There are ${count} packages remaining in origin ${origin}. Must be zero.`)
    return status(state.origins.delete(origin) ? 204 : 404)
  }
  if (what === "keys" && revision === "") {
    const known = [...keys.keys()].flatMap((name) => (name.startsWith(`${origin}/`) ? [name.split("/")[1]] : []))
    return json(known.map((one) => ({ location: `/origins/${origin}/keys/${one}`, origin, revision: one })))
  }
  if (what === "keys" || what === "secret_keys") {
    const stored = what === "keys" ? keys : secretKeys
    const suffix = what === "keys" ? "pub" : "sig.key"
    if (method === "POST") {
      if (stored.has(`${origin}/${revision}`)) return status(409)
      if (!/^SIG-(PUB|SEC)-1\n/.test(body.toString())) return status(422)
      stored.set(`${origin}/${revision}`, body.toString())
      const made = { status: 201, headers: { location: `/v1/depot/origins/${origin}/keys/${revision}` } }
      return what === "keys" ? { ...made, body: `/origins/${origin}/keys/${revision}` } : status(201)
    }
    const name = revision === "latest" ? [...stored.keys()].sort().at(-1) : `${origin}/${revision}`
    const text = stored.get(name ?? "")
    return text === undefined ? status(404) : file(`${name?.replace("/", "-")}.${suffix}`, text)
  }
  if (what === "invitations" && method === "GET") return json({ origin, invitations: [] })
  if (what === "users" && more === "role" && method === "GET") return json({ role: "maintainer" })
  if (what === "users" && more === "role") return status(query.get("role") === null ? 422 : 204)
  return status(what === "depart" || what === "transfer" ? 204 : 404)
}

/** Numbers that JavaScript would round are texts. */
function describeOrigin(name: string) {
  const times = { created_at: NAIVE_TIME, updated_at: NAIVE_TIME }
  const owner = { owner_id: "1170935427453485056", owner_account: "alice" }
  return { name, ...owner, private_key_name: null, default_package_visibility: "public", ...times }
}

/** Builder streams what it took from its store: no length is known. */
function file(name: string, body: string | Buffer): Reply {
  const headers = {
    "content-disposition": `attachment; filename="${name}"`,
    "x-filename": name,
    "content-type": "application/octet-stream",
    "cache-control": "public, max-age=31556952",
  }
  return { status: 200, headers, body, chunked: true }
}

function channels(state: State, { parts, query, incoming: { method } }: Request): Reply {
  const [origin = "", channel = "", pkgs, name = "", version, release, verb] = parts
  const target = query.get("target") ?? "x86_64-linux"
  if (parts.length === 1) {
    const names = [...state.channels.keys()].filter((key) => key.startsWith(`${origin}/`))
    return json(names.map((key) => ({ name: key.slice(origin.length + 1) })))
  }
  if (method === "POST") {
    if (state.channels.has(`${origin}/${channel}`)) return status(409)
    state.channel(origin, channel)
    return json({ id: "1", name: channel, owner_id: "2", created_at: NAIVE_TIME, updated_at: NAIVE_TIME, origin }, 201)
  }
  if (method === "DELETE") {
    if (["stable", "unstable"].includes(channel)) return status(403)
    return status(state.channels.delete(`${origin}/${channel}`) ? 200 : 404)
  }
  if (pkgs !== "pkgs") return status(404)
  if (method === "PUT" && version === undefined) return moveAll(state, { origin, from: channel, verb: name }, query)
  const shelf = state.channels.get(`${origin}/${channel}`)
  if (method === "PUT") {
    const key = `${[origin, name, version, release].join("/")} ${target}`
    if (verb === "demote" && channel === "unstable") return status(403)
    if (verb === "demote") return status(shelf?.delete(key) === true ? 200 : 400)
    if (shelf === undefined || !state.packages.has(key)) return status(404)
    shelf.add(key)
    return status(200)
  }
  const found = [...(shelf ?? [])]
    .flatMap((key) => state.packages.get(key) ?? [])
    .filter((pkg) => pkg.ident.name === name)
  if (version === undefined)
    return page(
      query,
      found.map(({ ident }) => ident),
    )
  const ofVersion = version === "latest" ? found : found.filter((pkg) => pkg.ident.version === version)
  const exact = ["latest", undefined].includes(release)
    ? ofVersion
    : ofVersion.filter((pkg) => pkg.ident.release === release)
  const one = latestOf(
    exact.filter((pkg) => pkg.target === target),
    ({ ident }) => ident,
  )
  return one === undefined ? status(404) : json(describe(state, one))
}

function moveAll(
  state: State,
  { origin, from, verb }: Readonly<{ origin: string; from: string; verb: string }>,
  query: URLSearchParams,
): Reply {
  const to = query.get("channel") ?? ""
  if (to === from || to === "unstable" || (verb === "demote" && from === "unstable")) return status(400)
  for (const key of state.channel(origin, from)) {
    if (verb === "promote") state.channel(origin, to).add(key)
    else state.channel(origin, to).delete(key)
  }
  return status(200)
}

function describe(state: State, { ident, target, checksum, tdeps }: Stored) {
  return {
    id: "1170935427453485057",
    owner_id: "1170935427453485056",
    name: ident.name,
    ident,
    ident_array: [ident.origin, ident.name, ident.version, ident.release],
    checksum,
    manifest: `# ${ident.origin} / ${ident.name}`,
    config: "",
    target,
    deps: tdeps,
    tdeps,
    build_deps: [],
    build_tdeps: [],
    exposes: [],
    visibility: "public",
    created_at: NAIVE_TIME,
    updated_at: NAIVE_TIME,
    origin: ident.origin,
    package_type: "standard",
    channels: channelsOf(state, ident, target),
    is_a_service: false,
  }
}

function channelsOf(state: State, ident: FullIdent, target: string): string[] {
  const entries = [...state.channels].filter(([, shelf]) => shelf.has(keyOf(ident, target)))
  return entries.map(([name]) => name.slice(ident.origin.length + 1))
}

/** The page that holds the number, from its beginning; an empty one ends at the count. */
function page(query: URLSearchParams, all: readonly object[]): Reply {
  const start = Number(query.get("range") ?? 0)
  const first = Math.floor(start / PAGE) * PAGE
  const data = all.slice(first, first + PAGE)
  const end = data.length === 0 ? all.length : start + data.length - 1
  const result = { range_start: start, range_end: end, total_count: all.length, data }
  return json(result, all.length > end + 1 ? 206 : 200)
}

async function packages(state: State, request: Request): Promise<Reply> {
  const { parts, query, incoming } = request
  const [origin = "", name = "", version = "", release = "", what] = parts
  const target = query.get("target") ?? "x86_64-linux"
  if (origin === "search") {
    const words = decodeURIComponent(name).replace(/\/+$/, "").split("/")
    const names = new Map([...state.packages.values()].map(({ ident }) => [`${ident.origin}/${ident.name}`, ident]))
    const found = [...names].filter(([text]) => words.every((word) => text.includes(word)))
    const idents = found.map(([, { origin: of, name: is }]) => ({ origin: of, name: is, version: null, release: null }))
    return page(query, idents)
  }
  const ident = { origin, name, version, release }
  const stored = state.packages.get(keyOf(ident, target))
  if (what === "channels") {
    const list = channelsOf(state, ident, target)
    return json(list.map((one) => ({ name: one, created_at: NAIVE_TIME, promoted_at: NAIVE_TIME })))
  }
  if (what === "download") return download(state, request, stored)
  if (incoming.method === "POST") return upload(state, request, ident)
  if (incoming.method !== "DELETE") return stored === undefined ? status(404) : json(describe(state, stored))
  if (stored === undefined) return status(404)
  if (channelsOf(state, ident, target).includes("stable")) {
    return status(422, `Deleting package in stable channel not allowed '${stringifyIdent(ident)}'`)
  }
  for (const shelf of state.channels.values()) shelf.delete(keyOf(ident, target))
  state.packages.delete(keyOf(ident, target))
  return status(204)
}

function download(state: State, request: Request, stored: Stored | undefined): Reply {
  if (stored === undefined) return status(404)
  const { ident, target, bytes } = stored
  if (channelsOf(state, ident, target).some((channel) => state.restricted.has(channel))) {
    return isKnown(request) ? status(403, "No valid license key found.") : status(401, "Authentication required.")
  }
  if (!state.elsewhere.downloads) return file(archiveName(ident, target), bytes)
  // `localhost` is another server than `127.0.0.1`: what is for the one is not for the other.
  const port = (request.incoming.socket.address() as AddressInfo).port
  const location = `http://localhost:${port}/v1/elsewhere/${encodeURIComponent(keyOf(ident, target))}`
  return { status: 307, headers: { location } }
}

/** A store of files refuses credentials that are not its own. */
function elsewhere(state: State, { parts, incoming }: Request): Reply {
  if (incoming.headers.authorization !== undefined) return status(400)
  const stored = state.packages.get(decodeURIComponent(parts[1] ?? ""))
  return stored === undefined ? status(404) : { status: 200, body: stored.bytes }
}

async function upload(state: State, { query, body }: Request, ident: FullIdent): Promise<Reply> {
  if (!state.origins.has(ident.origin)) return status(403)
  const said = query.get("target") ?? "x86_64-linux"
  const isForced = query.get("forced") === "true"
  const before = state.packages.get(keyOf(ident, said))
  if (before !== undefined && !isForced) return status(409)
  const hart = path.join(mkdtempSync(path.join(os.tmpdir(), "hab-builder-")), "upload")
  writeFileSync(hart, body)
  onTestFinished(() => systemFiles.removeTree(path.dirname(hart)))
  const context = { files: systemFiles, compression: systemCompression() }
  const { metadata } = await readArchive(context, hart, ["IDENT", "TARGET", "TDEPS"])
  const { target, tdeps } = metadata
  if (target.startsWith("aarch64-")) return status(501)
  const checksum = await hashFile(context, hart)
  if (query.get("checksum") !== checksum) return status(422, "ds:up:3")
  if (before !== undefined && before.checksum !== checksum) return status(422, "ds:up:4")
  if (stringifyIdent(metadata.ident) !== stringifyIdent(ident)) return status(422, "ds:up:6")
  state.packages.set(keyOf(ident, target), { ident, target, checksum, tdeps, bytes: readFileSync(hart) })
  state.channel(ident.origin, "unstable").add(keyOf(ident, target))
  return { status: 201, headers: { location: "/" }, body: `/pkgs/${stringifyIdent(ident)}/download` }
}
