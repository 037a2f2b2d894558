import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { HttpReply } from "../ports/http-client.ts"
import { describeReply, ownError } from "./refusals.ts"

/** Pauses between the rounds over the servers. */
const PAUSES_MS = [1_000, 1_000, 2_000, 3_000, 5_000] as const
/** Who wants to be left alone for longer is not asked again. */
const PATIENCE_MS = 120_000
/** Another try would end the same: no such thing, no room. */
const FINAL = [501, 507]
const TOO_MANY_REQUESTS = 429

/** What one server gave, or why not. `lasting`: another try would end the same; `notBeforeMs`: it asks for a pause. */
export type Try<T> = Readonly<{ value: T } | { why: string; lasting?: true; notBeforeMs?: number }>

type Context = Readonly<{ clock: Clock; report: Report; signal?: AbortSignal; asksAgain?: true }>

/** Asks one server after the other, and all of them again after a pause, unless that is left to who asks. Throws DEPOT_UNREACHABLE. */
export async function inRounds<T>(
  { clock, report, signal, asksAgain }: Context,
  urls: readonly string[],
  attempt: (url: string) => Promise<Try<T>>,
): Promise<T> {
  for (let round = 0; ; round++) {
    const failed: Exclude<Try<T>, { value: T }>[] = []
    for (const url of urls) {
      const result = await attempt(url)
      signal?.throwIfAborted()
      if ("value" in result) return result.value
      failed.push({ ...result, why: `${url}: ${result.why}` })
    }
    const why = failed.map((one) => one.why).join("; ")
    const pauseMs = asksAgain === true ? undefined : pauseAfter(round, failed)
    if (pauseMs === undefined) throw unreachable(why)
    report({ tag: "note", text: `${why}; trying again in ${pauseMs / 1000} s` })
    await wait(clock, pauseMs, signal)
    signal?.throwIfAborted()
  }
}

/** Undefined when there shall be no other round. */
function pauseAfter(
  round: number,
  failed: readonly Readonly<{ lasting?: true; notBeforeMs?: number }>[],
): number | undefined {
  const ownMs = failed.every(({ lasting }) => lasting) ? undefined : PAUSES_MS[round]
  const askedMs = Math.min(...failed.map(({ notBeforeMs = 0 }) => notBeforeMs))
  return ownMs === undefined || askedMs > PATIENCE_MS ? undefined : Math.max(ownMs, askedMs)
}

/** Whether a server could answer better a little later, or one of several another one. */
export function isWorthAnotherTry(reply: HttpReply, servers: number): boolean {
  const { status } = reply
  const mayPass = status === TOO_MANY_REQUESTS || (status >= 500 && !FINAL.includes(status))
  // Who knows what is wrong with it does not get better by itself.
  return mayPass && (servers > 1 || ownError(reply) === undefined)
}

/** What a server answered that is asked again. */
export function postponed(reply: HttpReply): Readonly<{ why: string; notBeforeMs?: number }> {
  const notBeforeMs = retryAfterMs(reply.headers)
  if (notBeforeMs === undefined) return { why: describeReply(reply) }
  return { why: `${describeReply(reply)}, and not before ${notBeforeMs / 1000} s have passed`, notBeforeMs }
}

/** Seconds, or a date; the server's own clock says how far away that is. */
function retryAfterMs({ "retry-after": text = "", date = "" }: HttpReply["headers"]): number | undefined {
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.parse(date)
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

function unreachable(why: string): HabError {
  return new HabError("DEPOT_UNREACHABLE", `no usable answer from the depot (${why})`, { hint: hintFor(why) })
}

function hintFor(why: string): string {
  if (/certificate (?:has expired|is not yet valid)/i.test(why)) {
    return "is the clock of this machine right (date)? If it is, who runs the depot has to renew its certificate"
  }
  if (/does not match certificate/i.test(why)) {
    return "its certificate is for another name: use that one in the address, or let who runs the depot add yours"
  }
  if (/certificate/i.test(why)) {
    return "put the certificate of its authority into the folder cache/ssl beside cache/artifacts, or name it: SSL_CERT_FILE"
  }
  if (/\bproxy\b/i.test(why))
    return "check http_proxy, https_proxy and no_proxy, which names what is reached without one"
  if (why.includes(`[${TOO_MANY_REQUESTS}]`)) return "it takes so many requests at a time and no more: try again later"
  return "check the address (--url, HAB_BLDR_URL) and the network; --offline takes what is here"
}
