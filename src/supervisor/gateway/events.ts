import { describeHookFailure } from "../../hooks/answers.ts"
import type { HookReport } from "../../hooks/execute.ts"
import type { TakenStep } from "../last-process.ts"
import type { UpdateNews } from "../observer.ts"
import type { Service } from "../service/service.ts"
import type { FieldTable } from "./fields.ts"

/** The fields every event has, and those of each kind. */
const COMMON_FIELDS = {
  at: { type: "number", summary: "seconds since the epoch" },
  service: { type: "string", summary: "name of the service" },
  service_group: { type: "string", summary: "its group" },
} as const satisfies FieldTable

/** Every kind of event of `/events` with its fields. */
export const EVENT_KINDS = {
  state: {
    summary: "a service went from one state of its life to another",
    fields: {
      ...COMMON_FIELDS,
      from: { type: "string", summary: "the state before" },
      to: { type: "string", summary: "the state after" },
      reason: { type: "string", summary: "why it goes where it goes, as hooks are told" },
      run: { type: "integer", summary: "number of the run" },
      pid: { type: "integer?", summary: "of its process" },
      restarts: { type: "integer", summary: "failures since somebody last started it" },
      problem: { type: "string?", summary: "what the last failure said" },
    },
  },
  hook: {
    summary: "a hook ended, health checks and install hooks included",
    fields: {
      ...COMMON_FIELDS,
      event: { type: "string", summary: "the event it ran for" },
      hook: { type: "string", summary: "the name of its file" },
      outcome: { type: "string", summary: "`succeeded`, `failed`, `timed-out` or `cancelled`" },
      exit_code: { type: "integer?", summary: "when it exited by itself" },
      signal: { type: "string?", summary: "when a signal ended it" },
      elapsed_ms: { type: "integer", summary: "how long it ran" },
      problem: { type: "string?", summary: "what went wrong, in one sentence" },
    },
  },
  health: {
    summary: "the health of a service changed",
    fields: {
      ...COMMON_FIELDS,
      from: { type: "string", summary: "`ok`, `warning`, `critical` or `unknown`" },
      to: { type: "string", summary: "the same" },
      standing: { type: "string", summary: "`starting`, `ready` or `unhealthy`" },
      failures: { type: "integer", summary: "failed checks in a row" },
    },
  },
  update: {
    summary: "a service goes over to another release, with the strategy `at-once` or `rolling`",
    fields: {
      ...COMMON_FIELDS,
      what: { type: "string", summary: "`begun`; `healthy` on the new release; `rejected`: it was not, and goes back" },
      release: { type: "string", summary: "the release it is about" },
      before: { type: "string?", summary: "what it ran before, and goes back to" },
      problem: { type: "string?", summary: "why it was rejected" },
    },
  },
} as const satisfies Record<string, { summary: string; fields: FieldTable }>

export type EventKind = keyof typeof EVENT_KINDS
type DataOf<K extends EventKind> = Readonly<Record<keyof (typeof EVENT_KINDS)[K]["fields"], string | number | null>>
type EventOf<K extends EventKind> = Readonly<{ kind: K; data: DataOf<K> }>

/** One thing that happened, as clients of `/events` are told it. */
export type GatewayEvent = { [K in EventKind]: EventOf<K> }[EventKind]

type Subject = Readonly<{ name: string; group: string; service: Service }>

/** What a step of a service tells the world: nothing, a change of state, a change of health, or both. */
export function eventsOfStep(
  { name, group, service }: Subject,
  { before }: TakenStep,
  epochMs: number,
): GatewayEvent[] {
  const common = { at: epochMs / 1000, service: name, service_group: group }
  const { state, health, life } = service
  const events: GatewayEvent[] = []
  if (state.tag !== before.state.tag) {
    events.push({
      kind: "state",
      data: {
        ...common,
        from: before.state.tag,
        to: state.tag,
        reason: service.reason,
        run: service.run,
        pid: life.pid ?? null,
        restarts: service.restarts,
        problem: service.problem ?? null,
      },
    })
  }
  if (health.status !== before.health.status || health.standing !== before.health.standing) {
    const { status, standing, failures } = health
    events.push({ kind: "health", data: { ...common, from: before.health.status, to: status, standing, failures } })
  }
  return events
}

/** What the end of a hook tells the world. */
export function eventOfHook(
  { name, group }: Omit<Subject, "service">,
  report: HookReport,
  epochMs: number,
): GatewayEvent {
  const { outcome } = report
  const status = outcome.tag === "failed" ? outcome.status : undefined
  const code = outcome.tag === "succeeded" ? 0 : status?.tag === "exited" ? status.code : null
  return {
    kind: "hook",
    data: {
      at: epochMs / 1000,
      service: name,
      service_group: group,
      event: report.event,
      hook: report.hook,
      outcome: outcome.tag,
      exit_code: code,
      signal: status?.tag === "signaled" ? status.signal : null,
      elapsed_ms: Math.round(report.elapsedMs),
      problem: outcome.tag === "succeeded" || outcome.tag === "cancelled" ? null : describeHookFailure(report),
    },
  }
}

/** What becomes of an update. */
export function eventOfUpdate(
  { name, group }: Omit<Subject, "service">,
  news: UpdateNews,
  epochMs: number,
): GatewayEvent {
  const { what, release, before = null, problem = null } = news
  return {
    kind: "update",
    data: { at: epochMs / 1000, service: name, service_group: group, what, release, before, problem },
  }
}

/** An event in the form of server-sent events. */
export function printEvent(id: number, { kind, data }: GatewayEvent): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
}
