/** A file written at its end. */
export interface AppendFile {
  /** Bytes in the file when it was opened. */
  readonly sizeAtOpen: number
  /** Returns how many bytes were taken: fewer than given when the disk is full or failing. Never throws. */
  write(bytes: Uint8Array): number
  close(): void
}

/** Opens files to append to. Symlinks at the last component are refused. */
export interface AppendFiles {
  /** Undefined when it cannot be opened. `truncate` empties the file first. */
  open(path: string, options: Readonly<{ mode: number; truncate: boolean }>): AppendFile | undefined
}
