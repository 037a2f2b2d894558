import path from "node:path"
import type { FileStat, FileSystem, FileWriter, WriteOptions } from "../../src/ports/file-system.ts"
import { memoryTree, systemFailure, type TreeNode } from "./memory-tree.ts"

/** Thrown by every call once the machine "stopped". It is no system error, so no code may treat it as one. */
export class Stopped extends Error {
  constructor() {
    super("the machine stopped")
    this.name = "Stopped"
  }
}

/** What happens at the chosen call: a system error once, or the machine stops and every later call fails too. */
export type Failure = Readonly<{ atCall: number; code: "ENOSPC" | "EIO" | "EACCES" | "STOP" }>

export type MemoryFileSystem = FileSystem & {
  /** Elementary calls made so far, the failed one included. */
  readonly calls: number
  /** Arms a failure, counted from now on. Undefined disarms it and starts a stopped machine again. */
  failWith(failure: Failure | undefined): void
  /** Every path below, with `d 755`, `f 644 content` or `l -> target`: asserts exactly what changed. */
  snapshot(below?: string): Record<string, string>
}

const CHUNK_BYTES = 64 * 1024

/**
 * A file system in memory with inodes, symlinks, hard links and modes, which can fail at its n-th call. `content` gives
 * what is there at first: path to text, or to undefined for an empty directory.
 */
export function memoryFileSystem(content: Readonly<Record<string, string | undefined>> = {}): MemoryFileSystem {
  const tree = memoryTree()
  const failures = failureCounter()
  const files = fileSystem(tree, failures.enter, failures.isStopped)
  for (const [at, text] of Object.entries(content)) {
    files.makeDirectories(text === undefined ? at : path.dirname(at))
    if (text !== undefined) files.writeFile(at, text)
  }
  return Object.defineProperties(
    { ...files, failWith: failures.failWith, snapshot: (below?: string) => snapshot(tree, below) } as MemoryFileSystem,
    { calls: { get: failures.calls } },
  )
}

function failureCounter() {
  let calls = 0
  let failure: Failure | undefined
  let failAt = 0
  let stopped = false
  return {
    calls: () => calls,
    isStopped: () => stopped,
    failWith(next: Failure | undefined) {
      failure = next
      failAt = calls + (next?.atCall ?? 0)
      if (next === undefined) stopped = false
    },
    enter(syscall: string, at: string) {
      if (stopped) throw new Stopped()
      calls++
      if (failure === undefined || calls !== failAt) return
      if (failure.code !== "STOP") systemFailure(failure.code, syscall, at)
      stopped = true
      throw new Stopped()
    },
  }
}

function snapshot(tree: ReturnType<typeof memoryTree>, below = "/"): Record<string, string> {
  const describe = (node: TreeNode) => {
    if (node.kind === "symlink") return `l -> ${node.target}`
    const mode = node.mode.toString(8)
    return node.kind === "directory" ? `d ${mode}` : `f ${mode} ${Buffer.from(node.bytes).toString("utf8")}`
  }
  const inside = (at: string) => below === "/" || at === below || at.startsWith(`${below}/`)
  return Object.fromEntries([...tree.all()].filter(([at]) => inside(at)).map(([at, node]) => [at, describe(node)]))
}

type Enter = (syscall: string, at: string) => void

function fileSystem(tree: ReturnType<typeof memoryTree>, enter: Enter, isStopped: () => boolean): FileSystem {
  return { ...reading(tree, enter), ...writing(tree, enter, isStopped), ...changing(tree, enter) }
}

type Reading = Pick<
  FileSystem,
  | "readFile"
  | "readText"
  | "readChunks"
  | "digestAside"
  | "readTextIfPresent"
  | "stat"
  | "lstat"
  | "readDirectory"
  | "readLink"
  | "realPath"
>

