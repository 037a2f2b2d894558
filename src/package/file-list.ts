import { HabError } from "../base/errors.ts"
import { hashFile } from "../crypto/hash.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { type NamedRevision, stringifyNamedRevision } from "../crypto/named-revision.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { verifyHart } from "./hart.ts"
import { stringifyIdent } from "./ident.ts"
import { invalidMetadata } from "./metadata-text.ts"
import type { InstalledPackage } from "./store.ts"

/** What FILES does not list, though it belongs there: itself, what is written after it, and what hab remembers. */
const UNLISTED = ["FILES", "MANIFEST", "INSTALL_HOOK_STATUS"]

/** One file that is not what was built. Paths are relative to the package. */
export type FileProblem = Readonly<{ path: string; what: "changed" | "missing" | "added" }>

export type InstalledCheck = Readonly<{
  /** The key FILES is signed with. */
  signer: NamedRevision
  /** Files that are listed. */
  count: number
  /** Listed files that differ or are gone, then files nobody listed. */
  problems: readonly FileProblem[]
}>

type Files = Pick<FileSystem, "digestAside" | "lstat" | "readChunks" | "readDirectory" | "readFile" | "stat">

/**
 * Compares an installed package with its signed list of files (spec package §3, FILES). Symlinks, folders and modes are
 * not in that list. Throws METADATA_MISSING, METADATA_INVALID and what `verifyHart` throws about the list itself.
 */
export async function checkInstalled(
  { files }: Readonly<{ files: Files }>,
  keys: Pick<KeyCache, "read">,
  pkg: InstalledPackage,
): Promise<InstalledCheck> {
  const list = `${pkg.path}/FILES`
  if (files.lstat(list) === undefined) {
    throw new HabError("METADATA_MISSING", `${list} is missing: nothing says what belongs to the package`, {
      hint: `hab pkg repair ${stringifyIdent(pkg.ident)} unpacks it again`,
    })
  }
  const { header } = await verifyHart({ files }, keys, list)
  const text = new TextDecoder().decode(files.readFile(list).subarray(header.length))
  const listed = parseFileList(text, pkg)
  const problems: FileProblem[] = []
  for (const [path, digest] of listed) {
    const file = `${pkg.path}/${path}`
    if (files.lstat(file)?.kind !== "file") problems.push({ path, what: "missing" })
    else if ((await hashFile({ files }, file)) !== digest) problems.push({ path, what: "changed" })
  }
  const known = new Set([...listed.keys(), ...UNLISTED])
  for (const path of regularFiles({ files }, pkg.path, "")) {
    if (!known.has(path)) problems.push({ path, what: "added" })
  }
  return { signer: header.signer, count: listed.size, problems }
}

/** True when something that was built is not there any more; what was added does not count. */
export function isDamaged({ problems }: Pick<InstalledCheck, "problems">): boolean {
  return problems.some(({ what }) => what !== "added")
}

/** `acme-20240102030405 signed 12 files`: for people. */
export function describeCheck({ signer, count }: InstalledCheck): string {
  return `${count} files signed with ${stringifyNamedRevision(signer)}`
}

/** Relative path to hash. The list names files as packages see them, whatever the prefix. */
function parseFileList(text: string, { ident, path: where }: InstalledPackage): ReadonlyMap<string, string> {
  const inside = `/pkgs/${stringifyIdent(ident)}/`
  const lines = text.split("\n").filter((line) => line !== "")
  return new Map(
    lines.map((line) => {
      const [, digest = "", file = ""] = /^([0-9a-f]{64}) {2}(\/.*)$/.exec(line.replace(/\r$/, "")) ?? []
      const at = file.indexOf(inside)
      const path = file.slice(at + inside.length)
      if (at < 0 || path === "" || path.split("/").some((part) => part === "" || part === "..")) {
        throw invalidMetadata(`${where}/FILES`, `the line '${line}' is not a hash and a file of the package`)
      }
      return [path, digest] as const
    }),
  )
}

function* regularFiles({ files }: Readonly<{ files: Files }>, root: string, folder: string): Iterable<string> {
  for (const { name, kind } of files.readDirectory(folder === "" ? root : `${root}/${folder}`)) {
    const path = folder === "" ? name : `${folder}/${name}`
    if (kind === "directory") yield* regularFiles({ files }, root, path)
    else if (kind === "file") yield path
  }
}
