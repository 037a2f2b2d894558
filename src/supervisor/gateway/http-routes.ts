import { printJson } from "../../config/json.ts"
import type { HttpListener, HttpReply, HttpText } from "../../ports/http-server.ts"
import { type TemplateTable, type TemplateValue, toJsonValue } from "../../templating/values.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../group/service-group.ts"
import { type HealthOutput, healthObject } from "./health-object.ts"
import type { ServiceFacts, SupervisorFacts } from "./service-facts.ts"
import { serviceObject } from "./service-object.ts"

/** What the gateway can be asked about. Everything is as it is at the moment of asking. */
export type GatewaySource = Readonly<{
  /** `HAB_FEAT_REDACT_HTTP`: configuration, census and butterfly are not shown. */
  redacted: boolean
  supervisor: () => SupervisorFacts
  /** All of them, or those of one group. */
  services: (group?: string) => readonly ServiceFacts[]
  healthOutput: (name: string) => HealthOutput
  census: () => TemplateTable
  butterfly: () => TemplateTable
  metrics: () => string
  /** How to listen to events; undefined when too many listen. */
  events: () => ((listener: HttpListener) => () => void) | undefined
  page: () => string
  openApi: () => TemplateTable
}>

export type RouteParameters = Readonly<Record<string, string>>

/** One way a route answers, for the documents that are printed from this table. */
export type RouteAnswer = Readonly<{
  status: number
  means: string
  type?: string
  schema?: "Service" | "Services" | "Health"
}>

export type GatewayRoute = Readonly<{
  /** `{name}` stands for one part of the path. */
  path: string
  summary: string
  answers: readonly RouteAnswer[]
  /** Undefined: there is no such thing. Throws SERVICE_GROUP_INVALID. */
  answer: (source: GatewaySource, parameters: RouteParameters) => HttpReply | undefined
}>

export const JSON_TYPE = "application/json"
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
const EVENTS_TYPE = "text/event-stream"
const HTML_TYPE = "text/html; charset=utf-8"

const UNKNOWN_SERVICE = { status: 404, means: "no such service is loaded" } as const
const REDACTED = { status: 404, means: "not shown: HAB_FEAT_REDACT_HTTP is set" } as const
const INVALID_GROUP = { status: 400, means: "the path does not name a service group" } as const

/** The same three questions about a service, with and without an organization in the path. */
function serviceRoutes(path: string): readonly GatewayRoute[] {
  return [
    {
      path: `${path}/config`,
      summary: "The configuration of a service as it was last rendered; null when redacted",
      answers: [{ status: 200, means: "the configuration", type: JSON_TYPE }, UNKNOWN_SERVICE, INVALID_GROUP],
      answer: (source, parameters) => {
        const service = findService(source, parameters)
        return service && json(source.redacted ? null : service.config)
      },
    },
    {
      path: `${path}/health`,
      summary: "The health of a service, and what its last health check printed, at most 1 MiB of each stream",
      answers: [
        { status: 200, means: "ok or warning", type: JSON_TYPE, schema: "Health" },
        { status: 503, means: "critical", type: JSON_TYPE, schema: "Health" },
        { status: 500, means: "unknown, or not started yet", type: JSON_TYPE, schema: "Health" },
        UNKNOWN_SERVICE,
        INVALID_GROUP,
      ],
      answer: (source, parameters) => {
        const service = findService(source, parameters)
        if (service === undefined) return undefined
        const { code, body } = healthObject(service.health, source.healthOutput(service.name))
        return json(body, code)
      },
    },
    {
      path,
      summary: "One service",
      answers: [
        { status: 200, means: "the service", type: JSON_TYPE, schema: "Service" },
        UNKNOWN_SERVICE,
        INVALID_GROUP,
      ],
      answer: (source, parameters) => {
        const service = findService(source, parameters)
        return service && json(serviceObject(source.supervisor(), service, source))
      },
    },
  ]
}

/**
 * Every route of the HTTP gateway (spec supervisor §7.1); the first whose path fits answers. All take GET only.
 */
export const GATEWAY_ROUTES: readonly GatewayRoute[] = [
  {
    path: "/",
    summary: "A page that lists these routes",
    answers: [{ status: 200, means: "the page", type: HTML_TYPE }],
    answer: (source) => text(HTML_TYPE, source.page()),
  },
  {
    path: "/services",
    summary: "Every loaded service, those that are down or cannot start included",
    answers: [{ status: 200, means: "the services", type: JSON_TYPE, schema: "Services" }],
    answer: (source) => {
      const supervisor = source.supervisor()
      return json(source.services().map((service) => serviceObject(supervisor, service, source)))
    },
  },
  ...serviceRoutes("/services/{service}/{group}"),
  ...serviceRoutes("/services/{service}/{group}/{organization}"),
  {
    path: "/census",
    summary: "The service groups this supervisor knows, with their members",
    answers: [{ status: 200, means: "the census", type: JSON_TYPE }, REDACTED],
    answer: (source) => (source.redacted ? undefined : json(source.census())),
  },
  {
    path: "/butterfly",
    summary: "Members and rumors, in the form Habitat gossips them",
    answers: [{ status: 200, means: "the stores", type: JSON_TYPE }, REDACTED],
    answer: (source) => (source.redacted ? undefined : json(source.butterfly())),
  },
  {
    path: "/metrics",
    summary: "Figures for Prometheus",
    answers: [{ status: 200, means: "the metrics", type: METRICS_TYPE }],
    answer: (source) => text(METRICS_TYPE, source.metrics()),
  },
  {
    path: "/events",
    summary: "Server-sent events: every change of state and health, every run of a hook, from now on",
    answers: [
      { status: 200, means: "the events, without an end", type: EVENTS_TYPE },
      { status: 503, means: "64 clients listen already" },
    ],
    answer: (source) => {
      const open = source.events()
      if (open === undefined) return { tag: "text", status: 503, headers: { "retry-after": "10" } }
      return { tag: "stream", type: EVENTS_TYPE, open }
    },
  },
  {
    path: "/openapi.json",
    summary: "This API in the OpenAPI format",
    answers: [{ status: 200, means: "the document", type: JSON_TYPE }],
    answer: (source) => json(source.openApi()),
  },
]

function findService(source: GatewaySource, { service = "", group = "", organization }: RouteParameters) {
  const ending = organization === undefined ? "" : `@${organization}`
  const [found] = source.services(stringifyServiceGroup(parseServiceGroup(`${service}.${group}${ending}`)))
  return found
}

function json(value: TemplateValue, status = 200): HttpText {
  return { tag: "text", status, type: JSON_TYPE, body: printJson(toJsonValue(value)) }
}

function text(type: string, body: string): HttpText {
  return { tag: "text", status: 200, type, body }
}
