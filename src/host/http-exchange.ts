import fs from "node:fs"
import http from "node:http"
import https from "node:https"
import { pipeline } from "node:stream/promises"
import { clearTimeout, setTimeout } from "node:timers"
import { isSystemError } from "../base/errors.ts"
import type { OnMoved } from "../base/transfer.ts"
import type { HttpFailure, HttpReply, WebCall } from "../ports/http-client.ts"
import type { Route } from "./http-routes.ts"
import type { Watch } from "./patience.ts"

const ANSWER_BYTES_MAX = 64 * 1024 * 1024
/** What cannot have reached the other side: no connection came about. */
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]
/** A host that is not there, a server without TLS or HTTP, certificates that are not trusted or not for this host, no proxy. */
const LASTING = /^(ENOTFOUND|EPROTO|HPE_INVALID_CONSTANT|ERR_TLS_.*|ERR_PROXY_.*|.*CERT.*|UNABLE_TO_.*)$/
/** Servers that do not know what is asked for wait for the body instead. */
const CONTINUE_MS = 1_000

type Outgoing = Pick<WebCall, "method" | "headers" | "body" | "onMoved"> & Readonly<{ url: URL; route: () => Route }>

/** Sends a request; `take` makes something of the answer while it is watched, and stops that. Never rejects. */
export async function exchange<T>(
  outgoing: Outgoing,
  watch: Watch,
  take: (incoming: http.IncomingMessage, watch: Watch) => Promise<T>,
): Promise<T | HttpFailure> {
  let request: http.ClientRequest | undefined
  let route: Route | undefined
  try {
    const found = outgoing.route()
    route = found
    request = send({ ...outgoing, route: () => found }, watch)
    return await take(await answerTo(request), watch)
  } catch (error) {
    request?.destroy()
    const lasting = LASTING.test(codeOf(error)) ? ({ lasting: true } as const) : {}
    const sent = request !== undefined && !NOT_SENT.includes(codeOf(error))
    const by = route?.proxy === undefined ? "" : `through the proxy ${route.proxy}: `
    return { tag: "failed", why: by + reasonOf(watch.signal.aborted ? watch.signal.reason : error), sent, ...lasting }
  } finally {
    watch.stop()
    // Who answers before the whole body is there does not want the rest.
    if (request?.writableEnded === false) request.destroy()
  }
}

/** Begins a request without any deadline. Throws when its URL, headers or file cannot be used. */
export function send(
  { method, url, headers, body, route, onMoved }: Outgoing,
  watch?: Pick<Watch, "signal" | "moved">,
): http.ClientRequest {
  const { request } = url.protocol === "https:" ? https : http
  const isFile = typeof body === "object"
  const length = isFile ? fs.statSync(body.file).size : Buffer.byteLength(body ?? "")
  const sized = body === undefined ? {} : { "content-length": length, ...(isFile ? { expect: "100-continue" } : {}) }
  const { options } = route()
  const outgoing = request(url, {
    ...options,
    method,
    headers: { ...options.headers, ...headers, ...sized },
    ...(watch === undefined ? {} : { signal: watch.signal }),
  })
  const tell = movedOf(length, onMoved)
  const moved = (chunk: Buffer) => {
    watch?.moved(chunk.length)
    tell(chunk)
  }
  if (isFile) sendFile(outgoing, body.file, moved)
  else outgoing.end(body)
  return outgoing
}

/** Once the server wants it: one that refuses need not read it all. */
function sendFile(outgoing: http.ClientRequest, file: string, moved: (chunk: Buffer) => void): void {
  let begun = false
  const begin = () => {
    if (begun || outgoing.destroyed) return
    begun = true
    const content = fs.createReadStream(file).on("data", (chunk) => moved(chunk as Buffer))
    // Why it failed is what the request itself says.
    pipeline(content, outgoing).catch(() => undefined)
  }
  const timer = setTimeout(begin, CONTINUE_MS)
  outgoing.flushHeaders()
  outgoing.once("continue", begin)
  for (const event of ["continue", "response", "close"]) outgoing.once(event, () => clearTimeout(timer))
}

/** Counts what moves of a file of so many bytes, from those that an earlier attempt moved. */
export function movedOf(total: number | undefined, onMoved: OnMoved | undefined, before = 0): (chunk: Buffer) => void {
  let bytes = before
  return (chunk) => {
    bytes += chunk.length
    onMoved?.({ bytes, ...(total === undefined ? {} : { total }) })
  }
}

function answerTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve)
    request.on("error", reject)
  })
}

/** The whole answer. Throws when it is too long, or does not arrive to its end. */
export async function readReply(incoming: http.IncomingMessage, watch: Pick<Watch, "moved">): Promise<HttpReply> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    watch.moved(chunk.length)
    size += chunk.length
    if (size > ANSWER_BYTES_MAX) throw new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const)
  const body = Buffer.concat(chunks).toString("utf8")
  return { tag: "answered", status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body }
}

function codeOf(error: unknown): string {
  return isSystemError(error) ? String(error.code) : ""
}

const IN_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no host of that name (ENOTFOUND)",
  EAI_AGAIN: "the name of the host cannot be looked up now: no name server answers (EAI_AGAIN)",
  ECONNRESET: "the connection broke (ECONNRESET)",
  EPIPE: "the connection broke (EPIPE)",
  HPE_INVALID_CONSTANT: "it does not speak HTTP (HPE_INVALID_CONSTANT)",
  EPROTO: "it does not speak TLS; is it http:// instead of https://? (EPROTO)",
}

/** Several addresses of one name that all refuse are one failure without a text of its own. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return IN_WORDS[codeOf(error)] ?? (error.message === "" ? codeOf(error) : error.message)
}
