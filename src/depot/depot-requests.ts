import { ERROR_CODES, type ErrorCode } from "../base/error-codes.ts"
import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { WebClient, WebDownload, WebReply, WebRequest } from "../ports/web-client.ts"

/** Pauses between the rounds over the servers. */
const PAUSES_MS = [1_000, 1_000, 2_000, 3_000, 5_000] as const
const NOT_IMPLEMENTED = 501
const UNAUTHORIZED = 401

export type RequestContext = Readonly<{
  web: WebClient
  clock: Clock
  report: Report
  signal?: AbortSignal
}>

export type DepotServer = Readonly<{
  url: string
  /** Asked in turn when the first does not answer; only for what changes nothing. */
  mirrors: readonly string[]
  token?: string
}>

export type DepotRequest = Omit<WebRequest, "url" | "headers" | "signal"> &
  Readonly<{
    path: string
    query?: Readonly<Record<string, string>>
    /** Statuses besides 2xx that are answers. */
    accept?: readonly number[]
    withoutToken?: boolean
    /** Also reading it takes a token. */
    isSecret?: boolean
  }>

/** Asks one depot; throws as `askDepot`. */
export type Ask = (request: DepotRequest) => Promise<WebReply>

/** What a depot answers. Throws DEPOT_UNREACHABLE after several rounds, and what it refused with. */
export async function askDepot(context: RequestContext, server: DepotServer, request: DepotRequest): Promise<WebReply> {
  const { path, query, accept = [], withoutToken = false, isSecret = false, ...plain } = request
  if ((isSecret || plain.method !== "GET") && server.token === undefined) throw tokenMissing(server, isSecret)
  const urls = plain.method === "GET" ? [server.url, ...server.mirrors] : [server.url]
  const headers = withoutToken ? {} : tokenHeader(server)
  const reply = await inRounds(context, urls, async (base) => {
    const outcome = await context.web.request({
      ...plain,
      url: urlOf(base, path, query),
      headers,
      ...signalOf(context),
    })
    if (outcome.tag === "failed") return { why: outcome.why }
    return isWorthAnotherTry(outcome.reply) ? { why: describe(outcome.reply) } : { value: outcome.reply }
  })
  if ((reply.status >= 200 && reply.status < 300) || accept.includes(reply.status)) return reply
  throw refusal(server, path, reply)
}

/** Writes what a path holds to a file. Throws as `askDepot`. */
export async function downloadFrom(
  context: RequestContext,
  server: DepotServer,
  request: Readonly<{ path: string; query: Readonly<Record<string, string>>; destination: string }>,
): Promise<void> {
  const { path, query, destination } = request
  const headers = tokenHeader(server)
  const reply = await inRounds<WebReply | undefined>(context, [server.url, ...server.mirrors], async (base) => {
    const download: WebDownload = { url: urlOf(base, path, query), headers, destination, ...signalOf(context) }
    const outcome = await context.web.download(download)
    if (outcome.tag === "done") return { value: undefined }
    if (outcome.tag === "failed") return { why: outcome.why }
    const again = isWorthAnotherTry(outcome.reply) || outcome.reply.status === 416
    return again ? { why: describe(outcome.reply) } : { value: outcome.reply }
  })
  if (reply !== undefined) throw refusal(server, path, reply)
}

type Try<T> = Readonly<{ value: T } | { why: string }>

async function inRounds<T>(
  { clock, report, signal }: RequestContext,
  urls: readonly string[],
  attempt: (url: string) => Promise<Try<T>>,
): Promise<T> {
  for (let round = 0; ; round++) {
    const problems: string[] = []
    for (const url of urls) {
      const result = await attempt(url)
      signal?.throwIfAborted()
      if ("value" in result) return result.value
      problems.push(`${url}: ${result.why}`)
    }
    const pauseMs = PAUSES_MS[round]
    if (pauseMs === undefined) {
      throw new HabError("DEPOT_UNREACHABLE", `the depot does not answer (${problems.join("; ")})`, {
        hint: "check the address (--url, HAB_BLDR_URL) and the network; --offline takes what is here",
      })
    }
    report({ tag: "note", text: `${problems.join("; ")}; trying again in ${pauseMs / 1000} s` })
    await wait(clock, pauseMs, signal)
    signal?.throwIfAborted()
  }
}

function isWorthAnotherTry({ status }: WebReply): boolean {
  return status >= 500 && status !== NOT_IMPLEMENTED
}

function urlOf(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return `${base}/${path}${text === "" ? "" : `?${text}`}`
}

function tokenHeader({ token }: DepotServer): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function signalOf({ signal }: RequestContext): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function tokenMissing({ url }: DepotServer, isSecret: boolean): HabError {
  return new HabError(
    "DEPOT_TOKEN_MISSING",
    `${isSecret ? "reading secrets of" : "changing"} ${url} needs an access token`,
    {
      hint: "give --auth TOKEN, set HAB_AUTH_TOKEN, or write auth_token into cli.toml",
    },
  )
}

/** Our own server says which error it met; a Builder says a status and a text. */
function refusal(server: DepotServer, path: string, reply: WebReply): HabError {
  if (reply.status === UNAUTHORIZED) {
    return new HabError("DEPOT_TOKEN_UNKNOWN", `${server.url} does not know the access token (${describe(reply)})`, {
      hint: "check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml",
    })
  }
  const { code, msg, hint } = fieldsOf(reply.text)
  if (code !== undefined && Object.hasOwn(ERROR_CODES, code) && msg !== undefined) {
    return new HabError(code as ErrorCode, msg, hint === undefined ? {} : { hint })
  }
  return new HabError("DEPOT_REFUSED", `${server.url}/${path}: ${describe(reply)}`)
}

function describe({ status, text }: WebReply): string {
  const { code, msg } = fieldsOf(text)
  if (msg !== undefined) return `[${status}] [err: ${code ?? "unknown"}, msg: ${msg}]`
  return `[${status}] ${text.slice(0, 200)}`.trim()
}

function fieldsOf(text: string): { code?: string; msg?: string; hint?: string } {
  try {
    const { code, msg, hint } = JSON.parse(text) as Record<string, unknown>
    const texts = Object.entries({ code, msg, hint }).filter(([, value]) => ["string", "number"].includes(typeof value))
    return Object.fromEntries(texts.map(([key, value]) => [key, String(value)]))
  } catch {
    return {}
  }
}
