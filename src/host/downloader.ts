import fs from "node:fs"
import { STATUS_CODES } from "node:http"
import { fileURLToPath } from "node:url"
import { messageOf } from "../base/errors.ts"
import type { Downloader, DownloadOptions, DownloadOutcome } from "../ports/downloader.ts"
import type { HttpClient } from "../ports/http-client.ts"

/** Downloads over HTTP through a client, and copies what file URLs name. */
export function systemDownloader(client: Pick<HttpClient, "download">): Downloader {
  return { download: (url, destination, options = {}) => download(client, { url, destination, options }) }
}

type Wanted = Readonly<{ url: string; destination: string; options: DownloadOptions }>

async function download(
  client: Pick<HttpClient, "download">,
  { url, destination, options }: Wanted,
): Promise<DownloadOutcome> {
  try {
    const { protocol } = new URL(url)
    fs.writeFileSync(destination, "")
    if (protocol === "file:") {
      await fs.promises.copyFile(fileURLToPath(url), destination)
      return { tag: "done" }
    }
    if (protocol !== "http:" && protocol !== "https:") {
      return failed(`'${protocol}' URLs are not supported; http, https and file are`)
    }
    const outcome = await client.download({ url, destination, ...options })
    if (outcome.tag === "done") return outcome
    if (outcome.tag === "failed") return failed(outcome.why)
    return failed(`the server answered ${outcome.status} ${STATUS_CODES[outcome.status] ?? ""}`.trim())
  } catch (error) {
    return failed(messageOf(error))
  }
}

function failed(why: string): DownloadOutcome {
  return { tag: "failed", why }
}