function reading(tree: ReturnType<typeof memoryTree>, enter: Enter): Reading {
  const bytes = (at: string) => {
    enter("open", at)
    return Buffer.from(tree.file("open", at).bytes)
  }
  const describe = (syscall: string, at: string, follow: boolean): FileStat | undefined => {
    enter(syscall, at)
    const node = ifPresent(() => tree.look(syscall, at, follow))
    if (node === undefined) return undefined
    const { kind, mode, uid, gid, mtime, inode } = node
    const links = kind === "file" ? node.links : 1
    const size = kind === "file" ? node.bytes.length : 0
    return { kind, mode, size, uid, gid, mtimeSeconds: mtime, device: 1, inode, links }
  }
  return {
    readFile: bytes,
    readText: (at) => bytes(at).toString("utf8"),
    *readChunks(at) {
      const whole = bytes(at)
      for (let offset = 0; offset < whole.length; offset += CHUNK_BYTES) {
        enter("read", at)
        yield whole.subarray(offset, offset + CHUNK_BYTES)
      }
    },
    digestAside: async () => undefined,
    readTextIfPresent: (at) => ifPresent(() => bytes(at).toString("utf8")),
    stat: (at) => describe("stat", at, true),
    lstat: (at) => describe("lstat", at, false),
    readDirectory(at) {
      enter("scandir", at)
      return [...tree.directory("scandir", at).children]
        .map(([name, node]) => ({ name, kind: node.kind }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    },
    readLink(at) {
      enter("readlink", at)
      const node = tree.get("readlink", at, false)
      return node.kind === "symlink" ? node.target : systemFailure("EINVAL", "readlink", at)
    },
    realPath(at) {
      enter("realpath", at)
      const wanted = tree.get("realpath", at)
      return [...tree.all()].find(([, node]) => node === wanted)?.[0] ?? at
    },
  }
}

type Writing = Pick<
  FileSystem,
  "writeFile" | "rewriteFile" | "appendFile" | "writeAtomically" | "createExclusively" | "copyFile" | "copyFileAside"
>

function writing(tree: ReturnType<typeof memoryTree>, enter: Enter, isStopped: () => boolean): Writing {
  let temporary = 0
  const write = (at: string, content: Uint8Array | string, options: WriteOptions = {}) => {
    enter("open", at)
    const existing = tree.look("open", at, true)
    if (existing?.kind === "directory") systemFailure("EISDIR", "open", at)
    const node = existing?.kind === "file" ? existing : tree.newFile(0o644)
    if (existing === undefined) tree.put("open", at, node)
    node.bytes = new Uint8Array()
    enter("write", at)
    Object.assign(node, { bytes: Buffer.from(content as Uint8Array), mode: options.mode ?? 0o644 }, options.owner)
  }
  const copyFile = (from: string, to: string) => {
    const source = tree.file("copyfile", from)
    write(to, source.bytes, { mode: source.mode })
  }
  return {
    writeFile: write,
    rewriteFile(at, content, options) {
      const node = ifPresent(() => tree.look("open", at, false))
      if (node?.kind !== "file" || node.links !== 1) return false
      write(at, content, options)
      return true
    },
    appendFile(at, content) {
      const existing = ifPresent(() => tree.file("open", at))
      const before = existing?.bytes ?? new Uint8Array()
      write(at, Buffer.concat([before, Buffer.from(content as Uint8Array)]), { mode: existing?.mode ?? 0o644 })
    },
    writeAtomically(at, content, options) {
      const beside = `${path.dirname(at)}/.tmp-${path.basename(at)}-${temporary++}`
      try {
        write(beside, content, options)
        enter("rename", beside)
        tree.rename(beside, at)
      } catch (error) {
        // A stopped machine removes nothing.
        if (!isStopped()) tree.remove("unlink", beside)
        throw error
      }
      enter("fsync", path.dirname(at))
    },
    createExclusively(at, mode): FileWriter {
      enter("open", at)
      const node = tree.newFile(mode)
      tree.add("open", at, node)
      let room = new Uint8Array()
      return {
        write(bytes, from, to) {
          enter("write", at)
          const [before, more] = [node.bytes, bytes.subarray(from, to)]
          const length = before.length + more.length
          if (before.buffer !== room.buffer || length > room.length) {
            room = new Uint8Array(2 * length)
            room.set(before)
          }
          room.set(more, before.length)
          node.bytes = room.subarray(0, length)
        },
        sync: () => enter("fsync", at),
        close(modifiedSeconds) {
          enter("close", at)
          if (modifiedSeconds !== undefined) node.mtime = modifiedSeconds
        },
      }
    },
    copyFile,
    copyFileAside: async (from, to, { onMoved, signal } = {}) => {
      signal?.throwIfAborted()
      copyFile(from, to)
      const { length } = tree.file("stat", to).bytes
      onMoved?.({ bytes: length, total: length })
    },
  }
}

type Changing = Omit<FileSystem, keyof Reading | keyof Writing>

function changing(tree: ReturnType<typeof memoryTree>, enter: Enter): Changing {
  let temporary = 0
  const makeDirectories = (at: string, mode = 0o755): void => {
    const existing = ifPresent(() => tree.look("mkdir", at, true))
    if (existing?.kind === "directory") return
    if (existing !== undefined) systemFailure("EEXIST", "mkdir", at)
    makeDirectories(path.dirname(at), mode)
    enter("mkdir", at)
    tree.add("mkdir", at, tree.newDirectory(mode))
  }
  const removeTree = (at: string): void => {
    const node = ifPresent(() => tree.look("rmtree", at, false))
    if (node === undefined) return
    if (node.kind === "directory") for (const name of [...node.children.keys()]) removeTree(`${at}/${name}`)
    enter("unlink", at)
    tree.remove("unlink", at)
  }
  const set = (syscall: string, at: string, follow: boolean, change: Partial<TreeNode>) => {
    enter(syscall, at)
    Object.assign(tree.get(syscall, at, follow), change)
  }
  return {
    makeDirectories,
    makeTemporaryDirectory(prefix) {
      enter("mkdtemp", prefix)
      const at = `${prefix}${String(temporary++).padStart(6, "0")}`
      tree.add("mkdtemp", at, tree.newDirectory(0o700))
      return at
    },
    rename(from, to) {
      enter("rename", from)
      tree.rename(from, to)
    },
    removeFile(at) {
      enter("unlink", at)
      if (tree.get("unlink", at, false).kind === "directory") systemFailure("EISDIR", "unlink", at)
      tree.remove("unlink", at)
    },
    removeTree,
    removeDirectory(at) {
      enter("rmdir", at)
      if (tree.directory("rmdir", at).children.size > 0) systemFailure("ENOTEMPTY", "rmdir", at)
      tree.remove("rmdir", at)
    },
    symlink(target, at) {
      enter("symlink", at)
      tree.add("symlink", at, tree.newLink(target))
    },
    link(existing, at) {
      enter("link", at)
      const node = tree.get("link", existing, false)
      if (node.kind === "directory") systemFailure("EPERM", "link", at)
      tree.add("link", at, node)
    },
    chmod: (at, mode) => set("chmod", at, true, { mode }),
    chown: (at, uid, gid) => set("lchown", at, false, { uid, gid }),
    setModifiedTime: (at, mtime) => set("lutimes", at, false, { mtime }),
    sync(at) {
      enter("fsync", at)
      tree.get("fsync", at)
    },
    async syncTree(at) {
      enter("syncfs", at)
      tree.get("syncfs", at)
    },
    beginSyncTree: () => undefined,
  }
}

function ifPresent<T>(look: () => T | undefined): T | undefined {
  try {
    return look()
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined
    throw error
  }
}
