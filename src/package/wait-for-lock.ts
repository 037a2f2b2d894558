import type { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { Locks } from "../ports/lock.ts"

const RETRY_MS = 100

export type LockContext = Readonly<{ locks: Pick<Locks, "acquire">; clock: Clock; pid: number; report: Report }>

export type LockWish = Readonly<{
  path: string
  /** What we do, for others who have to wait: `hab pkg install acme/web`. */
  purpose: string
  signal?: AbortSignal | undefined
  /** Asked before each new try: nobody needs the lock any more. */
  isPointless?: () => boolean
  /** How long to wait for another holder, and what is thrown then. Left out: as long as it takes. */
  limit?: Readonly<{ ms: number; error: (holder: string) => HabError }>
}>

/** Takes a lock, waiting for its holder, who is named once. Gives how to release it. Throws as `Locks.acquire`. */
export async function waitForLock({ locks, clock, pid, report }: LockContext, wish: LockWish): Promise<() => void> {
  const { path, purpose, signal, isPointless = () => false, limit } = wish
  const startMs = clock.monotonicMs()
  for (let isFirst = true; ; isFirst = false) {
    const result = await locks.acquire(path, { content: `process ${pid} (${purpose})\n` })
    if (result.tag === "acquired") return result.release
    const holder = result.by === "" ? "another hab" : result.by
    if (limit !== undefined && clock.monotonicMs() - startMs >= limit.ms) throw limit.error(holder)
    if (isFirst) report({ tag: "note", text: `Waiting for ${holder}` })
    await wait(clock, RETRY_MS, signal)
    signal?.throwIfAborted()
    if (isPointless()) return () => undefined
  }
}
