/** A file that others may write on, rename and remove while it is read. */
export interface GrowingFile {
  /** The same for every opening of this file, whatever its name is by then; of no other file while this one is open. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
  /** Bytes in it now. */
  size(): number
  /** At most `bytesMax` bytes from `offset`; fewer at its end. */
  read(offset: number, bytesMax: number): Uint8Array
  close(): void
}

export interface GrowingFiles {
  /** Undefined when there is no regular file of that name that may be read. */
  open(path: string): GrowingFile | undefined
}
