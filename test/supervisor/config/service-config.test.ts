import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import type { Progress } from "../../../src/base/progress.ts"
import { printJson } from "../../../src/config/json.ts"
import { writeApplied } from "../../../src/supervisor/config/applied-config.ts"
import { loadServiceConfig, tryConfig } from "../../../src/supervisor/config/service-config.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })
const USER = "/hab/user/web/config/user.toml"
const subject = { name: "web", group: "web.default", templates: "/pkg" }

function world(given: Readonly<Record<string, string>>) {
  const files = memoryFileSystem({ "/pkg/default.toml": "port = 80\n", ...given })
  const said: Progress[] = []
  const context = { files, layout, env: {}, report: (fact: Progress) => said.push(fact) }
  return { files, context, said }
}

const schema = JSON.stringify({
  properties: { port: { type: "integer" }, db: { type: "object", properties: { password: { secret: true } } } },
})

describe("loadServiceConfig (spec supervisor §5.4)", () => {
  it("takes what was applied to the service's group over everything else", () => {
    const { context } = world({ [USER]: "port = 81" })
    writeApplied(context, "web.default", { version: 3n, text: "port = 82", isSecret: false })
    writeApplied(context, "web.blue", { version: 9n, text: "port = 99", isSecret: false })
    const config = loadServiceConfig(context, subject)
    expect(printJson(config.value)).toBe('{"port":82}')
    expect(config.origins.get("port")?.where).toBe("hab config apply, version 3")
    expect(printJson(tryConfig(context, subject, { applied: { text: "port = 7", isSecret: false } }).value)).toBe(
      '{"port":7}',
    )
  })

  it("keeps the last user.toml that could be used, and says why once", () => {
    const { context, files, said } = world({ [USER]: "port = 81" })
    const first = loadServiceConfig(context, subject)
    files.writeFile(USER, "port = ")
    const second = loadServiceConfig(context, subject, first)
    const third = loadServiceConfig(context, subject, second)
    expect([first, second, third].map(({ value }) => printJson(value))).toEqual(Array(3).fill('{"port":81}'))
    expect(third.problem).toContain("Reloading user-config failed: /hab/user/web/config/user.toml:1:8 is not TOML")
    expect(said).toHaveLength(1)
    files.writeFile(USER, "port = 83")
    expect(loadServiceConfig(context, subject, third)).toMatchObject({
      problem: undefined,
      value: new Map([["port", 83]]),
    })
  })

  it("ignores an applied configuration that is no TOML any more, and says so once", () => {
    const { context, said } = world({ "/hab/sup/default/data/applied/web.default/3.toml": "\u0001" })
    const first = loadServiceConfig(context, subject)
    loadServiceConfig(context, subject, first)
    expect(printJson(first.value)).toBe('{"port":80}')
    expect(said).toMatchObject([
      { tag: "warning", text: expect.stringMatching("^The configuration applied to web.default is ignored: ") },
    ])
  })

  it("keeps the user.toml that is in force while hooks hold up another", () => {
    const { context, files } = world({ [USER]: "port = 81" })
    const first = loadServiceConfig(context, subject)
    files.writeFile(USER, "port = 82")
    expect(printJson(loadServiceConfig(context, subject, first, true).value)).toBe('{"port":81}')
    expect(printJson(tryConfig(context, subject, {}).value)).toBe('{"port":82}')
    expect(printJson(tryConfig(context, subject, { user: { layer: first.user } }).value)).toBe('{"port":81}')
  })

  it.each([
    ["breaks the schema of the package", 'port = "eighty"', /port must be/],
    [
      "has bytes that are not UTF-8",
      Buffer.from([0x61, 0x3d, 0x22, 0xff, 0x22]),
      /user\.toml:1:4 is not TOML: it is not UTF-8/,
    ],
    ["holds NUL", 'a = "\0"', /user\.toml:1:\d+ is not TOML/],
    ["has 10 MB", `a = "${"x".repeat(10_000_000)}"`, /has 10000006 bytes/],
    ["has tables 31 deep that meet those below", `[${Array(31).fill("t").join(".")}]\nx = 2`, /below level 30/],
  ])("keeps what is in force when user.toml %s", (_, content, problem) => {
    const deep = `port = 80\n[${Array(31).fill("t").join(".")}]\nx = 1`
    const { context, files } = world({ "/pkg/config.schema.json": schema, "/pkg/default.toml": deep })
    const before = loadServiceConfig(context, subject)
    files.makeDirectories(USER.replace("/user.toml", ""))
    files.writeFile(USER, content)
    const after = loadServiceConfig(context, subject, before)
    expect(printJson(after.value)).toBe(printJson(before.value))
    expect(after.problem).toMatch(problem)
    expect(() => loadServiceConfig(context, subject)).toThrow(problem)
  })

  it("takes __proto__ and constructor for keys like others", () => {
    const { context } = world({ [USER]: "__proto__ = 1\n[constructor]\nprototype = 2" })
    const { value } = loadServiceConfig(context, subject)
    expect(printJson(value)).toBe('{"port":80,"__proto__":1,"constructor":{"prototype":2}}')
    expect(({} as { prototype?: unknown }).prototype).toBeUndefined()
  })

  it("does not read the user.toml of old, inside the service's own folder", () => {
    const { context } = world({ "/hab/svc/web/user.toml": "port = 81" })
    expect(printJson(loadServiceConfig(context, subject).value)).toBe('{"port":80}')
  })

  it("goes back to what is below once user.toml is removed", () => {
    const { context, files } = world({ [USER]: "port = 81" })
    const before = loadServiceConfig(context, subject)
    files.removeFile(USER)
    expect(printJson(loadServiceConfig(context, subject, before).value)).toBe('{"port":80}')
  })

  it("accepts keys that default.toml does not know", () => {
    const { context } = world({})
    const applied = { text: "[new]\nkey = 1.0", isSecret: false }
    expect(printJson(tryConfig(context, subject, { applied }).value)).toBe('{"port":80,"new":{"key":1.0}}')
  })

  it("knows which values are never shown", () => {
    const { context } = world({ "/pkg/config.schema.json": schema })
    const { isSecret } = loadServiceConfig(context, subject)
    expect([isSecret(["db", "password"]), isSecret(["db"]), isSecret(["port"])]).toEqual([true, false, false])
  })

  it("never shows what was applied encrypted, and nothing else for that", () => {
    const { context } = world({ [USER]: 'user = "web"\n[db]\nhost = "a"' })
    const text = 'keys = ["a"]\n[db]\npassword = "b"'
    writeApplied(context, "web.default", { version: 4n, text, isSecret: true })
    const { isSecret } = loadServiceConfig(context, subject)
    const paths = [["keys"], ["db", "password"], ["db"], ["db", "host"], ["user"], ["port"]]
    expect(paths.map(isSecret)).toEqual([true, true, false, false, false, false])
    writeApplied(context, "web.default", { version: 5n, text, isSecret: false })
    expect(loadServiceConfig(context, subject).isSecret(["db", "password"])).toBe(false)
  })

  it("leaves out an applied configuration that is not TOML, and tells", () => {
    const { context } = world({})
    writeApplied(context, "web.default", { version: 1n, text: "port = =", isSecret: false })
    const config = loadServiceConfig(context, subject)
    expect(printJson(config.value)).toBe('{"port":80}')
    expect(config.appliedProblem?.message).toContain("hab config apply, version 1:1:8 is not TOML")
  })
})
