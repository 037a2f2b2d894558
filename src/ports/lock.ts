export type LockResult = Readonly<
  | { tag: "acquired"; release: () => void }
  /** `by` is what the holder wrote about itself; empty when it has not written yet. */
  | { tag: "held"; by: string }
>

/** A process that holds a lock. `pid` is undefined where that cannot be seen, as from another pid namespace. */
export type Holder = Readonly<{ pid: number | undefined }>

/**
 * Locks between processes that end with their holder, however it dies. They are files whose content says who holds
 * them; a file that is left over does not lock.
 */
export interface Locks {
  /**
   * Takes the lock at `path`, creating the file, and writes `content` into it: who we are, our pid the first number, for
   * others to read. Who is seen to hold it is not waited for; a few seconds are, where nobody is. Throws LOCK_FAILED when
   * locking does not work here.
   */
  acquire(path: string, options: Readonly<{ content: string }>): Promise<LockResult>
  /**
   * Who holds the lock at `path`, by the first number it wrote about itself: its pid. Undefined when nobody does. Writes
   * nothing, so that a read-only file system is no hindrance, and keeps nobody from taking it. Throws LOCK_FAILED as
   * `acquire`.
   */
  holder(path: string): Promise<Holder | undefined>
}
