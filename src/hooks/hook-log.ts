import { isSystemError } from "../base/errors.ts"
import type { FileSystem, FileWriter } from "../ports/file-system.ts"
import type { StreamName } from "../ports/process-group.ts"

const LOG_MODE = 0o644

/** The last run's output of one hook: `<directory>/<hook>.stdout.log` and `.stderr.log`. */
export type HookLog = Readonly<{
  write(stream: StreamName, bytes: Uint8Array): void
  close(): void
}>

/**
 * Opens the logs of a hook anew (spec supervisor §2.7). A log that cannot be written is told of once, through
 * `onProblem`, and never fails the hook.
 */
export function openHookLog(
  { files }: Readonly<{ files: Pick<FileSystem, "lstat" | "removeFile" | "createExclusively"> }>,
  place: Readonly<{ directory: string; hook: string }>,
  onProblem: (error: NodeJS.ErrnoException) => void,
): HookLog {
  let failed = false
  const unlessFailed = <T>(act: () => T): T | undefined => {
    if (failed) return undefined
    try {
      return act()
    } catch (error) {
      if (!isSystemError(error)) throw error
      failed = true
      onProblem(error)
      return undefined
    }
  }
  const open = (stream: StreamName): FileWriter | undefined =>
    unlessFailed(() => {
      const path = `${place.directory}/${place.hook}.${stream}.log`
      // A new file instead of a truncated one: whatever the name points at is not written through.
      if (files.lstat(path) !== undefined) files.removeFile(path)
      return files.createExclusively(path, LOG_MODE)
    })
  const writers = { stdout: open("stdout"), stderr: open("stderr") }
  return {
    write: (stream, bytes) => unlessFailed(() => writers[stream]?.write(bytes)),
    close() {
      for (const writer of Object.values(writers)) unlessFailed(() => writer?.close())
    },
  }
}
