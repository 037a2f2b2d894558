import fs from "node:fs"
import http from "node:http"
import path from "node:path"
import { isSystemError } from "../base/errors.ts"
import type { ControlChannel, ControlReply, ControlRequest, ControlServer } from "../ports/control-channel.ts"

const BODY_BYTES_MAX = 1 << 20
const HEADERS_TIMEOUT_MS = 5_000

/** HTTP and JSON over a Unix socket. */
export const systemControl: ControlChannel = { serve, request }

async function serve(
  socket: string,
  handler: (request: ControlRequest) => Promise<ControlReply>,
): Promise<ControlServer> {
  const server = http.createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 60_000 },
    (incoming, outgoing) => {
      answer(incoming, handler).then((reply) => {
        outgoing.writeHead(reply.status, { "content-type": "application/json", connection: "close" })
        outgoing.end(JSON.stringify(reply.body))
      })
    },
  )
  fs.mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 })
  fs.chmodSync(path.dirname(socket), 0o700)
  fs.rmSync(socket, { force: true })
  await withShortName(socket, (name) => listening(server, name))
  fs.chmodSync(socket, 0o600)
  return {
    close: () =>
      new Promise((resolve) => {
        fs.rmSync(socket, { force: true })
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listening(server: http.Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(name, resolve)
  })
}

/**
 * Socket names over 107 bytes are cut off in silence by Node 20: the directory is opened and the socket is named through
 * its descriptor instead.
 */
async function withShortName<T>(socket: string, use: (name: string) => Promise<T>): Promise<T> {
  const directory = fs.openSync(path.dirname(socket), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
  try {
    return await use(`/proc/self/fd/${directory}/${path.basename(socket)}`)
  } finally {
    fs.closeSync(directory)
  }
}

async function answer(
  incoming: http.IncomingMessage,
  handler: (request: ControlRequest) => Promise<ControlReply>,
): Promise<ControlReply> {
  try {
    const text = await readBody(incoming)
    if (text === undefined) return refusal(413, "the request is larger than 1 MiB")
    const body: unknown = text === "" ? undefined : JSON.parse(text)
    return await handler({ method: incoming.method ?? "GET", path: incoming.url ?? "/", body })
  } catch (error) {
    return error instanceof SyntaxError ? refusal(400, "the request is not JSON") : refusal(500, String(error))
  }
}

function refusal(status: number, message: string): ControlReply {
  return { status, body: { error: { message } } }
}

async function readBody(incoming: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length
    if (length > BODY_BYTES_MAX) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString("utf8")
}

async function request(
  socket: string,
  { method, path: route, body }: ControlRequest,
  timeoutMs: number,
): Promise<ControlReply | undefined> {
  try {
    return await withShortName(socket, (name) => exchange(name, { method, path: route, body }, timeoutMs))
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ECONNREFUSED", "ENOTDIR")) return undefined
    throw error
  }
}

function exchange(
  socketPath: string,
  { method, path: route, body }: ControlRequest,
  timeoutMs: number,
): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ socketPath, method, path: route, timeout: timeoutMs, agent: false }, (incoming) => {
      readBody(incoming).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, body: text ? JSON.parse(text) : undefined }),
        reject,
      )
    })
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    outgoing.on("error", reject)
    outgoing.end(body === undefined ? "" : JSON.stringify(body))
  })
}
