import { describe, expect, it } from "vitest"
import type { HttpText } from "../../../src/ports/http-server.ts"
import { answerHttp } from "../../../src/supervisor/gateway/answer-http.ts"
import { GATEWAY_ROUTES } from "../../../src/supervisor/gateway/http-routes.ts"
import { gatewaySourceExample, serviceFactsExample } from "../../support/gateway-facts.ts"

const organized = serviceFactsExample({ name: "pg", group: "pg.blue@acme", health: "critical" })
const source = gatewaySourceExample([serviceFactsExample(), organized])

type Asked = Readonly<{ method?: string; token?: string; authorization?: string; from?: typeof source }>

function ask(target: string, { method = "GET", token, authorization, from = source }: Asked = {}) {
  const { reply, route } = answerHttp(from, token, { method, target, authorization })
  return { route, ...(reply as HttpText) }
}

const bodyOf = (target: string, asked: Asked = {}) => JSON.parse(ask(target, asked).body ?? "")

describe("the routes of the HTTP gateway", () => {
  it.each(GATEWAY_ROUTES.filter(({ path }) => !path.includes("{")).map(({ path }) => path))("answer %s", (path) => {
    const { route, status = 200, tag, type } = ask(path)
    const documented = GATEWAY_ROUTES.find((one) => one.path === path)?.answers.find((one) => one.status === 200)
    expect([route, status, type]).toEqual([path, 200, documented?.type])
    expect(tag).toBe(path === "/events" ? "stream" : "text")
  })

  it("answer for a service with and without an organization, and for a slash or a query at the end", () => {
    expect(bodyOf("/services").map((one: { service_group: string }) => one.service_group)).toEqual([
      "redis.default",
      "pg.blue@acme",
    ])
    for (const target of ["/services/redis/default", "/services/redis/default/", "/services/redis/default?pretty"]) {
      expect(bodyOf(target)).toMatchObject({ service_group: "redis.default" })
    }
    expect(bodyOf("/services/pg/blue/acme")).toMatchObject({ service_group: "pg.blue@acme" })
    expect(ask("/services/redis/default/config").body).toBe('{"ratio":1.0}')
    expect(bodyOf("/services/pg/blue/acme/config")).toEqual({ ratio: 1 })
    expect(bodyOf("/services/pg/blue/acme/health")).toMatchObject({ status: "CRITICAL" })
  })

  it.each([
    ["ok", 200, "OK"],
    ["warning", 200, "WARNING"],
    ["critical", 503, "CRITICAL"],
    ["unknown", 500, "UNKNOWN"],
  ] as const)("tell the health %s by status %i", (health, status, word) => {
    const from = gatewaySourceExample([serviceFactsExample({ health })])
    expect(ask("/services/redis/default/health", { from }).status).toBe(status)
    expect(bodyOf("/services/redis/default/health", { from })).toEqual({ status: word, stdout: "fine\n", stderr: "" })
  })

  it.each([
    ["/nothing", 404],
    ["/services/redis", 404],
    ["/services/nothing/default", 404],
    ["/services/redis/default/health/more/still", 404],
    ["/services/pg/blue", 404],
    ["/services/red is/default", 400],
    ["/services/redis/a.b", 400],
    ["/services//default", 400],
    ["/services/redis/default/config?", 200],
    ["/services/%72edis/default", 200],
    ["/services/%ff/default", 400],
    ["/services/%2e%2e%2f/default", 400],
    ["http://elsewhere/services", 400],
    ["*", 400],
  ])("answer %s with %i", (target, status) => {
    const { body = "", ...reply } = ask(target)
    expect(reply.status).toBe(status)
    if (status !== 200) expect(body).toBe("")
  })

  it("take nothing but GET", () => {
    for (const method of ["POST", "HEAD", "DELETE", "OPTIONS"]) {
      expect(ask("/services", { method })).toMatchObject({ status: 405, headers: { allow: "GET" } })
    }
  })

  it("want the token on every path where one is set, and say nothing without it", () => {
    const token = "secret"
    for (const target of ["/", "/services", "/nothing", "/%ff"]) {
      for (const authorization of [undefined, "Bearer", "Bearer wrong!", "secret", "Bearer secret2", "bearer secret"]) {
        const asked = authorization === undefined ? { token } : { token, authorization }
        expect(ask(target, asked)).toMatchObject({ tag: "text", status: 401 })
        expect(ask(target, asked).body).toBeUndefined()
      }
    }
    expect(ask("/services", { token, authorization: "Bearer secret" }).status).toBe(200)
  })

  it("hide configuration, census and butterfly when redacted", () => {
    const from = gatewaySourceExample([serviceFactsExample()], { redacted: true })
    expect(ask("/census", { from }).status).toBe(404)
    expect(ask("/butterfly", { from }).status).toBe(404)
    expect(ask("/services/redis/default/config", { from }).body).toBe("null")
    expect(bodyOf("/services", { from })[0]).not.toHaveProperty("cfg")
    expect(bodyOf("/services/redis/default", { from })).not.toHaveProperty("cfg")
  })

  it("send a client away when too many listen to events", () => {
    expect(ask("/events", { from: gatewaySourceExample([], { events: () => undefined }) })).toMatchObject({
      status: 503,
    })
  })

  it("count requests under their route, and everything else together", () => {
    expect(ask("/services/a/b").route).toBe("/services/{service}/{group}")
    expect(ask("/x").route).toBe("other")
  })
})
