import fs from "node:fs"
import type http from "node:http"
import { finished } from "node:stream/promises"
import type { Clock } from "../ports/clock.ts"
import type { HttpAnswer, HttpCall, HttpClient, HttpFailure, WebCall, WebDownload } from "../ports/http-client.ts"
import { systemClock } from "./clock.ts"
import { exchange, movedOf, readReply, send } from "./http-exchange.ts"
import { followLines } from "./http-follow.ts"
import { createRoutes, type FindRoute } from "./http-routes.ts"
import { watchOver } from "./patience.ts"

const SILENT_MS = 60_000
const REDIRECTS_MAX = 10
const PARTIAL = 206
const RANGE_NOT_SATISFIABLE = 416

type Env = Readonly<Record<string, string | undefined>>

/** HTTP through Node; the environment names proxies. */
export function systemHttpClient(env: Env = {}, clock: Clock = systemClock): HttpClient {
  const web: Web = { routes: createRoutes(env), clock }
  const { routes } = web
  const near = ({ url: text, tls, ...call }: HttpCall) => {
    const url = new URL(text)
    return { ...call, url, route: () => routes(url, tls, false) }
  }
  return {
    async call(call, timeoutMs) {
      if (!URL.canParse(call.url)) return noUrl(call.url)
      return exchange(near(call), watchOver({ deadlineMs: timeoutMs }, clock), readReply)
    },
    follow: (call, observer) => followLines(send(near(call)), observer),
    request: (call) => onTheWeb(web, call, readReply),
    download: (request) => download(web, request),
  }
}

function noUrl(url: string): HttpFailure {
  return { tag: "failed", why: `'${url}' is not a URL`, sent: false, lasting: true }
}

type Web = Readonly<{ routes: FindRoute; clock: Clock }>

async function download(
  web: Web,
  { destination, headers, onMoved, ...request }: WebDownload,
): Promise<Readonly<{ tag: "done" }> | HttpAnswer> {
  const offset = fs.existsSync(destination) ? fs.statSync(destination).size : 0
  const range = offset === 0 ? {} : { range: `bytes=${offset}-` }
  const call = { ...request, method: "GET", headers: { ...headers, ...range } } as const
  const disk: Disk = {}
  const outcome = await onTheWeb<Readonly<{ tag: "done" }> | HttpAnswer>(web, call, async (incoming, watch) => {
    const status = incoming.statusCode ?? 0
    // What is there is longer than what the server has: it is something else.
    if (status === RANGE_NOT_SATISFIABLE) fs.rmSync(destination)
    if (status < 200 || status > 299) return readReply(incoming, watch)
    const before = status === PARTIAL ? offset : 0
    const tell = movedOf(wholeLength(incoming, before), onMoved, before)
    const moved = (chunk: Buffer) => {
      watch.moved(chunk.length)
      tell(chunk)
    }
    await writeTo(destination, status === PARTIAL ? "a" : "w", incoming, { moved, disk })
    return { tag: "done" }
  })
  if (disk.refused !== undefined) throw Object.assign(disk.refused, { path: destination })
  return outcome
}

function wholeLength({ headers }: http.IncomingMessage, before: number): number | undefined {
  const rest = headers["content-length"]
  return rest === undefined ? undefined : before + Number(rest)
}

/** What the own disk refused is no failure of the server. */
type Disk = { refused?: Error }

/** At once, chunk by chunk: of a connection that breaks, all that arrived is kept. */
async function writeTo(
  destination: string,
  flags: "a" | "w",
  incoming: http.IncomingMessage,
  { moved, disk }: Readonly<{ moved: (chunk: Buffer) => void; disk: Disk }>,
): Promise<void> {
  const act = <T>(run: () => T): T => {
    try {
      return run()
    } catch (error) {
      disk.refused = error as Error
      throw error
    }
  }
  const file = act(() => fs.openSync(destination, flags))
  try {
    incoming.on("data", (chunk: Buffer) => {
      moved(chunk)
      try {
        act(() => fs.writeFileSync(file, chunk))
      } catch (error) {
        incoming.destroy(error as Error)
      }
    })
    await finished(incoming)
    act(() => fs.fsyncSync(file))
  } finally {
    fs.closeSync(file)
  }
}

type Take<T> = Parameters<typeof exchange<T>>[2]

/** Follows redirects. A token is for the server it was given for, and for no other. */
async function onTheWeb<T>(
  { routes, clock }: Web,
  { url: first, tls, headers: given = {}, silentMs = SILENT_MS, signal, ...call }: WebCall,
  take: Take<T>,
): Promise<T | HttpFailure> {
  if (!URL.canParse(first)) return noUrl(first)
  let url = new URL(first)
  let headers = given
  for (let hop = 0; ; hop++) {
    const from = url
    const outgoing = { ...call, url: from, headers, route: () => routes(from, tls, true) }
    const result = await exchange(outgoing, watchOver({ paceMs: silentMs, signal }, clock), async (incoming, watch) => {
      const next = hop < REDIRECTS_MAX ? redirectOf(call.method, from, incoming) : undefined
      if (next === undefined) return { value: await take(incoming, watch) }
      // Nobody looks at its text, but who would leave it to come would keep the connection, however long it takes.
      await readReply(incoming, watch)
      return { next }
    })
    if ("tag" in result) return result
    if ("value" in result) return result.value
    url = result.next
    if (url.origin !== from.origin) headers = withoutToken(headers)
  }
}

function redirectOf(method: string, from: URL, { statusCode = 0, headers }: http.IncomingMessage): URL | undefined {
  const { location } = headers
  if (method !== "GET" || ![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  return next !== undefined && /^https?:$/.test(next.protocol) ? next : undefined
}

function withoutToken(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"))
}
