import { Buffer } from "node:buffer"
import fs from "node:fs"
import { isSystemError } from "../base/errors.ts"

/**
 * Removes a tree. Symlinks are removed, never followed, and a directory that is the mount point of another file system
 * is left with an error: whatever is mounted there is not ours to delete.
 */
export function removeTree(target: string): void {
  let stat: fs.Stats
  try {
    stat = fs.lstatSync(target)
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return
    throw error
  }
  removeEntry(Buffer.from(target), stat, stat.dev)
}

const SLASH = Buffer.from("/")

/** Names are bytes: one that is no UTF-8 would be another name as text, and nothing could remove it. */
function removeEntry(target: Buffer, stat: fs.Stats, device: number): void {
  if (!stat.isDirectory()) return fs.unlinkSync(target)
  if (stat.dev !== device) {
    throw Object.assign(new Error(`EXDEV: another file system is mounted here, not removed: '${target}'`), {
      code: "EXDEV",
      path: target.toString(),
    })
  }
  // Build systems leave directories without write permission (Go's module cache); the owner may still remove them.
  if ((stat.mode & 0o700) !== 0o700) fs.chmodSync(target, stat.mode | 0o700)
  for (const name of fs.readdirSync(target, "buffer")) {
    const child = Buffer.concat([target, SLASH, name])
    removeEntry(child, fs.lstatSync(child), device)
  }
  fs.rmdirSync(target)
}
