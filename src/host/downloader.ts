import fs from "node:fs"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileURLToPath } from "node:url"
import type { Downloader, DownloadOutcome } from "../ports/downloader.ts"

const STALLED_MS = 60_000

/** Downloads through Node's fetch. */
export const systemDownloader: Downloader = { download }

async function download(url: string, destination: string, signal?: AbortSignal): Promise<DownloadOutcome> {
  const stalled = new AbortController()
  const watch = setTimeout(() => stalled.abort(new Error(`nothing arrived for ${STALLED_MS / 1000} s`)), STALLED_MS)
  const progress = new Transform({
    transform(chunk, _encoding, done) {
      watch.refresh()
      done(null, chunk)
    },
  })
  const ended = AbortSignal.any([stalled.signal, ...(signal === undefined ? [] : [signal])])
  try {
    const content = await open(new URL(url), ended)
    await pipeline(content, progress, fs.createWriteStream(destination), { signal: ended })
    return { tag: "done" }
  } catch (error) {
    return { tag: "failed", why: explain(stalled.signal.aborted ? stalled.signal.reason : error) }
  } finally {
    clearTimeout(watch)
  }
}

async function open(url: URL, signal: AbortSignal): Promise<Readable> {
  if (url.protocol === "file:") return fs.createReadStream(fileURLToPath(url))
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new Error(`'${url.protocol}' URLs are not supported; http, https and file are`)
  }
  const reply = await fetch(url, { signal, redirect: "follow" })
  if (!reply.ok || reply.body === null)
    throw new Error(`the server answered ${reply.status} ${reply.statusText}`.trim())
  return Readable.fromWeb(reply.body as import("node:stream/web").ReadableStream)
}

/** fetch says only "fetch failed"; what happened is in the cause. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
