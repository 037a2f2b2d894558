import type { Report } from "../base/progress.ts"
import { reportTransfer } from "../base/transfer.ts"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient, HttpReply, WebCall } from "../ports/http-client.ts"
import { type Advice, isNoDepot, refusal, tokenMissing } from "./refusals.ts"
import { inRounds, isWorthAnotherTry, postponed } from "./rounds.ts"
import type { WebManners } from "./web-manners.ts"

const RANGE_NOT_SATISFIABLE = 416

export type RequestContext = Readonly<{
  httpClient: Pick<HttpClient, "request" | "download">
  clock: Clock
  report: Report
  signal?: AbortSignal
  /** Who asks will do so again before long: each server is asked once. */
  asksAgain?: true
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
    /** What to do about statuses, where more is known than of any request. */
    advice?: Advice
  }>

/** `where` names in messages what was asked. */
export type DepotReply = HttpReply & Readonly<{ where: string }>

/** Asks one depot; throws as `askDepot`. */
export type Ask = (request: DepotRequest) => Promise<DepotReply>

/** What a depot answers. Throws DEPOT_UNREACHABLE after several rounds, and what it refused with. */
export async function askDepot(
  context: RequestContext,
  server: DepotServer,
  request: DepotRequest,
): Promise<DepotReply> {
  const { path, query, accept = [], withoutToken = false, isSecret = false, advice, ...plain } = request
  const { url, mirrors, token } = server
  if ((isSecret || plain.method !== "GET") && token === undefined) {
    throw tokenMissing(isSecret ? `reading secrets of ${url}` : `changing ${url}`)
  }
  const manners = mannersOf(context, server, withoutToken)
  const urls = plain.method === "GET" ? [url, ...mirrors] : [url]
  const reply = await inRounds<HttpReply>(context, urls, async (base) => {
    const call = { ...plain, ...manners, url: urlOf(base, path, query) }
    const answer = await (typeof plain.body === "object"
      ? reportTransfer(context.report, (onMoved) => context.httpClient.request({ ...call, onMoved }))
      : context.httpClient.request(call))
    if (answer.tag === "failed") return answer
    return isWorthAnotherTry(answer, urls.length) ? postponed(answer) : { value: answer }
  })
  const isAnswer = (reply.status >= 200 && reply.status < 300) || accept.includes(reply.status)
  if (!isAnswer || isNoDepot(reply)) throw refusal({ url, path, hasToken: token !== undefined, advice }, reply)
  return { ...reply, where: `${url}/${path}` }
}

/** Writes what a path holds to a file. Throws as `askDepot`. */
export async function downloadFrom(
  context: RequestContext,
  server: DepotServer,
  request: Pick<DepotRequest, "path" | "query" | "advice"> & Readonly<{ destination: string }>,
): Promise<void> {
  const { path, query, destination, advice } = request
  const { url, mirrors, token } = server
  const manners = mannersOf(context, server)
  const urls = [url, ...mirrors]
  const reply = await inRounds<HttpReply | undefined>(context, urls, async (base) => {
    const outcome = await reportTransfer(context.report, (onMoved) =>
      context.httpClient.download({ ...manners, url: urlOf(base, path, query), destination, onMoved }),
    )
    if (outcome.tag === "done") return { value: undefined }
    if (outcome.tag === "failed") return outcome
    const again = isWorthAnotherTry(outcome, urls.length) || outcome.status === RANGE_NOT_SATISFIABLE
    return again ? postponed(outcome) : { value: outcome }
  })
  if (reply !== undefined) throw refusal({ url, path, hasToken: token !== undefined, advice }, reply)
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
