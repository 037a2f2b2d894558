import type { ErrorCode } from "../base/error-codes.ts"
import type { HabError } from "../base/errors.ts"
import type { PackageIdent } from "../package/ident.ts"
import type { TransferReply } from "../ports/transfer-server.ts"
import { printIdent } from "./record.ts"

const PAGE = 50
/** What a depot has may be something else a moment later: nobody between it and who asks keeps it. */
export const JSON_TYPE = { "content-type": "application/json", "cache-control": "private, no-cache, no-store" }

/** Statuses of failures; one that is not here is what a client sent that makes no sense. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  DEPOT_TOKEN_UNKNOWN: 401,
  DEPOT_ORIGIN_REFUSED: 403,
  DEPOT_WITHOUT_ACCOUNTS: 501,
  DEPOT_FULL: 507,
  ORIGIN_NOT_FOUND: 404,
  ORIGIN_IN_USE: 409,
  PACKAGE_NOT_FOUND: 404,
  CHANNEL_NOT_FOUND: 404,
  IDENT_INVALID: 400,
  IDENT_NOT_FULL: 400,
  CHANNEL_INVALID: 400,
  ORIGIN_INVALID: 400,
  TARGET_INVALID: 501,
  DEPOT_TOKENS_INVALID: 500,
  IO: 500,
}
const MALFORMED = 422

/** An expected failure as a reply. */
export function refused({ code, message, hint }: HabError): TransferReply {
  return failure(STATUS[code] ?? MALFORMED, code, message, hint)
}

/** Some of many, from the number that the request's `range` names. */
export function page(range: string, idents: readonly PackageIdent[]): TransferReply {
  const start = /^\d{1,9}$/.test(range) ? Number(range) : 0
  const data = idents.slice(start, start + PAGE).map(printIdent)
  const end = start + data.length - 1
  const status = end + 1 < idents.length ? 206 : 200
  return json(status, { range_start: start, range_end: Math.max(end, 0), total_count: idents.length, data })
}

/** A channel as lists of channels show it, and since when it is and a release is in it: clients of Builder want texts. */
export function channelEntry(name: string, seconds: Readonly<{ created: number; promoted: number }>) {
  return { name, created_at: timestamp(seconds.created), promoted_at: timestamp(seconds.promoted) }
}

/** UTC, as Builder writes it. */
function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace("Z", "")
}

/** A value as JSON. */
export function json(status: number, value: unknown): TransferReply {
  return { status, headers: JSON_TYPE, body: `${JSON.stringify(value)}\n` }
}

/** Why a request was refused, as clients of Builder read it: a number and a text. `error` and `hint` are ours. */
export function failure(status: number, error: string, msg: string, hint?: string): TransferReply {
  return json(status, { code: status, msg, error, ...(hint === undefined ? {} : { hint }) })
}

/** 405, with the methods the path is for. */
export function methodRefused(allow: readonly string[]): TransferReply {
  const reply = failure(405, "METHOD_NOT_ALLOWED", `this path is for ${allow.join(", ")}`)
  return { ...reply, headers: { ...reply.headers, allow: allow.join(", ") } }
}
