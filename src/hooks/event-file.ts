import { isSystemError } from "../base/errors.ts"
import { innerPath, type Layout } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { bringFile, putFileAside } from "../ports/spare-file.ts"
import type { HookIdentity, HookWork } from "./execute.ts"
import { type EventRecord, recordJson } from "./record.ts"

/** A hook's user goes through it to its own file, and sees no other's. */
const DIRECTORY_MODE = 0o711

/** What writing and removing it takes. */
export type EventFiles = Pick<
  FileSystem,
  "lstat" | "makeDirectories" | "removeFile" | "rename" | "rewriteFile" | "writeFile"
>

/**
 * Writes the whole record for a hook's process and names it in `HAB_HOOK_FILE`: mode 0600, the hook's own, gone when the
 * hook is (decisions 22). Where it cannot be written the hook runs without.
 */
export function writeEventFile(
  context: Readonly<{ files: EventFiles; layout: Layout }>,
  task: Readonly<{ hook: HookIdentity; command: HookWork; record?: EventRecord; records?: string }>,
): Readonly<{ command: HookWork; remove: () => void }> {
  const { command, record, records } = task
  const without = { command, remove: () => undefined }
  if (record === undefined || records === undefined || typeof command === "function") return without
  const { files, layout } = context
  const file = `${records}/${task.hook.name}.json`
  const coming = { path: file, spare: `${records}/${task.hook.name}.spare` }
  const owner = command.user === undefined ? {} : { owner: { uid: command.user.uid, gid: command.user.gid } }
  const written = unlessRefused(() => {
    files.makeDirectories(records, DIRECTORY_MODE)
    bringFile(files, coming, recordJson(record), { mode: 0o600, ...owner })
  })
  if (!written) return without
  const remove = () => unlessRefused(() => putFileAside(files, coming))
  return { command: { ...command, env: { ...command.env, HAB_HOOK_FILE: innerPath(layout, file) } }, remove }
}

function unlessRefused(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}
