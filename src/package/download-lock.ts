import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import { type LockContext, waitForLock } from "./wait-for-lock.ts"

export type DownloadPlace = Readonly<{
  folder: string
  /** What is downloaded, for others who have to wait: `acme/web`. */
  what: string
  signal?: AbortSignal | undefined
}>

/**
 * Runs `download` while no other hab downloads into this folder: what has arrived of a file has a name that the next attempt
 * finds, so two at once would write into one another. Who had to wait may find the file there. Where nothing can be locked,
 * nobody is kept out.
 */
export async function downloadAlone<T>(
  context: LockContext,
  { folder, what, signal }: DownloadPlace,
  download: () => Promise<T>,
): Promise<T> {
  // Beside the folder, which others take as it is.
  const wish = { path: `${path.dirname(folder)}/.lock`, purpose: `hab downloads ${what}`, signal }
  const release = await waitForLock(context, wish).catch((error: unknown) => {
    if (error instanceof HabError && error.code === "LOCK_FAILED") return () => undefined
    throw error
  })
  try {
    return await download()
  } finally {
    release()
  }
}
