import path from "node:path"

type Common = { mode: number; mtime: number; uid: number; gid: number; inode: number; links: number }
export type FileNode = Common & { kind: "file"; bytes: Uint8Array }
export type LinkNode = Common & { kind: "symlink"; target: string }
export type DirectoryNode = Common & { kind: "directory"; children: Map<string, TreeNode> }
export type TreeNode = FileNode | LinkNode | DirectoryNode

const HOPS_MAX = 40

/** Throws what the kernel would, without a stack, as Node does: taking one costs more than all the rest. */
export function systemFailure(code: string, syscall: string, at: string): never {
  const depth = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const failure = new Error(`${code}: ${syscall} '${at}'`)
  Error.stackTraceLimit = depth
  throw Object.assign(failure, { code, syscall, path: at })
}

/** Few paths are asked for, many times. */
const known = new Map<string, readonly string[]>()

function partsOf(at: string): readonly string[] {
  const parts = known.get(at) ?? at.split("/").filter((part) => part !== "" && part !== ".")
  known.set(at, parts)
  return parts
}

/** The path that is meant when one of the parts leads to `target`. */
function instead(parts: readonly string[], index: number, target: string): string {
  return path.resolve(`/${parts.slice(0, index).join("/")}`, target, ...parts.slice(index + 1))
}

/** Inodes and path resolution: the kernel's part of a file system in memory. */
export function memoryTree() {
  let inodes = 1
  const fresh = (mode: number): Common => ({ mode, mtime: 0, uid: 0, gid: 0, inode: inodes++, links: 0 })
  const newFile = (mode: number): FileNode => ({ kind: "file", bytes: new Uint8Array(), ...fresh(mode) })
  const newLink = (target: string): LinkNode => ({ kind: "symlink", target, ...fresh(0o777) })
  const newDirectory = (mode: number): DirectoryNode => ({ kind: "directory", children: new Map(), ...fresh(mode) })
  const root = newDirectory(0o755)

  /** The node at a path, or undefined when its last part is missing. */
  function look(syscall: string, at: string, followLast: boolean, hops = 0): TreeNode | undefined {
    if (hops > HOPS_MAX) systemFailure("ELOOP", syscall, at)
    let node: TreeNode = root
    const parts = partsOf(at)
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1
      if (node.kind !== "directory") return systemFailure("ENOTDIR", syscall, at)
      if (part === "..") return look(syscall, instead(parts, index, ".."), followLast, hops + 1)
      const child: TreeNode | undefined = node.children.get(part)
      if (child === undefined) return isLast ? undefined : systemFailure("ENOENT", syscall, at)
      if (child.kind === "symlink" && (!isLast || followLast)) {
        return look(syscall, instead(parts, index, child.target), followLast, hops + 1)
      }
      node = child
    }
    return node
  }

  function get(syscall: string, at: string, followLast = true): TreeNode {
    return look(syscall, at, followLast) ?? systemFailure("ENOENT", syscall, at)
  }

  function directory(syscall: string, at: string): DirectoryNode {
    const node = get(syscall, at)
    return node.kind === "directory" ? node : systemFailure("ENOTDIR", syscall, at)
  }

  function file(syscall: string, at: string): FileNode {
    const node = get(syscall, at)
    if (node.kind === "file") return node
    return systemFailure(node.kind === "directory" ? "EISDIR" : "EINVAL", syscall, at)
  }

  const childrenAround = (syscall: string, at: string) => directory(syscall, path.dirname(at)).children

  function put(syscall: string, at: string, node: TreeNode): void {
    const children = childrenAround(syscall, at)
    const name = path.basename(at)
    unlink(children.get(name))
    children.set(name, node)
    node.links++
  }

  function unlink(node: TreeNode | undefined): void {
    if (node !== undefined) node.links--
  }

  function add(syscall: string, at: string, node: TreeNode): void {
    if (childrenAround(syscall, at).has(path.basename(at))) systemFailure("EEXIST", syscall, at)
    put(syscall, at, node)
  }

  function remove(syscall: string, at: string): void {
    const children = childrenAround(syscall, at)
    unlink(children.get(path.basename(at)))
    children.delete(path.basename(at))
  }

  function rename(from: string, to: string): void {
    const node = get("rename", from, false)
    const target = look("rename", to, false)
    if (target?.kind === "directory" && node.kind !== "directory") systemFailure("EISDIR", "rename", to)
    if (target?.kind === "directory" && target.children.size > 0) systemFailure("ENOTEMPTY", "rename", to)
    if (target !== undefined && target.kind !== "directory" && node.kind === "directory") {
      systemFailure("ENOTDIR", "rename", to)
    }
    put("rename", to, node)
    remove("rename", from)
  }

  /** Every node with its path, parents before children, in byte order. */
  function* all(at = "", node: TreeNode = root): Iterable<readonly [path: string, node: TreeNode]> {
    yield [at === "" ? "/" : at, node]
    if (node.kind !== "directory") return
    for (const [name, child] of [...node.children].sort(([a], [b]) => (a < b ? -1 : 1)))
      yield* all(`${at}/${name}`, child)
  }

  return { newFile, newLink, newDirectory, look, get, directory, file, put, add, remove, rename, all }
}
