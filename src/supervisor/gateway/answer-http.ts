import { HabError } from "../../base/errors.ts"
import type { HttpReply, HttpRequest, HttpText } from "../../ports/http-server.ts"
import { GATEWAY_ROUTES, type GatewayRoute, type GatewaySource, type RouteParameters } from "./http-routes.ts"
import { isSameSecret } from "./same-secret.ts"

/** The answer to one request, and the route it went to, for the metrics; `other` when there is none. */
export type Answered = Readonly<{ route: string; reply: HttpReply }>

type Match = Readonly<{ route: GatewayRoute; parameters: RouteParameters }>

/**
 * Answers a request to the HTTP gateway (spec supervisor §7.1): 401 without the token, where one is set, whatever is
 * asked; 405 for anything but GET; 400 for what is no path or no service group; 404 for what is not there.
 */
export function answerHttp(source: GatewaySource, token: string | undefined, request: HttpRequest): Answered {
  const path = pathOf(request.target)
  const match = path && findRoute(path)
  const reply = isAllowed(token, request.authorization) ? answer(source, request, path, match) : empty(401)
  return { route: match?.route.path ?? "other", reply }
}

function answer(
  source: GatewaySource,
  { method }: HttpRequest,
  path: readonly string[] | undefined,
  match: Match | undefined,
): HttpReply {
  if (method !== "GET") return { ...empty(405), headers: { allow: "GET" } }
  if (path === undefined) return empty(400)
  if (match === undefined) return empty(404)
  try {
    return match.route.answer(source, match.parameters) ?? empty(404)
  } catch (error) {
    if (error instanceof HabError && error.code === "SERVICE_GROUP_INVALID") return empty(400)
    throw error
  }
}

/** Decoded parts of the path; undefined for what is no path. A slash at the end does not count. */
function pathOf(target: string): readonly string[] | undefined {
  const [path = ""] = target.split("?", 1)
  if (!path.startsWith("/")) return undefined
  try {
    return path
      .replace(/(.)\/$/, "$1")
      .slice(1)
      .split("/")
      .map(decodeURIComponent)
  } catch {
    return undefined
  }
}

function findRoute(parts: readonly string[]): Match | undefined {
  for (const route of GATEWAY_ROUTES) {
    const parameters = matchParts(route.path.slice(1).split("/"), parts)
    if (parameters !== undefined) return { route, parameters }
  }
  return undefined
}

function matchParts(pattern: readonly string[], parts: readonly string[]): RouteParameters | undefined {
  if (pattern.length !== parts.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? ""
    if (expected.startsWith("{")) parameters[expected.slice(1, -1)] = part
    else if (expected !== part) return undefined
  }
  return parameters
}

function isAllowed(token: string | undefined, authorization: string | undefined): boolean {
  return token === undefined || isSameSecret(`Bearer ${token}`, authorization ?? "")
}

function empty(status: number): HttpText {
  return { tag: "text", status }
}
