import fs from "node:fs"
import { isSystemError } from "../base/errors.ts"
import type { CopyOptions } from "../ports/file-system.ts"
import { movedOf } from "./http-exchange.ts"

const PART_BYTES = 4 * 1024 * 1024

/** Copies a file while other work goes on (ports/file-system.ts states the promise). */
export async function copyFileAside(from: string, to: string, options?: CopyOptions): Promise<void> {
  if (options === undefined) return fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE)
  if (!(await isCloned(from, to))) await copyInParts(from, to, options)
}

/** Where both files cannot share their content, copying says what else is wrong. */
function isCloned(from: string, to: string): Promise<boolean> {
  return fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  )
}

async function copyInParts(from: string, to: string, { onMoved, signal }: CopyOptions): Promise<void> {
  const source = await fs.promises.open(from, "r")
  try {
    const { size, mode } = await source.stat()
    const target = await fs.promises.open(to, "w", mode & 0o777)
    try {
      const tell = movedOf(size, onMoved)
      const part = Buffer.allocUnsafe(PART_BYTES)
      for (;;) {
        signal?.throwIfAborted()
        const { bytesRead } = await naming(from, source.read(part, 0, PART_BYTES, null))
        if (bytesRead === 0) return
        const read = part.subarray(0, bytesRead)
        await naming(to, target.writeFile(read))
        tell(read)
      }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** A call on an open file that fails tells no path. */
function naming<T>(file: string, call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    if (isSystemError(error)) error.path = file
    throw error
  })
}
