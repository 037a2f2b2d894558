import type { TemplateTable } from "../../templating/values.ts"
import type { Field, FieldTable, FieldType } from "./fields.ts"
import { GATEWAY_ROUTES, type GatewayRoute, JSON_TYPE, type RouteAnswer } from "./http-routes.ts"
import { SERVICE_FIELDS } from "./service-fields.ts"

const OPENAPI_VERSION = "3.1.0"

const HEALTH_FIELDS = {
  status: { type: "string", summary: "`OK`, `WARNING`, `CRITICAL` or `UNKNOWN`" },
  stdout: { type: "string", summary: "what the last health check printed" },
  stderr: { type: "string", summary: "the same, of its standard error" },
} as const satisfies FieldTable

/** Answers every route may give before it is asked. */
const COMMON_ANSWERS: readonly RouteAnswer[] = [
  { status: 401, means: "HAB_SUP_GATEWAY_AUTH_TOKEN is set and the request does not carry it" },
  { status: 405, means: "the method is not GET" },
]

/** The gateway's API as an OpenAPI document, printed from the table of routes. */
export function openApiDocument(version: string): TemplateTable {
  return {
    openapi: OPENAPI_VERSION,
    info: { title: "hab supervisor, HTTP gateway", version },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: {
        Service: schemaOfFields(SERVICE_FIELDS, ["cfg"]),
        Services: { type: "array", items: reference("Service") },
        Health: schemaOfFields(HEALTH_FIELDS),
      },
    },
    security: [{ token: [] }, {}],
    paths: Object.fromEntries(GATEWAY_ROUTES.map((route) => [route.path, { get: operationOf(route) }])),
  }
}

function operationOf({ path, summary, answers }: GatewayRoute): TemplateTable {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }))
  return {
    summary,
    parameters,
    responses: Object.fromEntries([...answers, ...COMMON_ANSWERS].map((one) => [String(one.status), responseOf(one)])),
  }
}

function responseOf({ means, type, schema }: RouteAnswer): TemplateTable {
  if (type === undefined) return { description: means }
  const body = schema !== undefined ? reference(schema) : type === JSON_TYPE ? {} : { type: "string" }
  return { description: means, content: { [type]: { schema: body } } }
}

function reference(schema: string): TemplateTable {
  return { $ref: `#/components/schemas/${schema}` }
}

function schemaOfFields(fields: FieldTable, optional: readonly string[] = []): TemplateTable {
  return {
    type: "object",
    required: Object.keys(fields).filter((key) => !optional.includes(key)),
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, schemaOf(field)])),
  }
}

function schemaOf({ type, summary }: Field): TemplateTable {
  const word = type.replace(/\W+$/, "")
  const one = word === "duration" ? DURATION : { type: word }
  const schema: TemplateTable = type.includes("[]") ? { type: "array", items: one } : one
  const described = { ...schema, description: summary }
  return isNullable(type) ? { ...described, type: [word, "null"] } : described
}

function isNullable(type: FieldType): boolean {
  return type.endsWith("?")
}

const DURATION = {
  type: "object",
  required: ["secs", "nanos"],
  properties: { secs: { type: "integer" }, nanos: { type: "integer" } },
} as const satisfies TemplateTable
