import type { RolloutPart } from "../cluster/ring/rollout-part.ts"
import type { ConfigTable } from "../config/value.ts"
import type { EventName } from "../hooks/events.ts"
import type { ServiceConfig } from "./config/service-config.ts"
import type { DeclaredHooks } from "./hooks/declared-hooks.ts"
import type { HookMemory } from "./hooks/hook-memory.ts"
import type { LastProcess } from "./last-process.ts"
import type { Release } from "./release.ts"
import type { Changes } from "./service/change-response.ts"
import type { Service } from "./service/service.ts"
import type { Moment } from "./service/settings.ts"
import type { ServiceSpec } from "./spec/spec.ts"

/** A hook on its way. `startedMs` on the monotonic clock; `timeoutMs` 0: no limit. */
export type RunningHook = Readonly<{ hook: string; event: EventName; startedMs: number; timeoutMs: number }>

/** `skipsHooks`: hooks before a removal were asked and did not answer; it goes on without them. */
export type StopWish = Readonly<{ timeoutMs?: number; force?: boolean; skipsHooks?: boolean }>

/**
 * A loaded service as the supervisor holds it: what the machine knows of it, and what acts for it. The one mutable record
 * per service; only the supervisor's own turn changes it.
 */
export type Supervised = {
  readonly name: string
  /** `redis.default`: who speaks in the log. */
  group: string
  spec: ServiceSpec
  service: Service
  /** The release of the current run; undefined while the package cannot be opened. */
  release: Release | undefined
  /** Another release, used from the next run on. */
  upcoming: Release | undefined
  /** Its configuration as it was last rendered. */
  config: ServiceConfig
  /** Its user.toml changed, and hooks are asked whether it may, or said no: the one before stays in force. */
  userConfig: "in force" | "asked" | "refused"
  /** Written by renderings that failed half way, and not yet acted on. */
  unreported: Changes
  /** What the last rendering warned of, not to say it again. */
  readonly warned: Set<string>
  /** What it shows to services that bind it: from its last rendering. */
  exported: ConfigTable
  /** Carried by everything the current run starts. */
  runId: string
  /** Numbers the commands of a run: `<runId>/<n>`. */
  commands: number
  /** Ends the hooks of a moment. */
  readonly hooks: Map<Moment | "health-check", AbortController>
  /** Cancels timers. */
  readonly timers: Map<string, () => void>
  /** When the running health check was to begin. */
  checkDueMs?: number | undefined
  /** The spawn that is under way. */
  spawning: Promise<unknown> | undefined
  /** Hooks that are declared outside its package. */
  declared: DeclaredHooks
  memory: HookMemory
  /** Woken when it is healthy for the first time in its run. */
  readonly onceHealthy: (() => void)[]
  /** What the check before the last one said, and the beginning of what the last one printed. */
  healthBefore: string
  healthOutput: string
  /** Hooks that run now, by their names. */
  readonly running: Map<string, RunningHook>
  /** Whether the post-start list of this run came to its end. */
  postStart: "finished" | "unfinished"
  /** What is on disk of the run's state, to write only what differs. */
  writtenState: string | undefined
  /** The service went up or down then, on the monotonic clock. */
  upOrDownSinceMs: number
  /** How a process last ended that the operator did not end. */
  lastProcess: LastProcess | undefined
  /** Unloaded: it goes as soon as nothing of it is left. */
  leaving: boolean
  /** It takes the place of another whose hooks of removal run: it may not start yet. */
  isReplacing: boolean
  /** What the hooks said that refused its last change. */
  changeRefused: string | undefined
  /** Said by who asks for the next stop: a time over that of spec and package, and whether hooks may refuse it. */
  stopWish: StopWish | undefined
  /** All of its binds that it depends on, as they were when they were last looked at. */
  bindsSeen: string | undefined
  /** What was last said of each bind. */
  readonly bindTags: Map<string, string>
  /** The fence of the leader of its group, in a ring. */
  leaderFence: number | undefined
  /** Its part in the updates of its group; undefined without an update strategy. */
  rollout: RolloutPart | undefined
  /** Rendered anew since its process was spawned, and not yet told to hooks: paths in its directory. */
  changedFiles: readonly string[]
  /** Those below `files/` that changed last. */
  changedBelow: readonly string[]
  /** What was in its `files/` when that was last taken note of. */
  filesSeen: ReadonlyMap<string, string>
  /** Files were uploaded while its file-updated hooks ran. */
  filesOwed: boolean
  /** Stops watching its files. */
  readonly watches: (() => void)[]
}
