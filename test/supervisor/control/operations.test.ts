import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { createStore } from "../../../src/package/store.ts"
import {
  loadService,
  type OperationContext,
  restartServices,
  unloadServices,
  updateService,
  wantServices,
} from "../../../src/supervisor/control/operations.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const SPECS = "/r/hab/sup/default/specs"

function runnable(ident: string, more: Record<string, string> = {}): Record<string, string> {
  const files = { TARGET: "x86_64-linux\n", IDENT: `${ident}\n`, "hooks/run": "#!/bin/sh\n", ...more }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`/r/hab/pkgs/${ident}/${name}`, text]))
}

/** Operations on a root with two packages, of which `loaded` are loaded. */
function operationsWith(...loaded: string[]) {
  const files = memoryFileSystem({
    ...runnable("acme/web/1.0/1", { BINDS: "db=port\n", BINDS_OPTIONAL: "cache=\n" }),
    ...runnable("acme/db/1.0/1"),
    "/r/hab/pkgs/acme/lib/1.0/1/TARGET": "x86_64-linux\n",
    "/r/hab/pkgs/acme/lib/1.0/1/IDENT": "acme/lib/1.0/1\n",
  })
  const store = createStore({ files, layout, target: "x86_64-linux" })
  const context: OperationContext = { files, layout, env: {}, store }
  for (const ident of loaded) loadService(context, { ident, ...(ident === "acme/web" ? { bind: BIND } : {}) })
  return { context, files, spec: (name: string) => files.readText(`${SPECS}/${name}.spec`) }
}

const BIND = ["db:db.default"]

describe("svc load (spec supervisor §1.3)", () => {
  it("writes the spec, and refuses a second one without --force", () => {
    const { context, spec } = operationsWith("acme/db")
    expect(spec("db")).toContain('ident = "acme/db"')
    expect(() => loadService(context, { ident: "acme/db", group: "blue" })).toThrow(/Service already loaded/)
    expect(spec("db")).toContain('group = "default"')
    loadService(context, { ident: "acme/db", group: "blue", force: true })
    expect(spec("db")).toContain('group = "blue"')
  })

  it("keeps what --force does not name, the desired state included", () => {
    const { context, spec } = operationsWith("acme/web")
    wantServices(context, { ident: "web" }, "down")
    loadService(context, { ident: "acme/web/1.0", group: "blue", force: true })
    expect(spec("web")).toContain('binds = ["db:db.default"]')
    expect(spec("web")).toContain('desired_state = "down"')
    expect(spec("web")).toContain('ident = "acme/web/1.0"')
  })

  it.each([
    [{ ident: "acme/web" }, "BINDS_INVALID", /Missing required bind\(s\), db/],
    [{ ident: "acme/web", bind: [...BIND, "queue:q.default"] }, "BINDS_INVALID", /Invalid bind\(s\), queue/],
    [{ ident: "acme/web", bind: [...BIND, "db:db.blue"] }, "BINDS_INVALID", /Bind\(s\) given twice, db/],
    [{ ident: "acme/db", group: "a b" }, "SERVICE_GROUP_INVALID", /'a b' cannot name a group/],
    [{ ident: "acme/db", group: "../x" }, "SERVICE_GROUP_INVALID", /'..\/x' cannot name a group/],
    [{ ident: "acme/db", configFrom: "/nowhere" }, "USAGE", /there is no folder \/nowhere/],
    [{ ident: "acme/db", maxMemoryRestart: "lots" }, "LIMIT_INVALID", /must be an amount of memory/],
    [{ ident: "acme/lib" }, "PACKAGE_NOT_RUNNABLE", /not runnable: acme\/lib/],
    [{ ident: "acme/nothing" }, "PACKAGE_NOT_FOUND", /acme\/nothing/],
    [{ ident: "acme/db", bind: ["nonsense"] }, "BIND_INVALID", /nonsense/],
  ])("refuses %j and writes nothing", (request, code, message) => {
    const { context, files } = operationsWith()
    expect(() => loadService(context, request)).toThrow(expect.objectContaining({ code }))
    expect(() => loadService(context, request)).toThrow(message)
    expect(files.stat(SPECS)).toBeUndefined()
  })
})

