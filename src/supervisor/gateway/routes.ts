import { adviceOnSystemError, describeSystemError } from "../../base/describe-system-error.ts"
import { HabError, isSystemError, messageOf } from "../../base/errors.ts"
import type { ControlReply, ControlRequest } from "../../ports/control-channel.ts"
import type { ChangeStatus } from "../change/service-change.ts"
import type { Choice } from "../control/loaded-specs.ts"
import type { LoadRequest, OperationResult, UpdateRequest } from "../control/operations.ts"
import type { ApplySetRequest } from "../set/apply-set.ts"
import type { SetStatus } from "../set/set-status.ts"
import type { ApplyReport, ApplyRequest } from "./apply-report.ts"
import type { ConfigReport } from "./config-report.ts"
import { controlNumberOf } from "./control-errors.ts"
import type { HookRun, ServiceExplanation } from "./explanation.ts"
import type { RingStatus } from "./ring-status.ts"
import type { ServiceSurroundings } from "./service-surroundings.ts"
import type { ServiceStatus } from "./status.ts"
import type { SupervisorStatus } from "./supervisor-status.ts"
import type { UploadReport, UploadRequest } from "./upload-report.ts"

/** Version of the control API; it is part of every path. */
export const CONTROL_VERSION = "v1"

/**
 * `shutdownTimeoutSec`: from the shutdown signal to SIGKILL, this time. `force`: no hook can refuse. `clean`: sets are
 * forgotten then. `waits`: somebody waits for its end.
 */
export type StopRequest = Choice &
  Readonly<{ shutdownTimeoutSec?: number; force?: boolean; clean?: boolean; waits?: boolean }>
/** `ident`: the service; `release`: an installed one, older than what it runs. */
export type RollBackRequest = Readonly<{ ident: string; release: string }>
export type RestartRequest = Choice & Readonly<{ force?: boolean }>

/** What the control API can ask of the supervisor. Expected failures are thrown. */
export interface ControlActions {
  load(request: LoadRequest): OperationResult
  update(request: UpdateRequest): OperationResult
  unload(request: StopRequest): OperationResult
  start(request: Choice): OperationResult
  stop(request: StopRequest): OperationResult
  restart(request: RestartRequest): OperationResult
  rollBack(request: RollBackRequest): OperationResult
  status(): readonly ServiceStatus[]
  explain(service: string): ServiceExplanation
  hooks(service: string): readonly HookRun[]
  /** Of the set as a whole. */
  setHooks(set: string): readonly HookRun[]
  surroundings(service: string): ServiceSurroundings
  config(service: string): ConfigReport
  /** JSON, as text: JavaScript's own would lose numbers. */
  templateContext(service: string): Readonly<{ json: string; secrets: readonly string[] }>
  applyConfig(group: string, request: ApplyRequest): ApplyReport | Promise<ApplyReport>
  uploadFile(group: string, request: UploadRequest): Promise<UploadReport>
  ring(): RingStatus
  depart(member: string): Promise<Readonly<{ member: string }>>
  applySet(request: ApplySetRequest): OperationResult
  sets(): readonly SetStatus[]
  /** The last change of a service that has hooks around it; null without one. */
  change(service: string): ChangeStatus | null
  supervisor(): SupervisorStatus
  /** Replaces this supervisor by a new process; services stay. */
  restartSupervisor(): Readonly<{ pid: number }>
}

type Route = Readonly<{
  method: "GET" | "POST"
  /** A part in braces stands for what it is about, percent-encoded; a `{service}` is an ident, a name or a group. */
  path: string
  /** What the body must name. */
  body?: "a service" | "services" | "a set"
  answer: (actions: ControlActions, asked: Readonly<{ body: never; subject: string }>) => unknown
}>

/** Every route of the control API (decisions I). */
const ROUTES: readonly Route[] = [
  { method: "GET", path: "/supervisor", answer: (actions) => actions.supervisor() },
  { method: "POST", path: "/supervisor/restart", answer: (actions) => actions.restartSupervisor() },
  { method: "GET", path: "/ring", answer: (actions) => actions.ring() },
  {
    method: "POST",
    path: "/ring/members/{member}/depart",
    answer: (actions, { subject }) => actions.depart(subject),
  },
  { method: "GET", path: "/services", answer: (actions) => actions.status() },
  post("load", "a service", (actions, body: LoadRequest) => actions.load(body)),
  post("update", "a service", (actions, body: UpdateRequest) => actions.update(body)),
  post("unload", "services", (actions, body: StopRequest) => actions.unload(body)),
  post("start", "services", (actions, body: Choice) => actions.start(body)),
  post("stop", "services", (actions, body: StopRequest) => actions.stop(body)),
  post("restart", "services", (actions, body: RestartRequest) => actions.restart(body)),
  post("roll-back", "a service", (actions, body: RollBackRequest) => actions.rollBack(body)),
  { method: "GET", path: "/sets", answer: (actions) => actions.sets() },
  { method: "GET", path: "/sets/{set}/hooks", answer: (actions, { subject }) => actions.setHooks(subject) },
  { method: "POST", path: "/sets/apply", body: "a set", answer: (actions, { body }) => actions.applySet(body) },
  { method: "GET", path: "/services/{service}/explain", answer: (actions, { subject }) => actions.explain(subject) },
  { method: "GET", path: "/services/{service}/change", answer: (actions, { subject }) => actions.change(subject) },
  { method: "GET", path: "/services/{service}/hooks", answer: (actions, { subject }) => actions.hooks(subject) },
  {
    method: "GET",
    path: "/services/{service}/surroundings",
    answer: (actions, { subject }) => actions.surroundings(subject),
  },
  { method: "GET", path: "/services/{service}/config", answer: (actions, { subject }) => actions.config(subject) },
  {
    method: "GET",
    path: "/services/{service}/context",
    answer: (actions, { subject }) => actions.templateContext(subject),
  },
  {
    method: "POST",
    path: "/groups/{group}/config",
    answer: (actions, { subject, body }) => actions.applyConfig(subject, (body ?? {}) as ApplyRequest),
  },
  {
    method: "POST",
    path: "/groups/{group}/files",
    answer: (actions, { subject, body }) => actions.uploadFile(subject, (body ?? {}) as UploadRequest),
  },
]

