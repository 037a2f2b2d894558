/** One request over http or https. */
export type WebRequest = Readonly<{
  method: "GET" | "POST" | "PUT" | "DELETE"
  url: string
  headers?: Readonly<Record<string, string>>
  /** A text, or a file that is sent as it is. */
  body?: string | Readonly<{ file: string }>
  signal?: AbortSignal
}>

/** Header names are in lower case. */
export type WebReply = Readonly<{ status: number; headers: Readonly<Record<string, string>>; text: string }>

/** `why` is a sentence for the user: the host that was not found, the connection that was refused … */
export type WebOutcome = Readonly<{ tag: "answered"; reply: WebReply } | { tag: "failed"; why: string }>

export type WebDownload = Readonly<{
  url: string
  headers?: Readonly<Record<string, string>>
  /** A file; what is in it already is taken for the beginning, and only the rest is asked for. */
  destination: string
  signal?: AbortSignal
}>

/** Talks to servers. Answers are followed through redirects; whoever is silent for a minute has failed. */
export interface WebClient {
  /** The whole answer, however it turned out; texts beyond 16 MiB are failures. */
  request(request: WebRequest): Promise<WebOutcome>
  /** Writes what the URL holds to a file. "done" when it is complete; on failure what arrived stays there. */
  download(request: WebDownload): Promise<Readonly<{ tag: "done" }> | WebOutcome>
}
