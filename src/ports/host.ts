import type { ArchiveCompression } from "./archive-compression.ts"
import type { Clock } from "./clock.ts"
import type { ControlChannel } from "./control-channel.ts"
import type { Downloader } from "./downloader.ts"
import type { FileSystem } from "./file-system.ts"
import type { FileWatcher } from "./file-watcher.ts"
import type { Foreground } from "./foreground.ts"
import type { GrowingFiles } from "./growing-file.ts"
import type { HttpClient } from "./http-client.ts"
import type { HttpServers } from "./http-server.ts"
import type { Locks } from "./lock.ts"
import type { ModuleLoader } from "./module-loader.ts"
import type { GroupsPlace, RunGroups } from "./process-group.ts"
import type { ProcessRunner } from "./process-runner.ts"
import type { ResidentMemory } from "./resident-memory.ts"
import type { Shells } from "./shell.ts"
import type { TransferServers } from "./transfer-server.ts"
import type { Users } from "./users.ts"

/** Everything the machine offers, as one value. Functions take the slice they use: `Pick<Host, "clock" | "files">`. */
export type Host = Readonly<{
  clock: Clock
  files: FileSystem
  processes: ProcessRunner
  users: Users
  growingFiles: GrowingFiles
  watcher: FileWatcher
  control: ControlChannel
  http: HttpServers
  httpClient: HttpClient
  transfers: TransferServers
  locks: Locks
  compression: ArchiveCompression
  downloader: Downloader
  shells: Shells
  foreground: Foreground
  modules: ModuleLoader
  /** Process groups for one root; making its namespace takes 80 ms where there is one. */
  openGroups: (place: GroupsPlace) => Promise<RunGroups>
  /** This machine's name, and the address others reach it at as far as its interfaces tell. */
  network: Readonly<{ hostname: () => string; ip: () => string }>
  /** Uniform in [0, 1). */
  random: () => number
  randomBytes: (length: number) => Uint8Array
  /** The environment this process was started with. */
  env: Readonly<Record<string, string>>
  residentMemory: ResidentMemory
  /** Sends a signal to one process. False when there is none of that pid. */
  sendSignal: (pid: number, signal: string) => boolean
  cwd: string
  pid: number
  /** `x86_64-linux`, `aarch64-linux`: the running platform as a package target (spec/package.md §1.6). */
  target: string
}>
