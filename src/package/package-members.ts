import { HabError } from "../base/errors.ts"
import type { FileStat, FileSystem } from "../ports/file-system.ts"
import type { TarMember } from "./tar-writer.ts"

const SETUID_OR_SETGID = 0o6000

/** A member with the file its content comes from. */
export type PackageMember = TarMember & Readonly<{ source: string }>

type Walk = Readonly<{
  files: Pick<FileSystem, "lstat" | "readDirectory" | "readLink">
  mtimeSeconds: number
  /** First archive path of each inode with several names. */
  linked: Map<string, string>
}>

/**
 * What an artifact of `directory` holds, in an order that depends on names alone: the directory itself under `name`,
 * then everything below, byte-wise by name. Throws PACK_UNSUPPORTED for devices, pipes, sockets and names that are not
 * UTF-8 text.
 */
export function* packageMembers(
  { files }: { files: Walk["files"] },
  request: Readonly<{ directory: string; name: string; mtimeSeconds: number }>,
): Iterable<PackageMember> {
  const { directory, name, mtimeSeconds } = request
  yield* membersAt({ files, mtimeSeconds, linked: new Map() }, directory, name)
}

function* membersAt(walk: Walk, source: string, path: string): Iterable<PackageMember> {
  const stat = walk.files.lstat(source)
  if (stat === undefined) throw unsupported(source, "its name is not UTF-8 text, or it was removed meanwhile")
  yield { ...describeMember(walk, source, path, stat), source }
  if (stat.kind !== "directory") return
  for (const { name } of walk.files.readDirectory(source))
    yield* membersAt(walk, `${source}/${name}`, `${path}/${name}`)
}

function describeMember(walk: Walk, source: string, path: string, stat: FileStat): TarMember {
  const member = { path, mode: archiveMode(stat), mtimeSeconds: walk.mtimeSeconds, size: 0 }
  checkName(source, path)
  switch (stat.kind) {
    case "directory":
      return { ...member, path: `${path}/`, type: "Directory" }
    case "symlink":
      return { ...member, type: "SymbolicLink", linkTarget: walk.files.readLink(source) }
    case "file":
      return describeFile(walk, member, stat)
    default:
      throw unsupported(source, `it is a ${stat.kind}`)
  }
}

/** Throws PACK_UNSUPPORTED for a name that no artifact can hold; one that is no UTF-8 is read with U+FFFD in it. */
export function checkName(source: string, name: string): void {
  if (/[\u0000-\u001f\u007f]/.test(name)) throw unsupported(source, "its name holds a control character")
  if (name.includes("\ufffd")) {
    throw unsupported(source, "its name is not UTF-8 text, or holds the sign for what is no character (U+FFFD)")
  }
}

function describeFile(walk: Walk, member: Omit<TarMember, "type">, stat: FileStat): TarMember {
  const file = { ...member, type: "File", size: stat.size } as const
  if (stat.links < 2) return file
  const inode = `${stat.device}:${stat.inode}`
  const first = walk.linked.get(inode)
  if (first !== undefined) return { ...member, type: "Link", linkTarget: first }
  walk.linked.set(inode, member.path)
  return file
}

/**
 * The mode a member gets: what the owner may do, without writing, is what group and others may. So neither the umask a
 * plan's files were checked out under nor a setgid parent directory shows in the artifact. Files that are setuid or
 * setgid keep their exact mode: opening them to others could be dangerous.
 */
export function archiveMode({ kind, mode }: Pick<FileStat, "kind" | "mode">): number {
  if (kind === "symlink") return 0o777
  if (kind === "file" && (mode & SETUID_OR_SETGID) !== 0) return mode
  const owner = mode & 0o700
  const shared = owner & 0o500
  return owner | (shared >> 3) | (shared >> 6)
}

function unsupported(source: string, why: string): HabError {
  return new HabError("PACK_UNSUPPORTED", `${source} cannot be packed: ${why}`, {
    hint: "remove or rename it in do_install: packages hold files, directories and links",
  })
}