describe("svc update (spec supervisor §1.4)", () => {
  it("changes the named fields and no other", () => {
    const { context, spec } = operationsWith("acme/web")
    updateService(context, { ident: "acme/web", strategy: "at-once", channel: "stable" })
    const before = spec("web")
    expect(updateService(context, { ident: "web", group: "blue" })).toEqual({
      changed: true,
      message: "Updating acme/web",
      names: ["web"],
    })
    expect(spec("web")).toBe(before.replace('group = "default"', 'group = "blue"'))
  })

  it("clears binds with an empty list, unless the package needs them", () => {
    const { context, spec } = operationsWith("acme/web")
    updateService(context, { ident: "web", bind: [...BIND, "cache:redis.default"] })
    expect(spec("web")).toContain("cache:redis.default")
    updateService(context, { ident: "web", bind: BIND })
    expect(spec("web")).not.toContain("cache:redis.default")
    expect(() => updateService(context, { ident: "web", bind: [] })).toThrow(/Missing required bind/)
  })

  it("says so when nothing changes, and when the service is not loaded", () => {
    const { context } = operationsWith("acme/db")
    expect(updateService(context, { ident: "acme/db", group: "default" })).toMatchObject({
      changed: false,
      message: "acme/db is like that already, nothing to do",
    })
    expect(() => updateService(context, { ident: "acme/web", group: "x" })).toThrow(/Service not loaded, acme\/web/)
  })
})

describe("which services are meant", () => {
  it.each(["acme/db", "acme/db/1.0/1", "db", "db.default", "db.default@org"])("%s is acme/db", (text) => {
    const { context } = operationsWith("acme/db", "acme/web")
    expect(wantServices(context, { ident: text }, "down").names).toEqual(["db"])
  })

  it.each([
    ["other/db", "hab svc load other/db"],
    ["acme/dbx", "did you mean 'acme/db'?"],
    ["wep", "did you mean 'web'?"],
    ["db.blue", "hab svc status"],
    ["zebra", "hab svc status"],
  ])("%s is not loaded: %s", (text, hint) => {
    const { context } = operationsWith("acme/db", "acme/web")
    expect(() => wantServices(context, { ident: text }, "down")).toThrow(
      expect.objectContaining({ code: "SERVICE_NOT_LOADED", hint: expect.stringContaining(hint) }),
    )
  })

  it("--all is every loaded service, and none is no failure", () => {
    const { context, files } = operationsWith("acme/db", "acme/web")
    expect(wantServices(context, { all: true }, "down").names).toEqual(["db", "web"])
    expect(restartServices(context, { all: true }).names).toEqual(["db", "web"])
    expect(unloadServices(context, { all: true })).toEqual({
      changed: true,
      message: "Unloading acme/db\nUnloading acme/web",
      names: ["db", "web"],
    })
    expect(files.readDirectory(SPECS)).toEqual([])
    expect(wantServices(context, { all: true }, "up")).toEqual({
      changed: false,
      message: "No services loaded.",
      names: [],
    })
  })
})

describe("svc start, stop and restart", () => {
  it("writes the desired state, and says when it is that already", () => {
    const { context, spec } = operationsWith("acme/db")
    expect(wantServices(context, { ident: "db" }, "up")).toMatchObject({
      changed: false,
      message: expect.stringContaining("already started"),
    })
    expect(wantServices(context, { ident: "db" }, "down")).toMatchObject({
      changed: true,
      message: expect.stringContaining("stopping"),
    })
    expect(spec("db")).toContain('desired_state = "down"')
    expect(wantServices(context, { ident: "db" }, "down")).toMatchObject({
      changed: false,
      message: expect.stringContaining("already stopped"),
    })
    expect(restartServices(context, { ident: "db" }).message).toContain("restarting acme/db")
    expect(spec("db")).toContain('desired_state = "up"')
  })

  it("says what a supervisor sees: wanted up and dead is started, wanted down and alive is stopped", () => {
    const { context } = operationsWith("acme/db")
    const seen = (isAlive: boolean) => ({ ...context, isAlive: () => isAlive })
    expect(wantServices(seen(false), { ident: "db" }, "up").message).toContain("starting")
    expect(wantServices(seen(true), { ident: "db" }, "up").message).toContain("already started")
    wantServices(context, { ident: "db" }, "down")
    expect(wantServices(seen(true), { ident: "db" }, "down").message).toContain("stopping")
  })
})
