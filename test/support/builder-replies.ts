import type { IncomingMessage } from "node:http"
import { type FullIdent, stringifyIdent } from "../../src/package/ident.ts"

/** The access token that is known. */
export const TOKEN = "_Qk9YLTEKYmxkci0y"
/** A time as Builder writes it: UTC, without saying so. */
export const NAIVE_TIME = "2023-04-05T06:07:08.901234"

/** What Builder answers in one go. */
const PAGE = 50

/** A release somebody uploaded, or that was put there. */
export type Stored = Readonly<{
  ident: FullIdent
  target: string
  checksum: string
  tdeps: readonly FullIdent[]
  bytes: Buffer
}>
/** One request; `parts` are those of its path, as they came. */
export type Request = Readonly<{
  parts: readonly string[]
  query: URLSearchParams
  body: Buffer
  incoming: IncomingMessage
}>
/** `chunked`: without a length. */
export type Reply = Readonly<{
  status: number
  headers?: Record<string, string>
  body?: string | Buffer
  chunked?: true
}>

/** What a Builder without anything in it remembers. */
export function createState() {
  const channels = new Map<string, Set<string>>()
  return {
    packages: new Map<string, Stored>(),
    origins: new Set<string>(),
    keys: new Map<string, string>(),
    secretKeys: new Map<string, string>(),
    channels,
    channel(origin: string, name: string): Set<string> {
      const known = channels.get(`${origin}/${name}`) ?? new Set<string>()
      channels.set(`${origin}/${name}`, known)
      return known
    },
  }
}

/** All that answers depend on. */
export type State = ReturnType<typeof createState> &
  Readonly<{ restricted: Set<string>; elsewhere: Readonly<{ downloads: boolean }> }>

/** The name of a release for a platform. */
export const keyOf = (ident: FullIdent, target: string) => `${stringifyIdent(ident)} ${target}`
/** A status, with no body or a plain text. */
export const status = (code: number, text?: string): Reply => ({
  status: code,
  ...(text === undefined ? {} : { body: text }),
})
/** A value as JSON. */
export const json = (value: unknown, code = 200): Reply => ({
  status: code,
  headers: { "content-type": "application/json", "cache-control": "private, no-cache, no-store" },
  body: JSON.stringify(value),
})

/** Whether it came with the token. */
export function isKnown({ incoming }: Request): boolean {
  return incoming.headers.authorization === `Bearer ${TOKEN}`
}

/** Builder streams what it took from its store: no length is known. */
export function file(name: string, body: string | Buffer): Reply {
  const headers = {
    "content-disposition": `attachment; filename="${name}"`,
    "x-filename": name,
    "content-type": "application/octet-stream",
    "cache-control": "public, max-age=31556952",
  }
  return { status: 200, headers, body, chunked: true }
}

/** The page that holds the number, from its beginning; an empty one ends at the count. */
export function page(query: URLSearchParams, all: readonly object[]): Reply {
  const start = Number(query.get("range") ?? 0)
  const first = Math.floor(start / PAGE) * PAGE
  const data = all.slice(first, first + PAGE)
  const end = data.length === 0 ? all.length : start + data.length - 1
  const result = { range_start: start, range_end: end, total_count: all.length, data }
  return json(result, all.length > end + 1 ? 206 : 200)
}
