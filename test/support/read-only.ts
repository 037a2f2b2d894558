import { spawnSync } from "node:child_process"
import { canMount } from "./small-disk.ts"

const isRoot = process.getuid?.() === 0

/** Root writes everywhere but where nobody can, and that takes a mount. */
export const canMakeReadOnly = !isRoot || canMount

/** Makes a folder one that may only be read, all that is in it included; the answer undoes it. */
export function makeReadOnly(folder: string): () => void {
  if (!isRoot) {
    spawnSync("chmod", ["-R", "a-w", folder])
    return () => void spawnSync("chmod", ["-R", "u+w", folder])
  }
  spawnSync("mount", ["--bind", folder, folder])
  spawnSync("mount", ["-o", "remount,ro,bind", folder])
  return () => void spawnSync("umount", ["--lazy", folder])
}
