import fs from "node:fs"
import path from "node:path"
import { clearTimeout, setTimeout } from "node:timers"
import type { FileWatcher } from "../ports/file-watcher.ts"

/** Editors write in bursts (truncate, write, rename): one answer for all of it. */
const SETTLE_MS = 15

/** Watching by inotify: directories are watched, since files are replaced under their names. */
export const systemWatcher: FileWatcher = { watch, fingerprint }

function watch(target: string, onChange: () => void): () => void {
  let watchers: fs.FSWatcher[] = []
  let known = ""
  let timer: NodeJS.Timeout | undefined
  const settle = () => {
    timer = undefined
    arm()
    const now = fingerprint(target)
    if (now === known) return
    known = now
    onChange()
  }
  const onEvent = () => {
    timer ??= setTimeout(settle, SETTLE_MS)
  }
  const disarm = () => {
    for (const watcher of watchers) watcher.close()
    watchers = []
  }
  const arm = () => {
    disarm()
    watchers = directoriesToWatch(target).flatMap((directory) => {
      try {
        return [fs.watch(directory, { persistent: false }, onEvent).on("error", onEvent)]
      } catch {
        // The directory went away in this moment: its parent tells when it is back.
        return []
      }
    })
  }
  arm()
  known = fingerprint(target)
  return () => {
    clearTimeout(timer)
    disarm()
  }
}

/** The target itself when it is a directory, the nearest ancestor that exists, and where a symlink leads. */
function directoriesToWatch(target: string): string[] {
  const directories = new Set<string>([nearestDirectory(path.dirname(target))])
  if (isDirectory(target)) directories.add(target)
  try {
    if (fs.lstatSync(target).isSymbolicLink()) directories.add(path.dirname(fs.realpathSync(target)))
  } catch {
    // Missing, or a symlink to nothing: the ancestor is enough.
  }
  return [...directories]
}

function nearestDirectory(directory: string): string {
  return isDirectory(directory) ? directory : nearestDirectory(path.dirname(directory))
}

function isDirectory(target: string): boolean {
  return fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Changes whenever the file, or any file directly in the directory, is another or has other content. */
function fingerprint(target: string): string {
  const stat = statOf(target)
  if (stat === undefined) return "absent"
  if (!stat.isDirectory()) return describe(stat)
  const names = fs.readdirSync(target).sort()
  return names.map((name) => `${name} ${describe(statOf(path.join(target, name)))}`).join("\n")
}

function statOf(target: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(target, { bigint: true })
  } catch {
    return undefined
  }
}

function describe(stat: fs.BigIntStats | undefined): string {
  return stat === undefined ? "absent" : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.mode}`
}
