import fs from "node:fs"
import http from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises"
import { HabError, isSystemError } from "../base/errors.ts"
import type {
  ControlChannel,
  ControlDoor,
  ControlHandler,
  ControlReply,
  ControlRequest,
  ControlServer,
  RemoteControl,
  RemoteReply,
} from "../ports/control-channel.ts"
import type { HttpAddress } from "../ports/http-server.ts"
import { systemClock } from "./clock.ts"
import { systemHttpClient } from "./http-client.ts"
import { closeWhenAnswered, listening, readText } from "./http-listening.ts"

const BODY_BYTES_MAX = 1 << 20
const HEADERS_TIMEOUT_MS = 5_000
/** How often clients that are too slow are looked for. On the socket they are ours: each look wakes an idle process. */
const CHECK_EVERY_MS = 30_000
const CHECK_REMOTE_EVERY_MS = 5_000
const LIMITS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: 60_000,
  connectionsCheckingInterval: CHECK_EVERY_MS,
} as const
/** What who asks sees of a server that ends. */
const BROKEN_OFF = ["ECONNRESET", "EPIPE"] as const
/** A Unix socket refuses at once while too many wait to be accepted. */
const BUSY_RETRY_MS = 20
/** Over TCP anybody may connect. */
const REMOTE_LIMITS = {
  ...LIMITS,
  requestTimeout: 10_000,
  maxHeaderSize: 8 * 1024,
  connectionsCheckingInterval: CHECK_REMOTE_EVERY_MS,
} as const
const REMOTE_CONNECTIONS_MAX = 64

/** HTTP and JSON over a Unix socket, and over TCP. */
export const systemControl: ControlChannel = { serve, serveRemote, request, requestRemote }

async function serve(socket: string, handler: ControlHandler): Promise<ControlServer> {
  let isLeaving = false
  const server = http.createServer(LIMITS, (incoming, outgoing) =>
    isLeaving ? reply(outgoing, LEAVING) : respond(incoming, outgoing, handler),
  )
  fs.mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 })
  fs.chmodSync(path.dirname(socket), 0o700)
  fs.rmSync(socket, { force: true })
  await withShortName(socket, (name) => listening(server, name))
  fs.chmodSync(socket, 0o600)
  return {
    async close() {
      try {
        fs.rmSync(socket, { force: true })
      } catch {
        // On a disk that became read-only it stays; nobody answers there, and the next supervisor replaces it.
      }
      // Who connected before its name went is let in, to be told.
      await nextTurn()
      isLeaving = true
      await closeWhenAnswered(server)
    },
  }
}

async function serveRemote(
  { address, tls, admit }: ControlDoor,
  handler: ControlHandler,
): Promise<ControlServer & Readonly<{ address: HttpAddress }>> {
  const server = await createRemoteServer(tls, (incoming, outgoing) => {
    const refused = admit(incoming.headers.authorization)
    if (refused === undefined) respond(incoming, outgoing, handler)
    else reply(outgoing, refused)
  })
  server.maxConnections = REMOTE_CONNECTIONS_MAX
  await listening(server, address)
  server.on("error", () => undefined)
  return {
    address: { host: address.host, port: (server.address() as AddressInfo).port },
    close: () => closeWhenAnswered(server),
  }
}

async function createRemoteServer(tls: ControlDoor["tls"], onRequest: http.RequestListener): Promise<http.Server> {
  if (tls === undefined) return http.createServer(REMOTE_LIMITS, onRequest)
  const { createServer } = await import("node:https")
  const { key, certificates, authorities } = tls
  const clients = authorities === undefined ? {} : { ca: authorities, requestCert: true, rejectUnauthorized: true }
  const limits = { ...REMOTE_LIMITS, handshakeTimeout: HEADERS_TIMEOUT_MS }
  return createServer({ ...limits, key, cert: certificates, ...clients }, onRequest)
}

function respond(incoming: http.IncomingMessage, outgoing: http.ServerResponse, handler: ControlHandler): void {
  answer(incoming, handler).then((answered) => reply(outgoing, answered))
}

const LEAVING_STATUS = 503
const LEAVING: ControlReply = { status: LEAVING_STATUS, body: { error: { message: "the supervisor is leaving" } } }

function reply(outgoing: http.ServerResponse, { status, body, allow }: ControlReply): void {
  const methods = allow === undefined ? {} : { allow: allow.join(", ") }
  outgoing.writeHead(status, { "content-type": "application/json", connection: "close", ...methods })
  outgoing.end(JSON.stringify(body))
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

async function answer(incoming: http.IncomingMessage, handler: ControlHandler): Promise<ControlReply> {
  try {
    const text = await readText(incoming, BODY_BYTES_MAX)
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

async function request(
  socket: string,
  { method, path: route, body }: ControlRequest,
  timeoutMs: number,
): Promise<ControlReply | undefined> {
  try {
    const reply = await withShortName(socket, (name) =>
      patiently(timeoutMs, () => exchange(name, { method, path: route, body }, timeoutMs)),
    )
    return reply.status === LEAVING_STATUS ? undefined : reply
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ECONNREFUSED", "ENOTDIR")) return undefined
    if (!isSystemError(error, ...BROKEN_OFF)) throw error
    if (method === "GET") return undefined
    throw new HabError("SUPERVISOR_SILENT", "the supervisor ended before it answered", {
      hint: "whether it still did what was asked for is not known: look, then ask again",
    })
  }
}

async function requestRemote(
  { url, authorization, tls }: RemoteControl,
  { method, path: route, body }: ControlRequest,
  timeoutMs: number,
): Promise<RemoteReply> {
  const call = {
    method: method === "POST" ? "POST" : "GET",
    url: url + route,
    headers: { authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(tls === undefined ? {} : { tls }),
  } as const
  const answered = await systemHttpClient().call(call, timeoutMs)
  if (answered.tag === "failed") return { failed: answered.why, sent: answered.sent }
  try {
    return { status: answered.status, body: JSON.parse(answered.body) as unknown }
  } catch {
    return { failed: `what answers there is no supervisor (status ${answered.status}, not JSON)`, sent: true }
  }
}

/** Tries again, for as long as an answer may take, while the socket's queue is full. */
async function patiently<T>(limitMs: number, attempt: () => Promise<T>): Promise<T> {
  const untilMs = systemClock.monotonicMs() + limitMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isSystemError(error, "EAGAIN") || systemClock.monotonicMs() > untilMs) throw error
      await pause(BUSY_RETRY_MS)
    }
  }
}

function exchange(
  socketPath: string,
  { method, path: route, body }: ControlRequest,
  timeoutMs: number,
): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ socketPath, method, path: route, timeout: timeoutMs, agent: false }, (incoming) => {
      readText(incoming, BODY_BYTES_MAX).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, body: text ? JSON.parse(text) : undefined }),
        reject,
      )
    })
    outgoing.on("timeout", () => outgoing.destroy(silent(timeoutMs)))
    outgoing.on("error", reject)
    outgoing.end(body === undefined ? "" : JSON.stringify(body))
  })
}

function silent(timeoutMs: number): HabError {
  return new HabError("SUPERVISOR_SILENT", `the supervisor gave no answer within ${timeoutMs / 1000} s`, {
    hint: "what was asked for may still happen; hab sup logs shows what keeps it",
  })
}
