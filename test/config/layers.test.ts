import { describe, expect, it } from "vitest"
import { resolveExports } from "../../src/config/exports.ts"
import { printJson } from "../../src/config/json.ts"
import { combineLayers, configVariable, loadConfig, readFileLayer } from "../../src/config/layers.ts"
import { parseToml } from "../../src/config/toml.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const sources = { packageName: "my-redis", defaultToml: "/pkg/default.toml", userToml: "/user/user.toml" }

function load(given: { default?: string; env?: string; user?: string; applied?: string }) {
  const files = memoryFileSystem({
    ...(given.default === undefined ? {} : { "/pkg/default.toml": given.default }),
    ...(given.user === undefined ? {} : { "/user/user.toml": given.user }),
  })
  const env = { HAB_MY_REDIS: given.env, HAB_REDIS: "port = 666" }
  return loadConfig({ files, env }, { ...sources, ...(given.applied === undefined ? {} : { applied: given.applied }) })
}

describe("loadConfig (spec supervisor §5.4)", () => {
  it("merges default.toml, environment, user.toml and applied config, lowest first", () => {
    const config = load({
      default: "a = 1\nb = 1\nc = 1\nd = 1\n[t]\nx = 1\n",
      env: "b = 2\nc = 2\nd = 2",
      user: "c = 3\nd = 3\n[t]\ny = 3",
      applied: "d = 4",
    })
    expect(printJson(config.value)).toBe('{"a":1,"b":2,"c":3,"d":4,"t":{"x":1,"y":3}}')
    expect([...config.origins].map(([key, layer]) => `${key} ${layer.name}`)).toEqual([
      "a default",
      "b environment",
      "c user",
      "d applied",
      "t.x default",
      "t.y user",
    ])
    expect(config.origins.get("b")?.where).toBe("the environment variable HAB_MY_REDIS")
    expect(config.origins.get("c")?.where).toBe("/user/user.toml")
  })

  it("takes missing files and an unset variable for empty layers", () => {
    const config = load({})
    expect([config.value.size, config.layers.length, config.origins.size]).toEqual([0, 0, 0])
  })

  it("names the origin of arrays, empty tables and keys with dots", () => {
    const config = load({ default: '[a]\n[b]\n"x.y" = [1]\n', user: 'a.z = 1\n[b]\n"x.y" = [2]' })
    expect([...config.origins].map(([key, layer]) => `${key} ${layer.name}`)).toEqual(["a.z user", 'b."x.y" user'])
  })

  it("refuses a broken default.toml and a broken user.toml, with file, line and column", () => {
    expect(() => load({ default: "a = 1\nb" })).toThrow(/^\/pkg\/default\.toml:2:2 is not TOML/)
    expect(() => load({ user: "a = " })).toThrow(/^\/user\/user\.toml:1:5 is not TOML/)
  })

  it("reads the variable as TOML, then as JSON, and otherwise refuses with both reasons", () => {
    expect(printJson(load({ env: '{"port": 1.0, "8080": {}}' }).value)).toBe('{"port":1.0,"8080":{}}')
    expect(printJson(load({ env: "" }).value)).toBe("{}")
    for (const env of ["[1, 2]", '{"a": null}', "just text", '{"a": [{"b": null}]}']) {
      expect(() => load({ env })).toThrow(
        expect.objectContaining({ code: "CONFIG_ENV_INVALID", message: expect.stringContaining("HAB_MY_REDIS") }),
      )
    }
  })

  it("ignores applied text that is not TOML, and says why", () => {
    const config = load({ default: "a = 1", applied: "a = = 2" })
    expect(printJson(config.value)).toBe('{"a":1}')
    expect(config.appliedProblem?.message).toContain("the applied configuration:1:5 is not TOML")
    expect(load({ applied: "a = 1" }).appliedProblem).toBeUndefined()
  })

  it("refuses files that cannot be configuration, naming the place", () => {
    const files = memoryFileSystem({ "/huge": "", "/directory": undefined, "/latin": "" })
    files.writeFile("/huge", `a = "${"x".repeat(10 * 1024 * 1024)}"`)
    files.writeFile("/latin", Buffer.from([...Buffer.from('a = 1\nb = "caf'), 0xe9, 0x22]))
    files.writeFile("/nul", 'a = 1\nb = "x\0"')
    files.writeFile("/replacement", 'a = "\ufffd"')
    const read = (path: string) => {
      try {
        return readFileLayer({ files }, "user", path)
      } catch (error) {
        const { code, message } = error as { code: string; message: string }
        return `${code} ${message}`
      }
    }
    expect(read("/huge")).toBe("CONFIG_TOO_LARGE /huge has 10485766 bytes; 4194304 are the most")
    expect(read("/directory")).toMatch(/^IO \/directory cannot be read: .*is a directory/)
    expect(read("/latin")).toBe("TOML_INVALID /latin:2:9 is not TOML: it is not UTF-8 text")
    expect(read("/nul")).toMatch(/^TOML_INVALID \/nul:2:\d+ is not TOML: control characters/)
    expect(read("/replacement")).toMatchObject({ table: new Map([["a", "\ufffd"]]) })
    expect(read("/missing")).toBeUndefined()
  })

  it("keeps a layer whose file says the same", () => {
    const files = memoryFileSystem({ "/user": "a = 1" })
    const known = readFileLayer({ files }, "user", "/user")
    expect(readFileLayer({ files }, "user", "/user", known)).toBe(known)
    files.writeFile("/user", "a = 2")
    expect(readFileLayer({ files }, "user", "/user", known)?.table).toEqual(new Map([["a", 2]]))
  })

  it("re-reads one layer while the others stay", () => {
    const files = memoryFileSystem({ "/user/user.toml": "a = 2" })
    const text = "a = 1\nb = 1"
    const base = { name: "default", where: "x", text, table: parseToml(text, "x") } as const
    expect(printJson(combineLayers([base, readFileLayer({ files }, "user", "/user/user.toml")]).value)).toBe(
      '{"a":2,"b":1}',
    )
    files.removeFile("/user/user.toml")
    expect(printJson(combineLayers([base, readFileLayer({ files }, "user", "/user/user.toml")]).value)).toBe(
      '{"a":1,"b":1}',
    )
  })

  it("names the variable of a package", () => {
    expect(configVariable("my-redis_x")).toBe("HAB_MY_REDIS_X")
  })
})

describe("resolveExports (spec supervisor §5.5)", () => {
  const config = parseToml("port = 80\n[srv]\nhost = 'h'\nlist = [1]\n[srv.tls]\nport = 443", "x")

  it("walks dotted paths, whole tables included", () => {
    const found = resolveExports({ port: "srv.tls.port", host: "srv.host", all: "srv.tls", list: "srv.list" }, config)
    expect(printJson(found.values)).toBe('{"port":443,"host":"h","all":{"port":443},"list":[1]}')
    expect(found.missing).toEqual([])
  })

  it("leaves out what leads nowhere, also when only a part in the middle is missing", () => {
    const found = resolveExports({ a: "srv.nope", b: "nope.port", c: "port.x", d: "srv.nope.host", e: "port" }, config)
    expect(printJson(found.values)).toBe('{"e":80}')
    expect(found.missing.map(({ name, path }) => `${name}=${path}`)).toEqual([
      "a=srv.nope",
      "b=nope.port",
      "c=port.x",
      "d=srv.nope.host",
    ])
  })
})
