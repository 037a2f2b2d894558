import { describe, expect, it } from "vitest"
import { GATEWAY_ROUTES } from "../../../src/supervisor/gateway/http-routes.ts"
import { openApiDocument } from "../../../src/supervisor/gateway/openapi.ts"
import { gatewayPage } from "../../../src/supervisor/gateway/page.ts"
import { SERVICE_FIELDS } from "../../../src/supervisor/gateway/service-fields.ts"

type Operation = { parameters: { name: string }[]; responses: Record<string, { content?: Record<string, unknown> }> }
type Document = {
  paths: Record<string, { get: Operation }>
  components: { schemas: Record<string, { required: string[]; properties: Record<string, { type: unknown }> }> }
}

const document = JSON.parse(JSON.stringify(openApiDocument("0.1.0"))) as Document

describe("the OpenAPI document", () => {
  it("has every route of the table with its parameters and answers", () => {
    expect(Object.keys(document.paths)).toEqual(GATEWAY_ROUTES.map(({ path }) => path))
    const { get } = document.paths["/services/{service}/{group}/{organization}/health"] ?? {}
    expect(get?.parameters.map(({ name }) => name)).toEqual(["service", "group", "organization"])
    expect(Object.keys(get?.responses ?? {})).toEqual(["200", "400", "401", "404", "405", "500", "503"])
    expect(Object.keys(document.paths["/metrics"]?.get.responses["200"]?.content ?? {})).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
    ])
  })

  it("describes a service by the table of its fields", () => {
    const { properties = {}, required } = document.components.schemas["Service"] ?? {}
    expect(Object.keys(properties)).toEqual(Object.keys(SERVICE_FIELDS))
    expect(required).not.toContain("cfg")
    expect(properties["next_restart_at"]).toMatchObject({ type: ["integer", "null"] })
    expect(properties["binds"]).toMatchObject({ type: "array", items: { type: "string" } })
    expect(properties["health_check_interval"]).toMatchObject({ type: "object", required: ["secs", "nanos"] })
  })

  it("points at nothing that is not there", () => {
    const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name)
    expect(references.filter((name) => document.components.schemas[name ?? ""] === undefined)).toEqual([])
  })
})

describe("the page at /", () => {
  it("lists every route and links those without parameters", () => {
    const page = gatewayPage("<0.1.0>")
    for (const { path } of GATEWAY_ROUTES) expect(page).toContain(path)
    expect(page).toContain('<a href="/services">')
    expect(page).toContain("&lt;0.1.0&gt;")
  })
})
