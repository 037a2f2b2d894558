import type { ArchiveCompression } from "./archive-compression.ts"
import type { Clock } from "./clock.ts"
import type { ControlChannel } from "./control-channel.ts"
import type { FileSystem } from "./file-system.ts"
import type { FileWatcher } from "./file-watcher.ts"
import type { Locks } from "./lock.ts"
import type { ProcessRunner } from "./process-runner.ts"
import type { Users } from "./users.ts"

/** Everything the machine offers, as one value. Functions take the slice they use: `Pick<Host, "clock" | "files">`. */
export type Host = Readonly<{
  clock: Clock
  files: FileSystem
  processes: ProcessRunner
  users: Users
  watcher: FileWatcher
  control: ControlChannel
  compression: ArchiveCompression
  locks: Locks
  /** Uniform in [0, 1). */
  random: () => number
  randomBytes: (length: number) => Uint8Array
  /** The environment this process was started with. */
  env: Readonly<Record<string, string>>
  cwd: string
  pid: number
  /** `x86_64-linux`, `aarch64-linux`: the running platform as a package target (spec/package.md §1.6). */
  target: string
}>
