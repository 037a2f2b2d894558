import { describeExit } from "../../base/exit-status.ts"
import { momentsOf } from "./guards.ts"
import type { HealthStatus } from "./health.ts"
import type { Service, StateTag } from "./service.ts"
import { hasHooks } from "./step.ts"

/** What `svc status` and `svc explain` tell of a service. */
export type Explanation = Readonly<{
  state: StateTag
  /** What it is doing there, in one sentence without a full stop. */
  why: string
  /** What ends this state. Empty when nothing is awaited. */
  awaits: readonly string[]
  /** What is not as it should be, though it runs. */
  complaints: readonly string[]
}>

/**
 * Its health, as everybody is told it: what the last check of this run said, and ok without a check. Unknown while no
 * process of it should be up, whatever was said before; critical, without a check, while it waits to be restarted (spec
 * supervisor §3, §7.2).
 */
export function healthOf(service: Service): HealthStatus {
  const isChecked = hasHooks(service, "health-check")
  const { tag } = service.state
  if (tag === "up" || tag === "leaving") return isChecked ? service.health.status : "ok"
  return tag === "waiting" && !isChecked ? "critical" : "unknown"
}

/** The state of a service in words. Pure: `nowMs` is on the same clock as the transitions. */
export function explain(service: Service, nowMs: number): Explanation {
  return {
    state: service.state.tag,
    why: whyOf(service),
    awaits: awaitedBy(service, nowMs),
    complaints: service.state.tag === "up" || service.state.tag === "leaving" ? complaintsOf(service) : [],
  }
}

function whyOf(service: Service): string {
  const { state, run } = service
  switch (state.tag) {
    case "down":
      return whyDown(service)
    case "blocked":
      return "what it needs before it starts is not there"
    case "preparing":
      return `run ${run}: ${listRuns(service)}`
    case "rendering":
      return `run ${run}: its hooks and config are rendered`
    case "initializing":
      return `run ${run}: ${listRuns(service)}`
    case "refreshing":
      return `run ${run}: inputs changed while it was initialized and are rendered`
    case "starting":
      return `run ${run}: its process is started`
    case "up":
      return service.life.work === "idle" ? "its process runs" : `its process runs; a change is ${workOf(service)}`
    case "leaving":
      return `${goal(service)} (${service.reason}): ${listRuns(service)}`
    case "stopping":
      return `${goal(service)} (${service.reason}): everything of run ${run} was ${state.killing ? "killed" : "told to end"}`
    case "cleaning":
      return `${goal(service)} (${service.reason}): nothing is alive, ${listRuns(service)}`
    case "waiting":
      return `${lastFailure(service)}; failure ${service.backoff.failures} in a row`
    case "gone":
      return "it was unloaded"
    case "detached":
      return "its supervisor let it go"
  }
}

function awaitedBy(service: Service, nowMs: number): readonly string[] {
  const { state } = service
  switch (state.tag) {
    case "blocked":
      return ["its binds"]
    case "preparing":
    case "initializing":
    case "leaving":
    case "cleaning":
      return [`the end of the ${momentsOf(service)[0]} hooks`]
    case "rendering":
    case "refreshing":
      return ["the rendering"]
    case "starting":
      return ["the launcher"]
    case "stopping":
      return [
        `the end of all its processes; SIGKILL${state.killing ? " again" : ""} in ${seconds(state.killAtMs - nowMs)}`,
      ]
    case "waiting":
      return [`the back-off: ${seconds(state.untilMs - nowMs)} left`, "or a change of its inputs, binds or package"]
    case "up":
      return hasHooks(service, "health-check") && service.health.standing === "starting"
        ? ["its first healthy check"]
        : []
    default:
      return []
  }
}

function complaintsOf({ refused, life, health, problem }: Service): readonly string[] {
  const complaints: string[] = []
  if (refused !== undefined) {
    complaints.push(`refused by hook: ${refused.moment} kept it (${refused.problem}); tried again at the next change`)
  }
  if (life.degraded !== undefined) complaints.push(`degraded: ${life.degraded}`)
  if (health.standing === "unhealthy") complaints.push(`unhealthy: ${health.failures} checks in a row failed`)
  if (problem !== undefined) complaints.push(`last problem: ${problem}`)
  return complaints
}

function whyDown(service: Service): string {
  if (service.state.tag !== "down") return ""
  switch (service.state.why) {
    case "never-started":
      return "nobody has started it"
    case "stopped":
      return "it was stopped"
    case "finished":
      return `its process ${lastEnd(service)} and the restart policy leaves it at that`
    case "failed":
      return `${lastFailure(service)}; nothing starts it again by itself`
  }
}

/** The first words of what an ending state is about. */
function goal({ state }: Service): string {
  if (!("next" in state)) return ""
  const goals = {
    down: "it stops",
    finished: "it has finished",
    failed: "it has failed",
    start: "it restarts",
    retry: "it restarts after a failure",
    gone: "it is unloaded",
  } as const
  return goals[state.next]
}

function listRuns(service: Service): string {
  return `${momentsOf(service)[0]} hooks run`
}

function workOf({ life }: Service): string {
  return life.work === "rendering" ? "rendered" : "taken up by its reconfigure hook"
}

function lastFailure(service: Service): string {
  return service.problem ?? `its process ${lastEnd(service)}`
}

function lastEnd({ lastExit }: Service): string {
  return lastExit === undefined ? "ended" : describeExit(lastExit)
}

function seconds(ms: number): string {
  return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`
}