function post<B>(verb: string, body: Route["body"], answer: (actions: ControlActions, body: B) => unknown): Route {
  return {
    method: "POST",
    path: `/services/${verb}`,
    ...(body === undefined ? {} : { body }),
    answer: (actions, asked) => answer(actions, asked.body),
  }
}

const STATUS_OF: Readonly<Record<string, number>> = {
  SERVICE_ALREADY_LOADED: 409,
  SERVICE_NOT_LOADED: 404,
  PACKAGE_NOT_FOUND: 404,
  SET_NOT_FOUND: 404,
  SET_TAKEN: 409,
}

/** Answers one request. Expected failures become `{ error: { code, number, message, hint, problems } }`; anything else is status 500. */
export async function answerControl(actions: ControlActions, request: ControlRequest): Promise<ControlReply> {
  const found = ROUTES.map((route) => ({ route, subject: matchPath(route.path, request.path) }))
  const here = found.filter((one): one is { route: Route; subject: string } => one.subject !== undefined)
  if (here.length === 0) return failure(404, "ROUTE_UNKNOWN", `there is no ${request.path}`)
  const asked = here.find(({ route }) => route.method === request.method)
  if (asked === undefined) {
    const allow = [...new Set(here.map(({ route }) => route.method))]
    return { ...failure(405, "METHOD_UNKNOWN", `${request.path} takes ${allow.join(", ")}`), allow }
  }
  const lacking = missingIn(asked.route, request.body)
  if (lacking !== undefined) return failure(400, "BODY_INVALID", lacking)
  try {
    const { route, subject } = asked
    return { status: 200, body: await route.answer(actions, { body: request.body as never, subject }) }
  } catch (error) {
    if (isSystemError(error)) return refusedBySystem(error)
    if (!(error instanceof HabError)) return failure(500, "INTERNAL", messageOf(error))
    return failure(STATUS_OF[error.code] ?? 400, error.code, error.message, error)
  }
}

/** The route a request goes to, for the metrics; `other` when there is none. */
export function controlRouteOf({ path }: ControlRequest): string {
  return ROUTES.find((route) => matchPath(route.path, path) !== undefined)?.path ?? "other"
}

/** What a path is about, "" where the route is about nothing in particular, undefined when the path is another. */
function matchPath(pattern: string, path: string): string | undefined {
  const wanted = `/${CONTROL_VERSION}${pattern}`.split("/")
  const given = path.split("/")
  if (given.length !== wanted.length) return undefined
  const at = wanted.findIndex((part) => part.startsWith("{"))
  if (!wanted.every((part, index) => part === given[index] || index === at)) return undefined
  return at < 0 ? "" : decode(given[at] ?? "")
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function missingIn({ body: needed }: Route, body: unknown): string | undefined {
  if (needed === undefined) return undefined
  const { ident, all, set } = (typeof body === "object" ? (body ?? {}) : {}) as Omit<Choice, "set"> & { set?: unknown }
  if (needed === "a set") return isSet(set) ? undefined : "the body needs a 'set' with a name, a file and services"
  const isAbout = needed === "services" && (all === true || typeof set === "string")
  if (typeof ident === "string" || isAbout) return undefined
  return needed === "services" ? "the body needs an 'ident', a 'set', or 'all': true" : "the body needs an 'ident'"
}

function isSet(value: unknown): boolean {
  const { name, file, services } = (value ?? {}) as Record<string, unknown>
  return typeof name === "string" && typeof file === "string" && Array.isArray(services)
}

function refusedBySystem(error: NodeJS.ErrnoException): ControlReply {
  const hint = adviceOnSystemError(error)
  return failure(500, "IO", describeSystemError(error), hint === undefined ? {} : { hint })
}

function failure(status: number, code: string, message: string, more: Partial<HabError> = {}): ControlReply {
  const { hint, problems = [] } = more
  return {
    status,
    body: {
      error: { code, number: controlNumberOf(code), message, hint, ...(problems.length === 0 ? {} : { problems }) },
    },
  }
}
