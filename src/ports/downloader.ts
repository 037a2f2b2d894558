/** How a download ended. `why` is a sentence for the user: the HTTP status, the host that was not found … */
export type DownloadOutcome = { readonly tag: "done" } | { readonly tag: "failed"; readonly why: string }

/** Fetches files over http, https and file URLs. */
export interface Downloader {
  /**
   * Writes what the URL holds to a new file, front to back; on failure what was written stays. Gives up when nothing
   * arrives for a minute, or `signal` aborts.
   */
  download(url: string, destination: string, signal?: AbortSignal): Promise<DownloadOutcome>
}
