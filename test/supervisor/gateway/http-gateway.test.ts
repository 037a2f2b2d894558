import { describe, expect, it } from "vitest"
import type { HabError } from "../../../src/base/errors.ts"
import type { HttpReply, HttpServers, HttpText } from "../../../src/ports/http-server.ts"
import { openGateway } from "../../../src/supervisor/gateway/http-gateway.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { gatewaySourceExample } from "../../support/gateway-facts.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

type Asked = Parameters<HttpServers["listen"]>[0]

const address = { host: "127.0.0.1", port: 9631 }
const files = memoryFileSystem({ "/key.pem": "KEY", "/chain.pem": "CHAIN", "/ca.pem": "CA" })
const tls = { key: "/key.pem", certificates: "/chain.pem" }

/** A port whose `listen` fails with this error, or remembers what it was asked. */
function fakeHttp(failure?: Error) {
  const asked: Asked[] = []
  const http: HttpServers = {
    async listen(options) {
      asked.push(options)
      if (failure !== undefined) throw failure
      return { address: options.address, close: async () => undefined }
    },
  }
  return { asked, http }
}

async function open(env: Record<string, string> = {}) {
  const { asked, http } = fakeHttp()
  const bugs: unknown[] = []
  const gateway = await openGateway({ http, files, clock: fakeClock(), env }, { address }, (bug) => bugs.push(bug))
  const ask = (target: string, authorization?: string): HttpText => {
    const reply = asked[0]?.answer({ method: "GET", target, authorization }) as HttpReply
    return reply as HttpText
  }
  return { gateway, ask, bugs }
}

async function refusal(failure: Error, options: Parameters<typeof openGateway>[1] = { address }): Promise<HabError> {
  const host = { http: fakeHttp(failure).http, files, clock: fakeClock(), env: {} }
  const opened: unknown = await openGateway(host, options, () => undefined).catch((error: unknown) => error)
  return opened as HabError
}

const systemError = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })

describe("the HTTP gateway", () => {
  it("answers 503 until it has something to show", async () => {
    const { gateway, ask } = await open()
    expect(ask("/services")).toMatchObject({ status: 503 })
    gateway.show(gatewaySourceExample())
    expect(ask("/services")).toMatchObject({ status: 200 })
  })

  it("takes its token from HAB_SUP_GATEWAY_AUTH_TOKEN; an empty one is none", async () => {
    const guarded = await open({ HAB_SUP_GATEWAY_AUTH_TOKEN: "t" })
    guarded.gateway.show(gatewaySourceExample())
    expect(guarded.ask("/services").status).toBe(401)
    expect(guarded.ask("/services", "Bearer t").status).toBe(200)
    const unguarded = await open({ HAB_SUP_GATEWAY_AUTH_TOKEN: "" })
    unguarded.gateway.show(gatewaySourceExample())
    expect(unguarded.ask("/services").status).toBe(200)
  })

  it("counts its requests", async () => {
    const { gateway, ask } = await open()
    gateway.show(gatewaySourceExample())
    ask("/services")
    ask("/nowhere")
    const text = gateway.metrics.print([])
    expect(text).toContain('hab_sup_http_gateway_requests_total{path="/services"} 1')
    expect(text).toContain('hab_sup_http_gateway_requests_total{path="other"} 1')
    expect(text).toContain('hab_sup_http_gateway_request_duration_seconds_count{path="/services"} 1')
  })

  it("tells of a bug and answers 500", async () => {
    const { gateway, ask, bugs } = await open()
    const broken = () => {
      throw new Error("a bug")
    }
    gateway.show(gatewaySourceExample([], { census: broken }))
    expect(ask("/census").status).toBe(500)
    expect(bugs).toEqual([new Error("a bug")])
  })

  it("says which address it cannot have and what to do", async () => {
    const taken = await refusal(systemError("EADDRINUSE", "listen"))
    expect(taken).toMatchObject({ code: "GATEWAY_ADDRESS", hint: expect.stringMatching(/--listen-http.*-D/) })
    expect(taken.message).toContain("127.0.0.1:9631")
    const unknown = await refusal(systemError("ENOTFOUND", "getaddrinfo"))
    expect(unknown).toMatchObject({ code: "GATEWAY_ADDRESS" })
  })

  it("reads its PEM files, and says which cannot be used", async () => {
    const { asked, http } = fakeHttp()
    const host = { http, files, clock: fakeClock(), env: {} }
    await openGateway(host, { address, tls: { ...tls, authorities: ["/ca.pem"] } }, () => undefined)
    expect(asked[0]?.tls).toEqual({ key: "KEY", certificates: "CHAIN", authorities: "CA" })
    const missing = await refusal(new Error("not reached"), { address, tls: { ...tls, key: "/none.pem" } })
    expect(missing).toMatchObject({ code: "GATEWAY_TLS_INVALID", message: expect.stringContaining("/none.pem") })
    const invalid = await refusal(systemError("ERR_OSSL_PEM_NO_START_LINE", ""), { address, tls })
    expect(invalid).toMatchObject({ code: "GATEWAY_TLS_INVALID", message: expect.stringContaining("/chain.pem") })
  })
})
