export type LockResult = Readonly<
  | { tag: "acquired"; release: () => void }
  /** `by` is what the holder wrote about itself; empty when it has not written yet. */
  | { tag: "held"; by: string }
>

/**
 * Locks between processes that end with their holder, however it dies. They are files whose content says who holds
 * them; a file that is left over does not lock.
 */
export interface Locks {
  /**
   * Takes the lock at `path` without waiting, creating the file, and writes `content` into it: who we are, for others to
   * read. Throws LOCK_FAILED when locking does not work here.
   */
  acquire(path: string, options: Readonly<{ content: string }>): Promise<LockResult>
  /**
   * What the holder of the lock at `path` wrote about itself; undefined when nobody holds it. Writes nothing, so that a
   * read-only file system is no hindrance, and keeps nobody from taking it. Throws LOCK_FAILED as `acquire`.
   */
  holder(path: string): Promise<string | undefined>
}
