/**
 * How a client proves itself and whom it trusts. PEM texts; without `authorities` those of the system. `serverName`: the
 * name the server's certificate must have, if not the one in the address.
 */
export type ClientTls = Readonly<{ authorities?: string; certificate?: string; key?: string; serverName?: string }>

export type HttpCall = Readonly<{
  method: "GET" | "POST"
  url: string
  headers?: Readonly<Record<string, string>>
  body?: string
  tls?: ClientTls
}>

/** `why` is a sentence for people. `sent` is false when the other side certainly never saw the request. */
export type HttpAnswer =
  | Readonly<{ tag: "answered"; status: number; body: string }>
  | Readonly<{ tag: "failed"; why: string; sent: boolean }>

export type HttpLineObserver = Readonly<{
  /** One line of the answer, without its line feed. An answer of another status than 200 is one line, whole. */
  onLine: (line: string, status: number) => void
  /** Nothing more comes: the other side ended it, or the connection broke. Not called after `stop`. */
  onEnd: (why: string) => void
}>

/** Asks others over HTTP and HTTPS. */
export interface HttpClient {
  /** One question, one answer of at most 64 MiB. Gives up after `timeoutMs`. Never rejects. */
  call(call: HttpCall, timeoutMs: number): Promise<HttpAnswer>
  /** An answer that goes on: line by line as they come, without a deadline. Returns how to stop it. */
  follow(call: HttpCall, observer: HttpLineObserver): () => void
}
