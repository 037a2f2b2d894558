import { describe, expect, it } from "vitest"
import { HabError } from "../../../src/base/errors.ts"
import { answerControl, type ControlActions } from "../../../src/supervisor/gateway/routes.ts"

const NONE = {
  ring: unused,
  depart: unused,
  load: unused,
  update: unused,
  unload: unused,
  start: unused,
  stop: unused,
  restart: unused,
  rollBack: unused,
  status: unused,
  explain: unused,
  hooks: unused,
  surroundings: unused,
  config: unused,
  templateContext: unused,
  applyConfig: unused,
  uploadFile: unused,
  applySet: unused,
  sets: unused,
  setHooks: unused,
  change: unused,
  supervisor: unused,
  restartSupervisor: unused,
} satisfies Record<keyof ControlActions, () => never>

function unused(): never {
  throw new Error("not asked for")
}

const ask = (actions: Partial<ControlActions>, method: string, path: string, body?: unknown) =>
  answerControl({ ...NONE, ...actions }, { method, path, body })

describe("the control API (decisions I)", () => {
  it("gives actions what the body says", async () => {
    const asked: unknown[] = []
    const result = { changed: true, message: "done", names: ["web"] }
    const take = (request: unknown) => {
      asked.push(request)
      return result
    }
    const body = { ident: "acme/web", force: true, shutdownTimeoutSec: 3 }
    expect(await ask({ stop: take }, "POST", "/v1/services/stop", body)).toEqual({ status: 200, body: result })
    await ask({ restart: take }, "POST", "/v1/services/restart", { all: true })
    expect(asked).toEqual([body, { all: true }])
  })

  it("says in words, with Habitat's number, what the system refuses", async () => {
    const refused = Object.assign(new Error("EROFS: …"), { code: "EROFS", syscall: "open", path: "/hab/x.spec" })
    const stop = () => {
      throw refused
    }
    const { status, body } = await ask({ stop }, "POST", "/v1/services/stop", { all: true })
    const message = "cannot open '/hab/x.spec': file system is read-only (EROFS)"
    expect([status, body]).toMatchObject([
      500,
      { error: { code: "IO", number: 1, message, hint: expect.stringContaining("read-write") } },
    ])
  })

  it("reads the service out of the path, idents percent-encoded", async () => {
    const hooks = (service: string) => {
      expect(service).toBe("acme/web")
      return []
    }
    expect(await ask({ hooks }, "GET", "/v1/services/acme%2Fweb/hooks")).toEqual({ status: 200, body: [] })
    expect(await ask({ hooks }, "GET", "/v1/services/acme%2/hooks")).toMatchObject({ status: 404 })
  })

  it.each([
    ["GET", "/services", undefined, 404, "ROUTE_UNKNOWN"],
    ["GET", "/v1/nonsense", undefined, 404, "ROUTE_UNKNOWN"],
    ["POST", "/v1/services", {}, 405, "METHOD_UNKNOWN"],
    ["POST", "/v1/services/load", undefined, 400, "BODY_INVALID"],
    ["POST", "/v1/services/load", { all: true }, 400, "BODY_INVALID"],
    ["POST", "/v1/services/stop", { ident: 7 }, 400, "BODY_INVALID"],
    ["POST", "/v1/services/stop", null, 400, "BODY_INVALID"],
    ["POST", "/v1/services/stop", "stop", 400, "BODY_INVALID"],
  ])("%s %s with %j is refused", async (method, path, body, status, code) => {
    expect(await ask({}, method, path, body)).toMatchObject({ status, body: { error: { code } } })
  })

  it("says which methods a path takes", async () => {
    expect(await ask({}, "POST", "/v1/services", {})).toMatchObject({ status: 405, allow: ["GET"] })
  })

  it("tells an expected failure with its code and hint, and anything else as status 500", async () => {
    const status = () => {
      throw new HabError("SERVICE_NOT_LOADED", "no such service", { hint: "load it" })
    }
    expect(await ask({ status }, "GET", "/v1/services")).toEqual({
      status: 404,
      body: { error: { code: "SERVICE_NOT_LOADED", number: 2, message: "no such service", hint: "load it" } },
    })
    expect(await ask({}, "GET", "/v1/services")).toMatchObject({ status: 500 })
  })
})
