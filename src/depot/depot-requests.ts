import { ERROR_CODES, type ErrorCode } from "../base/error-codes.ts"
import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { reportTransfer } from "../base/transfer.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { HttpClient, HttpReply, WebCall } from "../ports/http-client.ts"
import type { WebManners } from "./web-manners.ts"

/** Pauses between the rounds over the servers. */
const PAUSES_MS = [1_000, 1_000, 2_000, 3_000, 5_000] as const
/** Another try would end the same: no such thing, no room. */
const FINAL = [501, 507]
const UNAUTHORIZED = 401
const NOT_FOUND = 404

export type RequestContext = Readonly<{
  httpClient: Pick<HttpClient, "request" | "download">
  clock: Clock
  report: Report
  signal?: AbortSignal
}>

export type DepotServer = Readonly<{
  url: string
  /** Asked in turn when the first does not answer; only for what changes nothing. */
  mirrors: readonly string[]
  token?: string
  manners: WebManners
}>

export type DepotRequest = Pick<WebCall, "method" | "body"> &
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
export type Ask = (request: DepotRequest) => Promise<HttpReply>

/** What a depot answers. Throws DEPOT_UNREACHABLE after several rounds, and what it refused with. */
export async function askDepot(
  context: RequestContext,
  server: DepotServer,
  request: DepotRequest,
): Promise<HttpReply> {
  const { path, query, accept = [], withoutToken = false, isSecret = false, ...plain } = request
  if ((isSecret || plain.method !== "GET") && server.token === undefined) throw tokenMissing(server, isSecret)
  const urls = plain.method === "GET" ? [server.url, ...server.mirrors] : [server.url]
  const manners = mannersOf(context, server, withoutToken)
  const reply = await inRounds<HttpReply>(context, urls, async (base) => {
    const call = { ...plain, ...manners, url: urlOf(base, path, query) }
    const answer = await (typeof plain.body === "object"
      ? reportTransfer(context.report, (onMoved) => context.httpClient.request({ ...call, onMoved }))
      : context.httpClient.request(call))
    if (answer.tag === "failed") return answer
    return isWorthAnotherTry(answer) ? { why: describe(answer) } : { value: answer }
  })
  if (reply.status === NOT_FOUND && isPage(reply)) throw noDepot(server, path)
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
  const manners = mannersOf(context, server)
  const reply = await inRounds<HttpReply | undefined>(context, [server.url, ...server.mirrors], async (base) => {
    const url = urlOf(base, path, query)
    const outcome = await reportTransfer(context.report, (onMoved) =>
      context.httpClient.download({ ...manners, url, destination, onMoved }),
    )
    if (outcome.tag === "done") return { value: undefined }
    if (outcome.tag === "failed") return outcome
    const again = isWorthAnotherTry(outcome) || outcome.status === 416
    return again ? { why: describe(outcome) } : { value: outcome }
  })
  if (reply !== undefined) throw refusal(server, path, reply)
}

/** What to do about statuses that say little by themselves. */
const ADVICE: Readonly<Record<number, string>> = {
  403: "this token may not do it: check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml",
  404: "hab pkg search and hab pkg channels show what the depot has",
  413: "a proxy in front of the depot takes no file of this size: raise its limit",
}

type Try<T> = Readonly<{ value: T } | { why: string; lasting?: true }>

async function inRounds<T>(
  { clock, report, signal }: RequestContext,
  urls: readonly string[],
  attempt: (url: string) => Promise<Try<T>>,
): Promise<T> {
  for (let round = 0; ; round++) {
    const problems: string[] = []
    let lasting = true
    for (const url of urls) {
      const result = await attempt(url)
      signal?.throwIfAborted()
      if ("value" in result) return result.value
      problems.push(`${url}: ${result.why}`)
      lasting &&= result.lasting === true
    }
    const pauseMs = lasting ? undefined : PAUSES_MS[round]
    if (pauseMs === undefined) throw unreachable(problems.join("; "))
    report({ tag: "note", text: `${problems.join("; ")}; trying again in ${pauseMs / 1000} s` })
    await wait(clock, pauseMs, signal)
    signal?.throwIfAborted()
  }
}

function unreachable(why: string): HabError {
  const hint = /certificate/i.test(why)
    ? "put the certificate of its authority into the folder cache/ssl beside cache/artifacts"
    : "check the address (--url, HAB_BLDR_URL) and the network; --offline takes what is here"
  return new HabError("DEPOT_UNREACHABLE", `no usable answer from the depot (${why})`, { hint })
}

function isWorthAnotherTry({ status }: HttpReply): boolean {
  return status >= 500 && !FINAL.includes(status)
}

function urlOf(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return `${base}/${path}${text === "" ? "" : `?${text}`}`
}

function mannersOf({ signal }: RequestContext, { token, manners }: DepotServer, withoutToken = false) {
  const authorization = token === undefined || withoutToken ? {} : { authorization: `Bearer ${token}` }
  const headers = { ...manners.headers, ...authorization }
  return { ...manners, headers, ...(signal === undefined ? {} : { signal }) }
}

/** What people look at: no depot answers with it, but any other web server. */
function isPage({ headers }: HttpReply): boolean {
  return /^text\/html\b/i.test(headers["content-type"] ?? "")
}

function noDepot({ url }: DepotServer, path: string): HabError {
  return new HabError("DEPOT_ANSWER_INVALID", `${url} is no depot: it knows no ${path}`, {
    hint: "check the address (--url, HAB_BLDR_URL); a depot's own may have a path, such as https://host/bldr/v1",
  })
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
function refusal(server: DepotServer, path: string, reply: HttpReply): HabError {
  if (reply.status === UNAUTHORIZED) {
    return new HabError("DEPOT_TOKEN_UNKNOWN", `${server.url} does not know the access token (${describe(reply)})`, {
      hint: "check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml",
    })
  }
  const { code, msg, hint } = fieldsOf(reply.body)
  if (code !== undefined && Object.hasOwn(ERROR_CODES, code) && msg !== undefined) {
    return new HabError(code as ErrorCode, msg, hint === undefined ? {} : { hint })
  }
  const advice = ADVICE[reply.status] ?? "the depot says no more: check names, channel and --url, or ask who runs it"
  return new HabError("DEPOT_REFUSED", `${server.url}/${path}: ${describe(reply)}`, { hint: advice })
}

function describe({ status, body }: HttpReply): string {
  const { code, msg } = fieldsOf(body)
  if (msg !== undefined) return `[${status}] [err: ${code ?? "unknown"}, msg: ${msg}]`
  if (status >= 300 && status < 400) return `[${status}] it redirects to nowhere, or too often`
  return `[${status}] ${body.slice(0, 200)}`.trim()
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
