export type CompressionRequest = Readonly<{
  /** xz's 0 to 9. */
  level: number
  /** Writes the content, front to back. A rejected `write`, or a throw, ends the compression. */
  produce: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>
  /** Receives the compressed bytes in order. Throwing ends the compression. */
  onBytes: (bytes: Uint8Array) => void
}>

export type CompressionResult = Readonly<{ tag: "finished" } | { tag: "failed"; why: string }>

export type DecompressionRequest = Readonly<{
  path: string
  /** Where in the file the compressed content begins. */
  offset: number
  /**
   * Called at once, while the first bytes are being decompressed already; none is handed on before it resolves. What it
   * rejects with is thrown.
   */
  admit?: () => Promise<void>
  /** Receives the content in order; chunks are not kept after the call. "stop" ends it early, throwing does too. */
  onBytes: (bytes: Uint8Array) => "continue" | "stop"
}>

export type DecompressionResult = Readonly<{ tag: "finished" } | { tag: "stopped" } | { tag: "damaged"; why: string }>

/**
 * The xz format, streamed: neither side is ever held whole. What `produce` and `onBytes` throw is thrown on, once
 * nothing runs any more.
 */
export interface ArchiveCompression {
  /**
   * The same content and level give the same bytes on every machine, however many cores it has. Blocks of 4 MiB let
   * every core take part in reading. Fails where there is no `xz` program.
   */
  compress(request: CompressionRequest): Promise<CompressionResult>
  /** Reads content of any encoder; the whole of it must be intact for "finished". */
  decompress(request: DecompressionRequest): Promise<DecompressionResult>
}
