import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import path from "node:path"

/** What every path below a directory is: kind, mode, owner and content. */
export type Tree = ReadonlyMap<string, string>

/** A directory as it is now. */
export function snapshotTree(root: string): Tree {
  const found = new Map<string, string>()
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
    found.set(name, describe(path.join(root, name)))
  }
  return found
}

/** Which paths appeared, went away or became something else. */
export function changesBetween(before: Tree, after: Tree) {
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...before.keys()].filter((name) => after.has(name) && after.get(name) !== before.get(name)),
  }
}

/** Files whose text is the same but whose mode, owner or time is not. */
export function sameTextIn(before: Tree, after: Tree, names: readonly string[]): string[] {
  const textOf = (tree: Tree, name: string) => tree.get(name)?.split(" ").at(-1)
  return names.filter((name) => textOf(before, name) === textOf(after, name))
}

function describe(file: string): string {
  const stat = lstatSync(file)
  const common = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`
  if (stat.isDirectory()) return `directory ${common}`
  if (stat.isSymbolicLink()) return `link ${readlinkSync(file)}`
  if (!stat.isFile()) return `special ${common}`
  // Rewriting the same text counts as a change as well.
  return `file ${common} ${stat.mtimeMs} ${stat.ino} ${readFileSync(file, "base64")}`
}
