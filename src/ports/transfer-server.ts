import type { HttpAddress, HttpServer } from "./http-server.ts"

/** One request that may carry a file. */
export type TransferRequest = Readonly<{
  method: string
  /** Path and query as they were sent. */
  target: string
  authorization: string | undefined
  /** Writes the body to a new file; what is not received of it is on nobody's disk. */
  receive(path: string, bytesMax: number): Promise<"received" | "too-large" | "cut-short" | "no-space">
  /** The body as text. Undefined when it is longer. */
  receiveText(bytesMax: number): Promise<string | undefined>
}>

export type TransferReply = Readonly<{
  status: number
  headers?: Readonly<Record<string, string>>
  /** A text, or a file; of a file the part that was asked for is sent (status 206). */
  body?: string | Readonly<{ file: string }>
}>

export interface TransferServers {
  /**
   * Serves `answer` until it is closed; what it throws becomes status 500. Of an answer to HEAD everything but the body is
   * sent. Clients that are silent for 30 s are dropped, and those of whose body fewer than 300 bytes arrive in that time.
   * Rejects with a system error when the address cannot be had.
   */
  listen(
    options: Readonly<{ address: HttpAddress; answer: (request: TransferRequest) => Promise<TransferReply> }>,
  ): Promise<HttpServer>
}
