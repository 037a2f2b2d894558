import { adviceOnSystemError, describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type LockContext, waitForLock } from "./wait-for-lock.ts"

const WAIT_MS_MAX = 10 * 60 * 1000

export type StoreLockContext = LockContext & Readonly<{ files: Pick<FileSystem, "makeDirectories">; layout: Layout }>

export type StoreLockOptions = Readonly<{
  /** What we do, for others who have to wait: `install acme/web`. */
  purpose: string
  signal?: AbortSignal
  /** How long to wait for another holder. Default: ten minutes. */
  waitMsMax?: number
}>

/**
 * Runs `change` while no other hab changes the installed packages of this root. Hooks run outside of it: they may call
 * hab. Who holds it longer than `waitMsMax` is named in STORE_LOCKED; STORE_READ_ONLY is a root that may only be read.
 */
export function withStoreLock<T>(
  context: StoreLockContext,
  options: StoreLockOptions,
  change: () => Promise<T>,
): Promise<T> {
  return besideStoreLock(context, options, async (locked) => {
    await locked
    return change()
  })
}

/**
 * As `withStoreLock`, for what can begin before the lock is ours: `change` starts at once, and changes nothing until
 * `locked`, which rejects where the lock cannot be had. When it fails, the lock is not waited for; when it ends well
 * without a lock, there was nothing to change.
 */
export async function besideStoreLock<T>(
  context: StoreLockContext,
  options: StoreLockOptions,
  change: (locked: Promise<unknown>) => Promise<T>,
): Promise<T> {
  let failed = false
  const acquiring = acquire(context, options, () => failed)
  try {
    const result = await change(acquiring)
    const release = await acquiring.catch(unlessReadOnly)
    release?.()
    return result
  } catch (error) {
    failed = true
    acquiring.then(
      (release) => release(),
      () => undefined,
    )
    throw error
  }
}

/** Nothing, of a store that may only be read; any other failure is thrown. */
export function unlessReadOnly(error: unknown): undefined {
  if (!(error instanceof HabError) || error.code !== "STORE_READ_ONLY") throw error
}

async function acquire(
  context: StoreLockContext,
  { purpose, signal, waitMsMax = WAIT_MS_MAX }: StoreLockOptions,
  isPointless: () => boolean,
): Promise<() => void> {
  const { files, layout } = context
  const tooLong = (holder: string) =>
    new HabError("STORE_LOCKED", `${holder} has been changing the packages of ${layout.hab} for too long`, {
      hint: "wait for it to end, or end it, and try again",
    })
  try {
    files.makeDirectories(`${layout.hab}/pkgs`)
    return await waitForLock(context, {
      path: `${layout.hab}/pkgs/.lock`,
      purpose: `hab pkg ${purpose}`,
      signal,
      isPointless,
      limit: { ms: waitMsMax, error: tooLong },
    })
  } catch (error) {
    throw asReadOnly(error, layout)
  }
}

/** Whoever may not write the lock may not change packages either. */
function asReadOnly(error: unknown, { hab }: Layout): unknown {
  if (!isSystemError(error, "EROFS", "EACCES", "EPERM")) return error
  const hint = adviceOnSystemError(error)
  return new HabError("STORE_READ_ONLY", `the packages of ${hab} cannot be changed: ${describeSystemError(error)}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
