import { describeExit } from "../base/exit-status.ts"
import type { Note } from "./service/messages.ts"

/** The log keys of spec supervisor §8.3 these lines use. */
type Line = Readonly<{ key: "SR" | "SV" | "ST" | "HK"; text: string }>

/** What the machine notes, in the words people read. Habitat's own where it has them. `awaited`: what keeps it, besides binds. */
export function describeNote(note: Note, awaited: readonly string[]): Line {
  switch (note.tag) {
    case "waiting-for-binds":
      return {
        key: "SR",
        text: awaited.length === 0 ? "Waiting for service binds..." : `Waiting for ${awaited.join(", ")}`,
      }
    case "initializing":
      return { key: "SR", text: "Initializing" }
    case "reattached":
      return { key: "SR", text: `Reattaching to PID ${note.pid}` }
    case "hooks-failed":
      return { key: "HK", text: note.problem }
    case "render-failed":
      return { key: "SR", text: `Failed to compile configuration: ${note.problem}` }
    case "start-failed":
      return { key: "SV", text: `Service start failed: ${note.problem}` }
    case "exited":
      return { key: "SV", text: `The service's process ${describeExit(note.status)}` }
    case "restart-in":
      return { key: "SR", text: restartText(note.delayMs) }
    case "change-restarts":
      return { key: "SR", text: `Restarting: ${CAUSES[note.cause]}` }
    case "refused":
      return { key: "SR", text: `Refused by the ${note.moment} hook: ${note.problem}` }
    case "killed":
      return { key: "ST", text: "Service killed: it did not end within its shutdown timeout" }
    case "unhealthy":
      return { key: "HK", text: `The service is unhealthy: ${note.failures} failed health checks in a row` }
  }
}

/** Why a change restarts a service, as a clause. */
export const CAUSES = {
  package: "another release of the package is to be used",
  init: "the text of its init hook changed",
  run: "the text of its run hook changed",
  "post-run": "the text of its post-run hook changed",
  config: "its configuration changed and it has no reconfigure hook",
} as const

function restartText(delayMs: number): string {
  return delayMs === 0 ? "Restarting immediately" : `Restarting after ${(delayMs / 1000).toFixed(2)} secs`
}
