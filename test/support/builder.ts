import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"
import type { FullIdent } from "../../src/package/ident.ts"
import { channels } from "./builder-channels.ts"
import { origins } from "./builder-origins.ts"
import { elsewhere, packages } from "./builder-packages.ts"
import {
  createState,
  isKnown,
  json,
  keyOf,
  type Reply,
  type Request,
  type State,
  status,
  TOKEN,
} from "./builder-replies.ts"

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
 * without a length, and no part of one can be asked for. Roles of members are left out: who has the token may do everything.
 */
export async function startBuilder(): Promise<Builder> {
  const state = createState()
  const asked: string[] = []
  const restricted = new Set<string>()
  const redirects = { downloads: false }
  const server = http.createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? "", "http://builder")
    const hasToken = incoming.headers.authorization !== undefined
    asked.push(
      `${incoming.method} ${url.pathname.replace(/^\/v1\/(depot\/)?/, "")}${url.search}${hasToken ? " !" : ""}`,
    )
    const body = await bodyOf(incoming)
    const request = { parts: url.pathname.split("/").slice(2), query: url.searchParams, body, incoming }
    const reply = answer({ ...state, restricted, elsewhere: redirects }, request)
    send(response, await reply.catch((error: unknown) => status(400, `the imitation failed: ${error}`)))
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
  return { url, token: TOKEN, asked, restricted, elsewhere: redirects, stock }
}

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
