/** Our own standard output or error. */
export interface OutputSink {
  readonly isTerminal: boolean
  /** Writes all of `bytes` in the background, then calls `done`; `broken` when nobody will ever read. One at a time. */
  write(bytes: Uint8Array, done: (result: "written" | "broken") => void): void
}
