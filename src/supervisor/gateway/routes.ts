import { HabError } from "../../base/errors.ts"
import { parseIdent } from "../../package/ident.ts"
import type { ControlReply, ControlRequest } from "../../ports/control-channel.ts"
import type { LoadRequest, OperationResult } from "../operations.ts"
import type { ServiceStatus } from "./status.ts"

/** Version of the control API; it is part of every path. */
export const CONTROL_VERSION = "v1"

/** What the control API can ask of the supervisor. */
export interface ControlActions {
  load(request: LoadRequest): OperationResult
  unload(ident: ReturnType<typeof parseIdent>, shutdownTimeoutSec?: number): OperationResult
  start(ident: ReturnType<typeof parseIdent>): OperationResult
  stop(ident: ReturnType<typeof parseIdent>, shutdownTimeoutSec?: number): OperationResult
  status(): readonly ServiceStatus[]
}

type IdentBody = Readonly<{ ident: string; shutdownTimeoutSec?: number }>
type Route = Readonly<{ method: string; path: string; answer: (actions: ControlActions, body: never) => unknown }>

/** Every route of the control API (decisions I). */
export const ROUTES: readonly Route[] = [
  { method: "GET", path: "/services", answer: (actions) => actions.status() },
  { method: "POST", path: "/services/load", answer: (actions, body: LoadRequest) => actions.load(body) },
  {
    method: "POST",
    path: "/services/unload",
    answer: (actions, body: IdentBody) => actions.unload(parseIdent(body.ident), body.shutdownTimeoutSec),
  },
  {
    method: "POST",
    path: "/services/start",
    answer: (actions, body: IdentBody) => actions.start(parseIdent(body.ident)),
  },
  {
    method: "POST",
    path: "/services/stop",
    answer: (actions, body: IdentBody) => actions.stop(parseIdent(body.ident), body.shutdownTimeoutSec),
  },
]

const STATUS_OF: Readonly<Record<string, number>> = {
  SERVICE_ALREADY_LOADED: 409,
  SERVICE_NOT_LOADED: 404,
  PACKAGE_NOT_FOUND: 404,
}

/** Answers one request. Expected failures become `{ error: { code, message, hint } }`; anything else is status 500. */
export async function answerControl(actions: ControlActions, request: ControlRequest): Promise<ControlReply> {
  const path = request.path.replace(`/${CONTROL_VERSION}`, "")
  const route = ROUTES.find((candidate) => candidate.path === path)
  if (route === undefined) return failure(404, "ROUTE_UNKNOWN", `there is no ${request.path}`)
  if (route.method !== request.method) return failure(405, "METHOD_UNKNOWN", `${request.path} takes ${route.method}`)
  if (route.method === "POST" && !hasIdent(request.body))
    return failure(400, "BODY_INVALID", "the body needs an 'ident'")
  try {
    return { status: 200, body: await route.answer(actions, request.body as never) }
  } catch (error) {
    if (!(error instanceof HabError))
      return failure(500, "INTERNAL", error instanceof Error ? error.message : String(error))
    return failure(STATUS_OF[error.code] ?? 400, error.code, error.message, error.hint)
  }
}

function hasIdent(body: unknown): boolean {
  return typeof body === "object" && body !== null && typeof (body as { ident?: unknown }).ident === "string"
}

function failure(status: number, code: string, message: string, hint?: string): ControlReply {
  return { status, body: { error: { code, message, hint } } }
}
