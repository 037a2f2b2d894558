import fs from "node:fs"
import { clearTimeout, setTimeout } from "node:timers"
import type { FileWatcher } from "../ports/file-watcher.ts"
import { type Depth, directoriesToWatch, lookAt } from "./watched-files.ts"

/** Editors write in bursts (truncate, write, rename): one answer for all of it. */
const SETTLE_MS = 15
/** A file that is written twice within one tick of the kernel's clock may look the same both times. */
const TICK_MS = 10
/** Who writes all the time is told of after so many looks. */
const LOOKS_MAX = 4

/** Watching by inotify: directories are watched, since files are replaced under their names. */
export const systemWatcher: FileWatcher = {
  watch: (target, onChange) => observe(target, "directly", onChange),
  watchTree: (target, onChange) => observe(target, "everything", onChange),
  fingerprint: (target) => lookAt(target, "directly").text,
}

function observe(target: string, depth: Depth, onChange: () => void): () => void {
  let watchers: fs.FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined
  let looks = 0
  const onEvent = () => {
    timer ??= setTimeout(settle, SETTLE_MS)
  }
  const arm = () => {
    disarm(watchers)
    watchers = [...directoriesToWatch(target, depth)].flatMap((directory) => watchDirectory(directory, onEvent))
  }
  const settle = () => {
    timer = undefined
    arm()
    const { text, newestMs } = lookAt(target, depth)
    looks++
    if (isJustWritten(newestMs) && looks < LOOKS_MAX) return onEvent()
    looks = 0
    if (text === known) return
    known = text
    onChange()
  }
  arm()
  let known = lookAt(target, depth).text
  return () => {
    clearTimeout(timer)
    disarm(watchers)
  }
}

function isJustWritten(ms: number): boolean {
  const ageMs = Date.now() - ms
  return ageMs >= 0 && ageMs < TICK_MS
}

function watchDirectory(directory: string, onEvent: () => void): fs.FSWatcher[] {
  try {
    return [fs.watch(directory, { persistent: false }, onEvent).on("error", onEvent)]
  } catch {
    // The directory went away in this moment: its parent tells when it is back.
    return []
  }
}

function disarm(watchers: readonly fs.FSWatcher[]): void {
  for (const watcher of watchers) watcher.close()
}
