import { randomBytes } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { isSystemError } from "../base/errors.ts"
import type { FileKind, FileStat, FileSystem, FileWriter, WriteOptions } from "../ports/file-system.ts"
import { copyFileAside } from "./copy-file.ts"
import { digestAside } from "./digest-aside.ts"
import { removeTree } from "./remove-tree.ts"
import { createTreeSync } from "./tree-sync.ts"

const CHUNK_BYTES = 1 << 20
/** A missing file is an answer and no failure, which would cost 20 µs. */
const QUIETLY = { throwIfNoEntry: false } as const
const FILE_MODE = 0o644
const CREATE_EXCLUSIVELY = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL
const DIRECTORY_MODE = 0o755

const treeSync = createTreeSync()

/** The real file system (ports/file-system.ts states each promise). */
export const systemFiles: FileSystem = {
  readFile: (file) => fs.readFileSync(file),
  readText: (file) => fs.readFileSync(file, "utf8"),
  readChunks,
  readTextIfPresent,
  stat: (file) => describeStat(ifPresent(() => fs.statSync(file, QUIETLY))),
  lstat: (file) => describeStat(ifPresent(() => fs.lstatSync(file, QUIETLY))),
  readDirectory: (directory) =>
    fs
      .readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
  makeDirectories,
  makeTemporaryDirectory: (prefix) => fs.mkdtempSync(prefix),
  writeFile: (file, content, options) => writeWhole(file, content, options, "w"),
  appendFile: (file, content) => naming(file, () => fs.appendFileSync(file, content)),
  rewriteFile,
  writeAtomically,
  createExclusively,
  rename: (from, to) => fs.renameSync(from, to),
  removeFile: (file) => fs.unlinkSync(file),
  removeTree,
  removeDirectory: (directory) => fs.rmdirSync(directory),
  symlink: (target, file) => fs.symlinkSync(target, file),
  readLink: (file) => fs.readlinkSync(file),
  link: (existing, file) => fs.linkSync(existing, file),
  chmod: (file, mode) => fs.chmodSync(file, mode),
  chown: (file, uid, gid) => fs.lchownSync(file, uid, gid),
  setModifiedTime: (file, mtimeSeconds) => fs.lutimesSync(file, mtimeSeconds, mtimeSeconds),
  sync: syncPath,
  syncTree: treeSync.sync,
  beginSyncTree: treeSync.begin,
  realPath: (file) => fs.realpathSync(file),
  // Where the file system can, both share the content until one of them changes.
  copyFile: (from, to) => fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE),
  digestAside,
  copyFileAside,
}

/** Names the file in what is thrown: a system call on a descriptor that fails tells no path. */
function naming<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (isSystemError(error) && error.path === undefined) error.path = file
    throw error
  }
}

/** Most files that may be missing are: looking first is quicker than the failure. */
function readTextIfPresent(file: string): string | undefined {
  return ifPresent(() => (fs.statSync(file, QUIETLY) === undefined ? undefined : fs.readFileSync(file, "utf8")))
}

function ifPresent<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined
    throw error
  }
}

type Kinds = Pick<
  fs.Stats,
  "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket" | "isCharacterDevice" | "isBlockDevice"
>

function kindOf(entry: Kinds): FileKind {
  if (entry.isDirectory()) return "directory"
  if (entry.isSymbolicLink()) return "symlink"
  if (entry.isFIFO()) return "fifo"
  if (entry.isSocket()) return "socket"
  if (entry.isCharacterDevice()) return "character"
  return entry.isBlockDevice() ? "block" : "file"
}

function describeStat(stat: fs.Stats | undefined): FileStat | undefined {
  if (stat === undefined) return undefined
  return {
    kind: kindOf(stat),
    mode: stat.mode & 0o7777,
    size: stat.size,
    uid: stat.uid,
    gid: stat.gid,
    mtimeSeconds: Math.floor(stat.mtimeMs / 1000),
    device: stat.dev,
    inode: stat.ino,
    links: stat.nlink,
  }
}

