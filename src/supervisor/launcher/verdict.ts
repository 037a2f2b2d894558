import { type ExitStatus, succeeded } from "../../base/exit-status.ts"
import { SUPERVISOR_EXIT } from "./protocol.ts"

const DELAY_MS_FIRST = 1_000
const DELAY_MS_MAX = 30_000
/** A supervisor that lived this long is replaced at once when it dies. */
const STEADY_MS = 10_000
const SIGNALED = 1

/** One life of a supervisor process. */
export type SupervisorLife = Readonly<{
  status: ExitStatus
  /** It said that everything is open. */
  wasReady: boolean
  elapsedMs: number
  /** We asked it to exit and leave the services running. */
  reloading: boolean
}>

export type History = Readonly<{
  /** No supervisor of this launcher was ever ready. */
  first: boolean
  /** Short lives in a row. */
  failures: number
  /** We were asked to end. */
  stopping: boolean
}>

/** What the launcher does when its supervisor ended (decisions C, spec supervisor §8.1). */
export type Verdict =
  | { readonly tag: "respawn"; readonly afterMs: number; readonly failures: number }
  /** Services this launcher started are stopped; `adopted` ones too unless the supervisor never came up. */
  | { readonly tag: "end"; readonly exitCode: number; readonly adopted: "stop" | "leave" }

/** However the supervisor died, the services stay and it is started again; only two codes and our own end say otherwise. */
export function judge(life: SupervisorLife, history: History): Verdict {
  const code = life.status.tag === "exited" ? life.status.code : undefined
  if (code === SUPERVISOR_EXIT.permanentFailure) return { tag: "end", exitCode: code, adopted: "stop" }
  if (history.stopping || code === SUPERVISOR_EXIT.stopNoFailure) return { tag: "end", exitCode: 0, adopted: "stop" }
  if (history.first && !life.wasReady) {
    return { tag: "end", exitCode: code === undefined || code === 0 ? SIGNALED : code, adopted: "leave" }
  }
  if (life.reloading && succeeded(life.status)) return { tag: "respawn", afterMs: 0, failures: 0 }
  if (life.wasReady && life.elapsedMs >= STEADY_MS) return { tag: "respawn", afterMs: 0, failures: 0 }
  const failures = history.failures + 1
  return { tag: "respawn", afterMs: delayAfter(failures), failures }
}

function delayAfter(failures: number): number {
  // The first quick death may be one kill; a second in a row is a pattern.
  return failures === 1 ? 0 : Math.min(DELAY_MS_FIRST * 2 ** (failures - 2), DELAY_MS_MAX)
}
