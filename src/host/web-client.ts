import fs from "node:fs"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { WebClient, WebReply } from "../ports/web-client.ts"

const SILENT_MS = 60_000
const TEXT_BYTES_MAX = 16 * 1024 * 1024
const PARTIAL = 206
const RANGE_NOT_SATISFIABLE = 416

/** Node's fetch, with a limit to silence. */
export const systemWeb: WebClient = {
  async request({ method, url, headers = {}, body, signal }) {
    const watch = silenceWatch(signal)
    try {
      const content = typeof body === "object" ? await fs.openAsBlob(body.file) : body
      const reply = await fetch(url, {
        method,
        headers,
        signal: watch.signal,
        ...(content === undefined ? {} : { body: content }),
      })
      return { tag: "answered", reply: await readReply(reply, watch) }
    } catch (error) {
      return { tag: "failed", why: watch.explain(error) }
    } finally {
      watch.stop()
    }
  },
  async download({ url, headers = {}, destination, signal }) {
    const watch = silenceWatch(signal)
    try {
      const offset = fs.existsSync(destination) ? fs.statSync(destination).size : 0
      const range = offset === 0 ? {} : { range: `bytes=${offset}-` }
      const reply = await fetch(url, { headers: { ...headers, ...range }, signal: watch.signal })
      // What is there is longer than what the server has: it is something else.
      if (reply.status === RANGE_NOT_SATISFIABLE) fs.rmSync(destination)
      if (!reply.ok || reply.body === null) return { tag: "answered", reply: await readReply(reply, watch) }
      const content = Readable.fromWeb(reply.body as import("node:stream/web").ReadableStream)
      const flags = reply.status === PARTIAL ? "a" : "w"
      await pipeline(content, watch.progress, fs.createWriteStream(destination, { flags, flush: true }), {
        signal: watch.signal,
      })
      return { tag: "done" }
    } catch (error) {
      return { tag: "failed", why: watch.explain(error) }
    } finally {
      watch.stop()
    }
  },
}

type Watch = ReturnType<typeof silenceWatch>

function silenceWatch(signal: AbortSignal | undefined) {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(new Error(`nothing arrived for ${SILENT_MS / 1000} s`)), SILENT_MS)
  const progress = new Transform({
    transform(chunk, _encoding, done) {
      timer.refresh()
      done(null, chunk)
    },
  })
  return {
    progress,
    refresh: () => void timer.refresh(),
    signal: AbortSignal.any([silent.signal, ...(signal === undefined ? [] : [signal])]),
    stop: () => clearTimeout(timer),
    explain: (error: unknown) => explain(silent.signal.aborted ? silent.signal.reason : error),
  }
}

async function readReply(reply: Response, watch: Watch): Promise<WebReply> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of (reply.body ?? []) as AsyncIterable<Uint8Array>) {
    watch.refresh()
    length += part.length
    if (length > TEXT_BYTES_MAX) throw new Error(`the answer is longer than ${TEXT_BYTES_MAX} bytes`)
    parts.push(part)
  }
  const text = Buffer.concat(parts).toString("utf8")
  return { status: reply.status, headers: Object.fromEntries(reply.headers), text }
}

/** fetch says only "fetch failed"; what happened is in the cause. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message === "" ? String((cause as NodeJS.ErrnoException).code) : cause.message
}
