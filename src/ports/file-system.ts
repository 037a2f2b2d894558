import type { OnMoved } from "../base/transfer.ts"

export type FileKind = "file" | "directory" | "symlink" | "fifo" | "socket" | "character" | "block"

export type FileStat = Readonly<{
  kind: FileKind
  /** Permission bits including setuid, setgid and sticky: 0o7777 at most. */
  mode: number
  size: number
  uid: number
  gid: number
  mtimeSeconds: number
  device: number
  inode: number
  links: number
}>

export type DirectoryEntry = Readonly<{ name: string; kind: FileKind }>

export type WriteOptions = Readonly<{
  /** Set exactly, whatever the umask. Default: 0o644. */
  mode?: number
  /** Owner to give the file; needs the privilege. */
  owner?: Readonly<{ uid: number; gid: number }>
}>

/** `onMoved` is told of each part; nobody is where file systems let two files share their content. */
export type CopyOptions = Readonly<{ onMoved?: OnMoved | undefined; signal?: AbortSignal | undefined }>

/** An open file being written front to back. */
export interface FileWriter {
  /** Writes the bytes from one index up to another one, or all of them. */
  write(bytes: Uint8Array, from?: number, to?: number): void
  /** Forces content to disk. */
  sync(): void
  /** With a time in seconds, that is when the file was last modified. */
  close(modifiedSeconds?: number): void
}

/**
 * The file operations we need. Synchronous: local disk calls are several times faster so, and every caller either is a
 * command or touches a few small files. Failures are system errors (`code` ENOENT, ENOSPC …) naming the path.
 * Paths are host paths.
 */
export interface FileSystem {
  readFile(path: string): Uint8Array
  readText(path: string): string
  /** Chunks of a file of any size, in order; the memory held does not grow with it. */
  readChunks(path: string): Iterable<Uint8Array>
  /**
   * BLAKE2b-256 of a file without its first bytes, in lower-case hex, found out by a program of the machine while other work
   * goes on. Undefined where there is none, or it fails.
   */
  digestAside(path: string, skip: number): Promise<string | undefined>
  /** The text, or undefined when there is no such file. Other failures throw. */
  readTextIfPresent(path: string): string | undefined
  /** Follows symlinks. Undefined when nothing is there. */
  stat(path: string): FileStat | undefined
  /** Does not follow symlinks. Undefined when nothing is there. */
  lstat(path: string): FileStat | undefined
  /** Entries in byte order of their names. Throws ENOENT when the directory is missing. */
  readDirectory(path: string): readonly DirectoryEntry[]
  /** Creates the directory and its missing parents; each new one gets `mode` exactly. Existing ones are left alone. */
  makeDirectories(path: string, mode?: number): void
  /** A new directory with a random suffix, mode 0700. */
  makeTemporaryDirectory(prefix: string): string
  writeFile(path: string, content: Uint8Array | string, options?: WriteOptions): void
  /**
   * Gives an existing file new content in its place. False when there is none, or no plain one with one name: symlinks
   * are not followed.
   */
  rewriteFile(path: string, content: string, options?: WriteOptions): boolean
  appendFile(path: string, content: Uint8Array | string): void
  /**
   * Replaces the file whole or not at all: temporary file beside it, fsync, rename, fsync of the directory. A crash
   * leaves the old content, and at worst a `.tmp-…` file.
   */
  writeAtomically(path: string, content: Uint8Array | string, options?: WriteOptions): void
  /** Opens a new file for writing; fails with EEXIST when anything is there (symlinks are not followed). */
  createExclusively(path: string, mode: number): FileWriter
  rename(from: string, to: string): void
  removeFile(path: string): void
  /** Removes a tree without following symlinks or crossing into other file systems. Missing is success. */
  removeTree(path: string): void
  /** Removes an empty directory. */
  removeDirectory(path: string): void
  symlink(target: string, path: string): void
  readLink(path: string): string
  link(existing: string, path: string): void
  chmod(path: string, mode: number): void
  /** Does not follow symlinks. */
  chown(path: string, uid: number, gid: number): void
  /** Does not follow symlinks. */
  setModifiedTime(path: string, mtimeSeconds: number): void
  /** Forces a file or directory to disk. */
  sync(path: string): void
  /** Forces a directory and everything below it to disk. */
  syncTree(path: string): Promise<void>
  /** Begins with that and returns at once, so that `syncTree`, which tells of its failure, has less to do. */
  beginSyncTree(path: string): void
  realPath(path: string): string
  copyFile(from: string, to: string): void
  /** The same while other work goes on. What was copied stays there when it fails, or is called off. */
  copyFileAside(from: string, to: string, options?: CopyOptions): Promise<void>
}
