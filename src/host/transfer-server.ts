import fs from "node:fs"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
import { isSystemError } from "../base/errors.ts"
import type { Clock } from "../ports/clock.ts"
import type { TransferReply, TransferRequest, TransferServers } from "../ports/transfer-server.ts"
import { systemClock } from "./clock.ts"
import { closeAtOnce, listening, readText } from "./http-listening.ts"
import { watchOver } from "./patience.ts"

const CONNECTIONS_MAX = 512
const HEADER_BYTES_MAX = 16 * 1024
const HEADERS_TIMEOUT_MS = 5_000
const CHECK_EVERY_MS = 2_000
const IDLE_TIMEOUT_MS = 30_000

/** No limit to the time of a request as long as something moves: artifacts are large and lines are slow. */
const LIMITS = {
  maxHeaderSize: HEADER_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: 0,
  connectionsCheckingInterval: CHECK_EVERY_MS,
} as const

type Answer = Parameters<TransferServers["listen"]>[0]["answer"]

/** HTTP that takes and gives files, through Node. */
export const systemTransfers = transfersBy(systemClock)

/** The same, with a clock that says how long a body takes. */
export function transfersBy(clock: Clock): TransferServers {
  return {
    async listen({ address, answer }) {
      const onRequest: http.RequestListener = (incoming, outgoing) =>
        void respond(outgoing, requestOf(incoming, outgoing, clock), answer)
      const server = http.createServer(LIMITS, onRequest)
      // Who asks before it sends a body is told to go on once that is read, and not when it is refused.
      server.on("checkContinue", onRequest)
      server.maxConnections = CONNECTIONS_MAX
      server.timeout = IDLE_TIMEOUT_MS
      await listening(server, address)
      server.on("error", () => undefined)
      const { port } = server.address() as AddressInfo
      return { address: { host: address.host, port }, close: () => closeAtOnce(server) }
    },
  }
}

async function respond(outgoing: ServerResponse, request: TransferRequest, answer: Answer): Promise<void> {
  const incoming = outgoing.req
  try {
    const reply = await answer(request).catch((): TransferReply => ({ status: 500 }))
    // A body that nobody read would be taken for the next request.
    if (!incoming.complete) outgoing.setHeader("connection", "close")
    await send(incoming, outgoing, reply)
  } catch {
    outgoing.destroy()
  }
}

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse, clock: Clock): TransferRequest {
  const { method = "GET", url = "/", headers } = incoming
  const goOn = () => {
    if (headers.expect !== undefined) outgoing.writeContinue()
  }
  return {
    method,
    target: url,
    authorization: headers.authorization,
    async receive(path, bytesMax) {
      if (lacksSpace(path, headers["content-length"])) return "no-space"
      goOn()
      return atPace(incoming, clock, (moved) => receive(incoming, { path, bytesMax, moved }))
    },
    receiveText(bytesMax) {
      goOn()
      return atPace(incoming, clock, (moved) => readText(incoming, bytesMax, moved))
    },
  }
}

type Moved = (bytes: number) => void

/** Whoever sends a byte now and then would keep one of our connections for ever. */
async function atPace<T>(incoming: IncomingMessage, clock: Clock, read: (moved: Moved) => Promise<T>): Promise<T> {
  const { signal, moved, stop } = watchOver({ paceMs: IDLE_TIMEOUT_MS }, clock)
  signal.addEventListener("abort", () => incoming.destroy(signal.reason as Error))
  try {
    return await read(moved)
  } finally {
    stop()
  }
}

async function receive(
  incoming: IncomingMessage,
  { path, bytesMax, moved }: Readonly<{ path: string; bytesMax: number; moved: Moved }>,
): ReturnType<TransferRequest["receive"]> {
  const file = fs.createWriteStream(path, { flags: "wx", mode: 0o600 })
  try {
    await pipeline(incoming, upTo(bytesMax, moved), file)
    return "received"
  } catch (error) {
    // Being made, it would come after it is removed.
    if (!file.closed) await new Promise<void>((resolve) => void file.once("close", resolve))
    fs.rmSync(path, { force: true })
    if (isSystemError(error, "ENOSPC", "EDQUOT")) return "no-space"
    if (error instanceof TooLarge) return "too-large"
    if (incoming.errored !== null || incoming.destroyed) return "cut-short"
    throw error
  }
}

/** Seen before anything is sent: there will not be room for all of it. */
function lacksSpace(path: string, length: string | undefined): boolean {
  const { bavail, bsize } = fs.statfsSync(dirname(path))
  return Number(length ?? 0) > bavail * bsize
}

class TooLarge extends Error {}

function upTo(bytesMax: number, moved: Moved) {
  return async function* (source: AsyncIterable<Buffer>) {
    let length = 0
    for await (const part of source) {
      length += part.length
      moved(part.length)
      if (length > bytesMax) throw new TooLarge()
      yield part
    }
  }
}

async function send(incoming: IncomingMessage, outgoing: ServerResponse, reply: TransferReply): Promise<void> {
  const { status, headers = {}, body = "" } = reply
  if (typeof body === "string") {
    outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) })
    outgoing.end(body)
    return
  }
  const size = fs.statSync(body.file).size
  const start = startOf(incoming.headers.range)
  if (start !== undefined && start > size) {
    outgoing.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 })
    outgoing.end()
    return
  }
  const partial = start === undefined ? {} : { "content-range": `bytes ${start}-${size - 1}/${size}` }
  const length = size - (start ?? 0)
  outgoing.writeHead(start === undefined ? status : 206, {
    ...headers,
    ...partial,
    "accept-ranges": "bytes",
    "content-length": length,
  })
  if (length === 0 || incoming.method === "HEAD") outgoing.end()
  else await pipeline(fs.createReadStream(body.file, { start: start ?? 0 }), outgoing)
}

/** Only "from here to the end": what a download that goes on asks for. Anything else gets the whole file. */
function startOf(range: string | undefined): number | undefined {
  const [, start] = /^bytes=(\d{1,15})-$/.exec(range ?? "") ?? []
  return start === undefined || start === "0" ? undefined : Number(start)
}
