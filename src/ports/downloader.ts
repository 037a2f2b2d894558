import type { OnMoved } from "../base/transfer.ts"

/** How a download ended. `why` is a sentence for the user: the HTTP status, the host that was not found … */
export type DownloadOutcome = { readonly tag: "done" } | { readonly tag: "failed"; readonly why: string }

export type DownloadOptions = Readonly<{ signal?: AbortSignal; onMoved?: OnMoved }>

/** Fetches files over http, https and file URLs. */
export interface Downloader {
  /**
   * Writes what the URL holds to a new file, front to back; on failure what was written stays. Gives up when fewer
   * than 600 bytes arrive in a minute, or `signal` aborts. `onMoved` is told of each part that is written.
   */
  download(url: string, destination: string, options?: DownloadOptions): Promise<DownloadOutcome>
}
