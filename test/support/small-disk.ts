import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"

/** Mounting needs root, and a container may refuse it. */
export const canMount = (() => {
  if (process.getuid?.() !== 0) return false
  const mounted = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
  return mounted.status === 0
})()

/** Makes a folder that is a disk of its own, of so many mebibytes; the answer takes the disk away. */
export function mountSmallDisk(folder: string, mebibytes: number): () => void {
  mkdirSync(folder, { recursive: true })
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=755`, "none", folder])
  return () => void spawnSync("umount", ["--lazy", folder])
}
