import { NO_CHANGES } from "../../src/supervisor/service/change-response.ts"
import type { EventTag, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import { EVENT_TAGS } from "../../src/supervisor/service/messages.ts"
import { STATE_TAGS, type StateTag } from "../../src/supervisor/service/service.ts"
import type { World } from "./world.ts"

/** The states in which an answer can mean something. In all others nothing may come of it, however it got there. */
const MEANINGFUL: Partial<Record<EventTag, readonly StateTag[]>> = {
  "found-alive": ["down"],
  "found-leftovers": ["down"],
  "hooks-done": ["preparing", "initializing", "up", "leaving", "cleaning"],
  rendered: ["rendering", "refreshing", "up", "leaving"],
  "render-failed": ["rendering", "refreshing", "up", "leaving"],
  "process-started": ["starting"],
  "start-failed": ["starting"],
  "process-exited": ["starting", "up", "leaving", "stopping", "cleaning", "down", "blocked", "waiting"],
  emptied: ["stopping"],
  "health-result": ["up", "leaving"],
  "health-timer": ["up"],
  "kill-timer": ["stopping"],
  "retry-timer": ["waiting"],
  "files-updated": ["up"],
  "binds-unmet": STATE_TAGS.filter((state) => state !== "blocked"),
}

const NOISE: ReadonlyMap<StateTag, readonly EventTag[]> = new Map(
  STATE_TAGS.map((state) => {
    const tags = EVENT_TAGS.filter((tag) => {
      if (state === "gone" || state === "detached") return true
      const meaningful = MEANINGFUL[tag]
      return meaningful !== undefined && !meaningful.includes(state)
    })
    return [state, tags]
  }),
)

/** An event that must not change anything now: too late, unasked, or for an older run. */
export function randomNoise(world: World): ServiceEvent {
  const { random, service } = world
  if ("moments" in service.state && random.chance(0.5)) return foreignList(world)
  const [first = "emptied", ...others] = NOISE.get(service.state.tag) ?? []
  return eventOf(world, random.pick<EventTag>([first, ...others]), service.run)
}

/** The late end of a list that the state does not wait for. */
function foreignList({ random, service }: World): ServiceEvent {
  const outcome = random.pick([{ tag: "passed" }, { tag: "failed", problem: "noise" }] as const)
  if (service.state.tag === "leaving") return { tag: "files-updated" }
  return { tag: "hooks-done", run: service.run, moment: "file-updated", outcome }
}

/** An answer that belongs to an older run. */
export function lateAnswer(world: World): ServiceEvent {
  const { random, service } = world
  const tag = random.pick<EventTag>([
    "hooks-done",
    "rendered",
    "render-failed",
    "process-started",
    "start-failed",
    "process-exited",
    "emptied",
    "health-result",
    "kill-timer",
    "retry-timer",
    "health-timer",
  ])
  return eventOf(world, tag, service.run - 1)
}

function eventOf(world: World, tag: EventTag, run: number): ServiceEvent {
  const problem = "noise"
  const { settings } = world
  switch (tag) {
    case "start":
      return { tag, reason: "manual" }
    case "restart":
    case "stop":
    case "unload":
      return { tag, reason: "manual", force: world.random.chance(0.5) }
    case "found-alive":
      return { tag, run, pid: 1, upForMs: 0, postStart: "finished", changes: NO_CHANGES }
    case "found-leftovers":
      return { tag, run, initialized: true }
    case "package-changed":
    case "settings-changed":
      return { tag, settings }
    case "hooks-done":
      return { tag, run, moment: world.random.pick(["pre-start", "pre-stop"]), outcome: { tag: "passed" } }
    case "rendered":
      return { tag, run, changes: { hooks: ["run"], config: [] } }
    case "render-failed":
    case "start-failed":
      return { tag, run, problem }
    case "process-started":
      return { tag, run, pid: 1 }
    case "process-exited":
      return { tag, run, status: { tag: "exited", code: 1 } }
    case "emptied":
      return { tag, run }
    case "kill-timer":
    case "retry-timer":
    case "health-timer":
      return { tag, run, serial: world.service.timerSerial }
    case "health-result":
      return { tag, run, answer: "critical" }
    default:
      return { tag }
  }
}
