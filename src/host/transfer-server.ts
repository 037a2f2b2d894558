import fs from "node:fs"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
import { isSystemError } from "../base/errors.ts"
import type { TransferReply, TransferRequest, TransferServers } from "../ports/transfer-server.ts"
import { closeAtOnce, listening, readText } from "./http-listening.ts"

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
export const systemTransfers: TransferServers = {
  async listen({ address, answer }) {
    const server = http.createServer(LIMITS, (incoming, outgoing) => void respond(incoming, outgoing, answer))
    // Who asks before it sends a body is told to go on once that is read, and not when it is refused.
    server.on("checkContinue", (incoming, outgoing) => void respond(incoming, outgoing, answer))
    server.maxConnections = CONNECTIONS_MAX
    server.timeout = IDLE_TIMEOUT_MS
    await listening(server, address)
    server.on("error", () => undefined)
    const { port } = server.address() as AddressInfo
    return { address: { host: address.host, port }, close: () => closeAtOnce(server) }
  },
}

async function respond(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): Promise<void> {
  try {
    const reply = await answer(requestOf(incoming, outgoing)).catch((): TransferReply => ({ status: 500 }))
    // A body that nobody read would be taken for the next request.
    if (!incoming.complete) outgoing.setHeader("connection", "close")
    await send(incoming, outgoing, reply)
  } catch {
    outgoing.destroy()
  }
}

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): TransferRequest {
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
      return receive(incoming, path, bytesMax)
    },
    receiveText(bytesMax) {
      goOn()
      return readText(incoming, bytesMax)
    },
  }
}

async function receive(
  incoming: IncomingMessage,
  path: string,
  bytesMax: number,
): ReturnType<TransferRequest["receive"]> {
  try {
    await pipeline(incoming, upTo(bytesMax), fs.createWriteStream(path, { flags: "wx", mode: 0o600 }))
    return "received"
  } catch (error) {
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

function upTo(bytesMax: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let length = 0
    for await (const part of source) {
      length += part.length
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
