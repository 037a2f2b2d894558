/** One request. Its body is never read: what is served here only answers questions. */
export type HttpRequest = Readonly<{
  method: string
  /** Path and query as they were sent. */
  target: string
  authorization: string | undefined
}>

/** The reading end of an endless answer. */
export interface HttpListener {
  /** False when it reads too slowly: the text was taken all the same, but write no more until `onDrained` calls. */
  write(text: string): boolean
  onDrained(resume: () => void): void
}

export type HttpText = Readonly<{
  tag: "text"
  status: number
  /** Content type. Absent: there is no body. */
  type?: string
  body?: string
  headers?: Readonly<Record<string, string>>
}>

/** An answer without an end. `open` gets the listener and returns what to do when it is gone. */
export type HttpStream = Readonly<{ tag: "stream"; type: string; open: (listener: HttpListener) => () => void }>

export type HttpReply = HttpText | HttpStream

export type HttpAddress = Readonly<{ host: string; port: number }>

/** PEM texts. With `authorities`, clients need a certificate that one of them signed. */
export type TlsMaterial = Readonly<{ key: string; certificates: string; authorities?: string }>

export interface HttpServer {
  /** With the port that was taken when 0 was asked for. */
  readonly address: HttpAddress
  /** Listens no more and ends every connection; what was answered already is still delivered, within a second. */
  close(): Promise<void>
}

export interface HttpServers {
  /**
   * Serves `answer`; what it throws becomes status 500. However many connect and whatever they send: connections,
   * headers, and the time a request takes are limited. Rejects with a system error when the address cannot be had, with
   * another error when the TLS material is no good.
   */
  listen(
    options: Readonly<{ address: HttpAddress; tls?: TlsMaterial; answer: (request: HttpRequest) => HttpReply }>,
  ): Promise<HttpServer>
}
