import fs from "node:fs"
import path from "node:path"

/** How far below a directory its files count. */
export type Depth = "directly" | "everything"

/** How files are at one moment. */
export type Look = Readonly<{
  /** Another text when a file is another, or has other content; "" where there is none. */
  text: string
  /** When the last of them was written, in milliseconds since the epoch. */
  newestMs: number
}>

/** Looks at the file at `target`, or at the files in that directory. A directory without files is as good as none. */
export function lookAt(target: string, depth: Depth): Look {
  const found = filesAt(target, depth)
  const times = found.map(([, stat]) => Number(stat.mtimeNs / 1_000_000n))
  return {
    text: found.map(([name, { ino, size, mtimeNs, mode }]) => `${name} ${ino} ${size} ${mtimeNs} ${mode}`).join("\n"),
    newestMs: Math.max(0, ...times),
  }
}

/** What has to be watched to see the target change: it, the nearest ancestor that exists, and where symlinks lead. */
export function directoriesToWatch(target: string, depth: Depth): ReadonlySet<string> {
  const directories = new Set([nearestDirectory(path.dirname(target))])
  if (statOf(target)?.isDirectory()) addTree(directories, target, depth)
  addLinked(directories, target)
  return directories
}

type Found = readonly [name: string, stat: fs.BigIntStats]

function filesAt(target: string, depth: Depth): Found[] {
  const stat = statOf(target)
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [["", stat]]
  return entriesOf(target).flatMap((entry): Found[] => {
    const inner = path.join(target, entry.name)
    if (entry.isDirectory()) return depth === "everything" ? filesAt(inner, depth).map(within(entry.name)) : []
    const file = statOf(inner)
    return file === undefined || file.isDirectory() ? [] : [[entry.name, file]]
  })
}

function within(directory: string): (found: Found) => Found {
  return ([name, stat]) => [`${directory}/${name}`, stat]
}

function addTree(directories: Set<string>, directory: string, depth: Depth): void {
  directories.add(directory)
  if (depth === "directly") return
  for (const entry of entriesOf(directory)) {
    const inner = path.join(directory, entry.name)
    if (entry.isDirectory()) addTree(directories, inner, depth)
    else if (entry.isSymbolicLink()) addLinked(directories, inner)
  }
}

function addLinked(directories: Set<string>, file: string): void {
  try {
    if (fs.lstatSync(file).isSymbolicLink()) directories.add(path.dirname(fs.realpathSync(file)))
  } catch {
    // Missing, or a symlink to nothing: its own directory is enough.
  }
}

function nearestDirectory(directory: string): string {
  return statOf(directory)?.isDirectory() ? directory : nearestDirectory(path.dirname(directory))
}

/** In the order of their names; none when the directory goes away in this moment. */
function entriesOf(directory: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

function statOf(target: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(target, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
