import type { IncomingMessage, Server, ServerResponse } from "node:http"
import http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { HttpAddress, HttpReply, HttpServers, HttpText } from "../ports/http-server.ts"

const CONNECTIONS_MAX = 512
const HEADER_BYTES_MAX = 8 * 1024
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** How often requests that are too slow are looked for. */
const CHECK_EVERY_MS = 2_000
/** A client that takes nothing of an answer for this long is dropped. */
const IDLE_TIMEOUT_MS = 30_000
const KEEP_ALIVE_PROBE_MS = 30_000
const CLOSE_LIMIT_MS = 1_000

const LIMITS = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_EVERY_MS,
} as const

type Answer = Parameters<HttpServers["listen"]>[0]["answer"]
type Listening = Parameters<HttpServers["listen"]>[0]

/** HTTP over TCP through Node; TLS is loaded when it is asked for. */
export const systemHttp: HttpServers = {
  async listen({ address, tls, answer }) {
    const streams = new Set<ServerResponse>()
    const server = await createServer(tls, (incoming, outgoing) => respond(incoming, outgoing, answer, streams))
    server.maxConnections = CONNECTIONS_MAX
    server.timeout = IDLE_TIMEOUT_MS
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen({ host: address.host, port: address.port }, resolve)
    })
    server.on("error", () => undefined)
    return { address: addressOf(server, address), close: () => close(server, streams) }
  },
}

type OnRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => void

async function createServer(tls: Listening["tls"], onRequest: OnRequest): Promise<Server> {
  if (tls === undefined) return http.createServer(LIMITS, onRequest)
  const { createServer: createTlsServer } = await import("node:https")
  const { key, certificates, authorities } = tls
  const clients = authorities === undefined ? {} : { ca: authorities, requestCert: true, rejectUnauthorized: true }
  return createTlsServer(
    { ...LIMITS, handshakeTimeout: HEADERS_TIMEOUT_MS, key, cert: certificates, ...clients },
    onRequest,
  )
}

function addressOf(server: Server, asked: HttpAddress): HttpAddress {
  const { port } = server.address() as AddressInfo
  return { host: asked.host, port }
}

function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answer,
  streams: Set<ServerResponse>,
): void {
  const reply = answerSafely(incoming, answer)
  // A body nobody reads would be parsed as the next request.
  const hasBody =
    incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined
  if (hasBody || reply.tag === "stream") outgoing.setHeader("connection", "close")
  if (reply.tag === "text") return sendText(outgoing, reply)
  outgoing.writeHead(200, { "content-type": reply.type, "cache-control": "no-store" })
  outgoing.flushHeaders()
  keepOpen(incoming.socket)
  streams.add(outgoing)
  const forget = reply.open({
    write: (text) => outgoing.write(text),
    onDrained: (resume) => void outgoing.on("drain", resume),
  })
  outgoing.on("close", () => {
    streams.delete(outgoing)
    forget()
  })
}

function answerSafely(incoming: IncomingMessage, answer: Answer): HttpReply {
  try {
    const { method = "GET", url = "/", headers } = incoming
    return answer({ method, target: url, authorization: headers.authorization })
  } catch {
    return { tag: "text", status: 500 }
  }
}

function sendText(outgoing: ServerResponse, { status, type, body = "", headers }: HttpText): void {
  outgoing.writeHead(status, {
    ...headers,
    ...(type === undefined ? {} : { "content-type": type }),
    "content-length": Buffer.byteLength(body),
  })
  outgoing.end(body)
}

/** Silence is normal on a stream; that the other side is gone is found out by probes of TCP. */
function keepOpen(socket: Socket): void {
  socket.setTimeout(0)
  socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
}

function close(server: Server, streams: ReadonlySet<ServerResponse>): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of streams) stream.end()
    const limit = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS)
    server.close(() => {
      clearTimeout(limit)
      resolve()
    })
  })
}
