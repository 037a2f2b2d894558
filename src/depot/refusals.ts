import { ERROR_CODES, type ErrorCode } from "../base/error-codes.ts"
import { HabError } from "../base/errors.ts"
import type { HttpReply } from "../ports/http-client.ts"

const UNAUTHORIZED = 401
const NOT_FOUND = 404

/** What to do about statuses that say little by themselves. */
export type Advice = Readonly<Record<number, string>>

const ADVICE: Advice = {
  403: "this token may not do it: check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml",
  407: "the proxy in front of the depot wants a name and a password: http_proxy=http://NAME:PASSWORD@HOST:PORT",
  404: "hab pkg search and hab pkg channels show what the depot has",
  413: "a proxy in front of the depot takes no file of this size: raise its limit",
}

/** Who was asked for what, and with a token or without. */
export type Asked = Readonly<{ url: string; path: string; hasToken: boolean; advice?: Advice | undefined }>

/** A status that is no answer, as an error. Our own server says which one it met; a Builder says a status and a text. */
export function refusal({ url, path, hasToken, advice = {} }: Asked, reply: HttpReply): HabError {
  const { status } = reply
  if (isNoDepot(reply)) return noDepot(url, path)
  if (status === UNAUTHORIZED && !hasToken) return tokenMissing(`${url}/${path}: ${describeReply(reply)}`)
  if (status === UNAUTHORIZED) {
    return new HabError("DEPOT_TOKEN_UNKNOWN", `${url} does not know the access token (${describeReply(reply)})`, {
      hint: "check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml; on Chef's Builder its account may lack the role",
    })
  }
  const own = ownError(reply)
  if (own !== undefined) return own
  return new HabError("DEPOT_REFUSED", `${url}/${path}: ${describeReply(reply)}`, {
    hint:
      advice[status] ?? ADVICE[status] ?? "the depot says no more: check names, channel and --url, or ask who runs it",
  })
}

/** A page for people where nothing is: no depot, which may have nothing there either, answers so. */
export function isNoDepot(reply: HttpReply): boolean {
  // A depot of ours says so of paths that no depot has.
  return reply.status === NOT_FOUND && (isPage(reply) || fieldsOf(reply.body).error === "NOT_FOUND")
}

/** The error that a depot of ours says it met. */
export function ownError({ body }: HttpReply): HabError | undefined {
  const { error, msg, hint } = fieldsOf(body)
  if (error === undefined || !Object.hasOwn(ERROR_CODES, error) || msg === undefined) return undefined
  return new HabError(error as ErrorCode, msg, hint === undefined ? {} : { hint })
}

/** DEPOT_TOKEN_MISSING; `what` needs one. */
export function tokenMissing(what: string): HabError {
  return new HabError("DEPOT_TOKEN_MISSING", `${what} needs an access token`, {
    hint: "give --auth TOKEN, set HAB_AUTH_TOKEN, or write auth_token into cli.toml",
  })
}

/** A status and what was said about it, in a line. */
export function describeReply(reply: HttpReply): string {
  const { status, body } = reply
  const { code, msg } = fieldsOf(body)
  if (msg !== undefined) return `[${status}] [err: ${code ?? "unknown"}, msg: ${msg}]`
  if (status >= 300 && status < 400) return `[${status}] it redirects to nowhere, or too often`
  return `[${status}] ${isPage(reply) ? titleOf(body) : firstOf(body)}`.trim()
}

function isPage({ headers }: HttpReply): boolean {
  return /^text\/html\b/i.test(headers["content-type"] ?? "")
}

function titleOf(page: string): string {
  return firstOf(/<title>([^<]*)<\/title>/i.exec(page)?.[1] ?? "a page for people")
}

function firstOf(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, " ").trim()
}

function noDepot(url: string, path: string): HabError {
  return new HabError("DEPOT_ANSWER_INVALID", `${url} is no depot: it knows no ${path}`, {
    hint: "check the address (--url, HAB_BLDR_URL); a depot's own may have a path, such as https://host/bldr/v1",
  })
}

function fieldsOf(text: string): { code?: string; error?: string; msg?: string; hint?: string } {
  try {
    const { code, error, msg, hint } = JSON.parse(text) as Record<string, unknown>
    const texts = Object.entries({ code, error, msg, hint })
    return Object.fromEntries(
      texts.filter(([, value]) => ["string", "number"].includes(typeof value)).map(([key, value]) => [key, `${value}`]),
    )
  } catch {
    return {}
  }
}
