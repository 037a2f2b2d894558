import type { IncomingMessage, Server, ServerResponse } from "node:http"
import http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { fairQueue } from "../base/fair-queue.ts"
import type { HttpAddress, HttpReply, HttpServers, HttpStream, HttpText } from "../ports/http-server.ts"
import { closeWhenAnswered, listening } from "./http-listening.ts"

const CONNECTIONS_MAX = 512
/** Answering lasts no longer at a time, however many ask. */
const TURN_MS = 4
const HEADER_BYTES_MAX = 8 * 1024
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
/** How often requests that are too slow are looked for. */
const CHECK_EVERY_MS = 5_000
/** A client that takes nothing of an answer for this long is dropped. */
const IDLE_TIMEOUT_MS = 30_000
const KEEP_ALIVE_PROBE_MS = 30_000
/** Answers larger than this are counted until they are delivered, and refused while too much is not. */
const LARGE_BYTES = 64 * 1024
const PENDING_BYTES_MAX = 16 * 1024 * 1024
const BUSY: HttpText = { tag: "text", status: 503, headers: { "retry-after": "1" } }

const LIMITS = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_EVERY_MS,
} as const

type Answer = Parameters<HttpServers["listen"]>[0]["answer"]
type Listening = Parameters<HttpServers["listen"]>[0]

/** What is under way on one server. */
type Traffic = {
  /** Connections whose request is not answered yet. */
  readonly busy: Set<Socket>
  readonly streams: Set<ServerResponse>
  /** Bytes of large answers that are not delivered yet. */
  pendingBytes: number
}

/** HTTP over TCP through Node; TLS is loaded when it is asked for. */
export const systemHttp: HttpServers = {
  async listen({ address, tls, answer }) {
    const traffic: Traffic = { busy: new Set(), streams: new Set(), pendingBytes: 0 }
    const inTurn = fairQueue({ nowMs: () => performance.now(), later: setImmediate }, { turnMs: TURN_MS })
    const server = await createServer(tls, (incoming, outgoing) => {
      if (takeConnection(traffic, incoming.socket, outgoing)) {
        inTurn(() => respond(traffic, incoming, outgoing, answer))
      }
    })
    server.maxConnections = CONNECTIONS_MAX
    server.timeout = IDLE_TIMEOUT_MS
    await listening(server, address)
    server.on("error", () => undefined)
    return { address: addressOf(server, address), close: () => close(server, traffic.streams) }
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

/**
 * One request at a time: a few bytes of pipelined requests could ask for gigabytes of answers. False, and the connection
 * is cut, for one that comes too early.
 */
function takeConnection({ busy }: Traffic, socket: Socket, outgoing: ServerResponse): boolean {
  if (busy.has(socket)) {
    socket.destroy()
    return false
  }
  busy.add(socket)
  outgoing.once("close", () => busy.delete(socket))
  return true
}

function respond(traffic: Traffic, incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  if (outgoing.destroyed) return
  const reply = answerSafely(incoming, answer)
  // A body nobody reads would be parsed as the next request.
  const hasBody =
    incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined
  if (hasBody || reply.tag === "stream") outgoing.setHeader("connection", "close")
  if (reply.tag === "stream") sendStream(traffic, incoming.socket, outgoing, reply)
  else sendText(traffic, outgoing, reply)
}

function sendStream({ streams }: Traffic, socket: Socket, outgoing: ServerResponse, reply: HttpStream): void {
  outgoing.writeHead(200, { "content-type": reply.type, "cache-control": "no-store" })
  outgoing.flushHeaders()
  keepOpen(socket)
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

function sendText(traffic: Traffic, outgoing: ServerResponse, { status, type, body = "", headers }: HttpText): void {
  const length = Buffer.byteLength(body)
  if (length > LARGE_BYTES) {
    if (traffic.pendingBytes + length > PENDING_BYTES_MAX) return sendText(traffic, outgoing, BUSY)
    traffic.pendingBytes += length
    outgoing.once("close", () => {
      traffic.pendingBytes -= length
    })
  }
  const contentType = type === undefined ? {} : { "content-type": type }
  outgoing.writeHead(status, { ...headers, ...contentType, "content-length": length })
  outgoing.end(body)
}

/** Silence is normal on a stream; that the other side is gone is found out by probes of TCP. */
function keepOpen(socket: Socket): void {
  socket.setTimeout(0)
  socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
}

function close(server: Server, streams: ReadonlySet<ServerResponse>): Promise<void> {
  for (const stream of streams) stream.end()
  return closeWhenAnswered(server)
}
