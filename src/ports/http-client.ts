import type { OnMoved } from "../base/transfer.ts"

/**
 * How a client proves itself and whom it trusts. PEM texts; without `authorities` those of the system, and with
 * `alsoTrusted` these beside them. `serverName`: the name the server's certificate must have, if not the one in the
 * address. `unverified`: any certificate will do.
 */
export type ClientTls = Readonly<{
  authorities?: string
  alsoTrusted?: string
  certificate?: string
  key?: string
  serverName?: string
  unverified?: boolean
}>

export type HttpCall = Readonly<{
  method: "GET" | "POST" | "PUT" | "DELETE"
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
  tls?: ClientTls
}>

/** Header names are in lower case. */
export type HttpReply = Readonly<{
  tag: "answered"
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}>

/**
 * `why` is a sentence for people: the host that was not found, the connection that was refused … `sent` is false when the
 * other side certainly never saw the request. `lasting`: another try would end the same, as with a certificate nobody
 * trusts.
 */
export type HttpFailure = Readonly<{ tag: "failed"; why: string; sent: boolean; lasting?: true }>

export type HttpAnswer = HttpReply | HttpFailure

export type HttpLineObserver = Readonly<{
  /** One line of the answer, without its line feed. An answer of another status than 200 is one line, whole. */
  onLine: (line: string, status: number) => void
  /** Nothing more comes: the other side ended it, or the connection broke. Not called after `stop`. */
  onEnd: (why: string) => void
}>

/**
 * How servers on the web are spoken to. One with which fewer bytes than ten for each second of `silentMs` move in that time
 * has failed. `onMoved` is told of each part of a file that is sent or written.
 */
type WebManners = Readonly<{ silentMs?: number; signal?: AbortSignal; onMoved?: OnMoved }>

/** A body may be a file that is sent as it is. */
export type WebCall = Omit<HttpCall, "body"> & WebManners & Readonly<{ body?: string | Readonly<{ file: string }> }>

/** `destination`: a file; what is in it already is taken for the beginning, and only the rest is asked for. */
export type WebDownload = Pick<HttpCall, "url" | "headers" | "tls"> & WebManners & Readonly<{ destination: string }>

/** Asks others over HTTP and HTTPS. */
export interface HttpClient {
  /** One question to a neighbour, one answer of at most 64 MiB. Gives up after `timeoutMs`. Never rejects. */
  call(call: HttpCall, timeoutMs: number): Promise<HttpAnswer>
  /** An answer that goes on: line by line as they come, without a deadline. Returns how to stop it. */
  follow(call: HttpCall, observer: HttpLineObserver): () => void
  /**
   * One question to a server on the web: through redirects and the proxies that the environment names. Answers beyond
   * 64 MiB are failures. Never rejects.
   */
  request(call: WebCall): Promise<HttpAnswer>
  /**
   * As `request`, and writes the answer to a file. "done" when it is complete; on failure what arrived stays there. Throws
   * what the own disk refuses.
   */
  download(request: WebDownload): Promise<Readonly<{ tag: "done" }> | HttpAnswer>
}