function* readChunks(file: string): Iterable<Uint8Array> {
  const descriptor = fs.openSync(file, "r")
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const length = naming(file, () => fs.readSync(descriptor, chunk, 0, CHUNK_BYTES, null))
      if (length === 0) return
      yield chunk.subarray(0, length)
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

function makeDirectories(directory: string, mode = DIRECTORY_MODE): void {
  if (fs.existsSync(directory)) return
  makeDirectories(path.dirname(directory), mode)
  try {
    fs.mkdirSync(directory, { mode })
    fs.chmodSync(directory, mode)
  } catch (error) {
    if (!isSystemError(error, "EEXIST")) throw error
  }
}

function writeWhole(file: string, content: Uint8Array | string, options: WriteOptions = {}, flag: "w" | "wx"): void {
  const mode = options.mode ?? FILE_MODE
  const descriptor = fs.openSync(file, flag, mode)
  try {
    if (options.owner) fs.fchownSync(descriptor, options.owner.uid, options.owner.gid)
    fs.fchmodSync(descriptor, mode)
    naming(file, () => fs.writeFileSync(descriptor, content))
    if (flag === "wx") naming(file, () => fs.fsyncSync(descriptor))
  } finally {
    fs.closeSync(descriptor)
  }
}

function rewriteFile(file: string, content: string, { mode = FILE_MODE, owner }: WriteOptions = {}): boolean {
  const descriptor = openPlain(file)
  if (descriptor === undefined) return false
  try {
    const stat = fs.fstatSync(descriptor)
    if (!stat.isFile() || stat.nlink !== 1) return false
    if (owner !== undefined && (stat.uid !== owner.uid || stat.gid !== owner.gid)) {
      fs.fchownSync(descriptor, owner.uid, owner.gid)
    }
    if ((stat.mode & 0o7777) !== mode) fs.fchmodSync(descriptor, mode)
    const bytes = Buffer.from(content)
    naming(file, () => {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at, bytes.length - at, at)
      if (stat.size > bytes.length) fs.ftruncateSync(descriptor, bytes.length)
    })
    return true
  } finally {
    fs.closeSync(descriptor)
  }
}

function openPlain(file: string): number | undefined {
  const { O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants
  try {
    return fs.openSync(file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    // ENXIO: a FIFO.
    if (isSystemError(error, "ENOENT") || isSystemError(error, "ELOOP") || isSystemError(error, "ENXIO"))
      return undefined
    throw error
  }
}

function writeAtomically(file: string, content: Uint8Array | string, options?: WriteOptions): void {
  const directory = path.dirname(file)
  const temporary = path.join(directory, `.tmp-${path.basename(file)}-${randomBytes(6).toString("hex")}`)
  try {
    writeWhole(temporary, content, options, "wx")
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
  syncPath(directory)
}

function createExclusively(file: string, mode: number): FileWriter {
  const descriptor = fs.openSync(file, CREATE_EXCLUSIVELY, mode)
  const asAsked = isModeAsAsked(descriptor, file, mode)
  return {
    write(bytes, from = 0, to = bytes.length) {
      naming(file, () => {
        for (let at = from; at < to; ) at += fs.writeSync(descriptor, bytes, at, to - at)
      })
    },
    sync: () => naming(file, () => fs.fsyncSync(descriptor)),
    close: (modifiedSeconds) => {
      if (!asAsked) fs.fchmodSync(descriptor, mode)
      if (modifiedSeconds !== undefined) fs.futimesSync(descriptor, modifiedSeconds, modifiedSeconds)
      fs.closeSync(descriptor)
    },
  }
}

/** Where the last file was created, and with which modes files come out there as they were asked for. */
let granted: { directory: string; modes: Set<number> } = { directory: "", modes: new Set() }

/** A umask or a default ACL of the directory may take bits away; others, such as setuid, are lost when content is written. */
function isModeAsAsked(descriptor: number, file: string, mode: number): boolean {
  const directory = file.slice(0, file.lastIndexOf("/"))
  if (granted.directory !== directory) granted = { directory, modes: new Set() }
  if (granted.modes.has(mode)) return true
  if (mode > 0o777 || (fs.fstatSync(descriptor).mode & 0o7777) !== mode) return false
  granted.modes.add(mode)
  return true
}

function syncPath(file: string): void {
  const descriptor = fs.openSync(file, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
