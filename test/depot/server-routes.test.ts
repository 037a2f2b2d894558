import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerDepot } from "../../src/depot/depot-server.ts"
import { DEPOT_ROUTES, matchRoute, pathWord } from "../../src/depot/server-routes.ts"
import { depotWorld } from "../support/depot-world.ts"

describe("paths of the depot server", () => {
  it("prefer words to names", () => {
    expect(matchRoute("GET", "/v1/depot/channels/acme/stable/pkgs/web/1.0/latest")).toMatchObject({
      route: "latestOfVersion",
    })
    expect(matchRoute("GET", "/v1/depot/channels/acme/stable/pkgs/web/1.0/20240101000000")).toMatchObject({
      route: "packageInChannel",
    })
    expect(matchRoute("GET", "/v1/depot/pkgs/search/acme%2Fweb")).toMatchObject({ parts: { text: "acme/web" } })
  })

  it.each([
    "/v1/depot/pkgs/acme/web/1/../download",
    "/v1/depot/pkgs/acme/web/1/%2e%2e/download",
    "/v1/depot/pkgs/acme/web/1/a%2fb/download",
    "/v1/depot/pkgs/acme/web/1/a%00b/download",
    "/v1/depot/pkgs/acme/web/1//download",
    "/v1/depot/pkgs/acme/web/1/%zz/download",
    "/tokens",
    "//tokens",
    "*",
  ])("that could name something else are unknown: %s", (target) => expect(matchRoute("GET", target)).toBe("unknown"))

  it("keep in a version what it holds, as Builder reads it", () => {
    expect(pathWord("1.2+git:5~rc@a b/c%")).toBe("1.2+git:5~rc@a%20b%2Fc%25")
    const match = matchRoute("GET", `/v1/depot/pkgs/acme/web/${pathWord("1.2+git 5")}/20240101000000/download`)
    expect(match).toMatchObject({ parts: { version: "1.2+git 5" } })
  })

  it("are for their methods only", () => {
    const allow = ["GET", "HEAD", "DELETE"]
    expect(matchRoute("PATCH", "/v1/depot/origins")).toEqual({ allow: ["POST"] })
    expect(matchRoute("PUT", "/v1/depot/origins/acme")).toEqual({ allow })
  })

  it("say with 405 which methods they are for, once each", async () => {
    const path = "/v1/depot/channels/acme/stable/pkgs/web/latest"
    const body = { receive: async () => "received" as const, receiveText: async () => "" }
    const ask = (method: string, target: string) =>
      answerDepot(depotWorld({}).context, "/depot", { method, target, authorization: undefined, ...body })
    expect(await ask("POST", path)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } })
    expect(await ask("TRACE", "/v1/depot/pkgs/acme/web/1.0.0/20240101000000")).toMatchObject({
      status: 405,
      headers: { allow: "POST, DELETE, GET, HEAD", "content-type": "application/json" },
    })
  })

  it("of whatever sort leave the depot as it is without a token, and are answered", async () => {
    const words = [...new Set(Object.values(DEPOT_ROUTES).flatMap(({ path }) => path.split("/")))]
    const part = fc.oneof(fc.constantFrom(...words, "..", "%2e", "acme", "web", "1.0.0", "20240101000000"), fc.string())
    const world = depotWorld({ "/depot/keys/x": "", "/outside": "secret" })
    const before = world.files.snapshot()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH"),
        fc.array(part, { maxLength: 9 }),
        fc.string(),
        async (method, parts, query) => {
          const target = `/v1/depot/${parts.join("/")}?target=${query}`
          const reply = await answerDepot(world.context, "/depot", {
            method,
            target,
            authorization: `Bearer ${query}`,
            receive: async () => "received",
            receiveText: async () => query,
          })
          expect(reply.status).toBeGreaterThanOrEqual(200)
          expect(reply.status).not.toBe(500)
          expect(JSON.stringify(reply.body ?? "")).not.toContain("secret")
          expect(world.files.snapshot()).toEqual(before)
        },
      ),
      { numRuns: 500 },
    )
  })
})
