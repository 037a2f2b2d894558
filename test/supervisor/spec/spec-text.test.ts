import { describe, expect, it } from "vitest"
import { HabError } from "../../../src/base/errors.ts"
import { parseBind, parseSpec } from "../../../src/supervisor/spec/parse.ts"
import { parseOwnSpec } from "../../../src/supervisor/spec/parse-own.ts"
import { printSpec } from "../../../src/supervisor/spec/print.ts"
import { printOwnSpec } from "../../../src/supervisor/spec/print-own.ts"
import { DEFAULT_OWN_SPEC, defaultSpec } from "../../../src/supervisor/spec/spec.ts"

const REDIS = `ident = "core/redis/4.0.14"
group = "blue"
bldr_url = "https://bldr.habitat.sh"
channel = "stable"
topology = "leader"
update_strategy = "at-once"
update_condition = "track-channel"
binds = ["db:postgres.default", "log:graylog.default@acme"]
binding_mode = "relaxed"
config_from = "/src/redis"
desired_state = "down"
shutdown_timeout = 20

[health_check_interval]
secs = 5
nanos = 0
`

describe("the spec file", () => {
  it("is written as Habitat writes it, and read back the same", () => {
    expect(printSpec(parseSpec(REDIS, "redis.spec", {}))).toBe(REDIS)
  })

  it("needs only an ident; everything else has a default", () => {
    const spec = parseSpec('ident = "core/redis"', "redis.spec", {})
    expect(spec).toEqual(defaultSpec({ origin: "core", name: "redis" }, {}))
    expect(spec.channel).toBe("base")
    expect(defaultSpec(spec.ident, { HAB_BLDR_CHANNEL: "dev" }).channel).toBe("dev")
  })

  it("checks health every 30 seconds when nobody says otherwise", () => {
    expect(defaultSpec({ origin: "core", name: "redis" }, {}).healthCheckIntervalMs).toBe(30_000)
    expect(parseSpec('ident = "core/redis"', "redis.spec", {}).healthCheckIntervalMs).toBe(30_000)
  })

  it("ignores keys it does not know, and the obsolete application environment in a bind", () => {
    const text = 'ident = "a/b"\nfuture = 1\napplication_environment = "x"\nbinds = ["db:app.env#pg.default"]'
    expect(parseSpec(text, "b.spec", {}).binds).toEqual([{ name: "db", group: { service: "pg", group: "default" } }])
  })

  it("refuses a group that would not be a file name, and an interval that lies in the past", () => {
    const text = 'ident = "a/b"\ngroup = "../c"\n[health_check_interval]\nsecs = -5\nnanos = 0\n'
    expect(() => parseSpec(text, "b.spec", {})).toThrowError(
      expect.objectContaining({
        problems: [
          { where: "b.spec", message: "'../c' cannot name a group: letters, digits, - and _ only" },
          expect.objectContaining({ message: expect.stringContaining("must be { secs, nanos }") }),
        ],
      }),
    )
  })

  it("names every problem at once", () => {
    const text = 'group = 3\ntopology = "ring"\nshutdown_timeout = -1\nbinds = ["nonsense"]'
    let caught: unknown
    try {
      parseSpec(text, "specs/x.spec", {})
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(HabError)
    const { code, problems } = caught as HabError
    expect(code).toBe("SPEC_INVALID")
    expect(problems.map((problem) => problem.message)).toEqual([
      'Missing required ident field: (example: ident = "core/redis")',
      "'group' must be a string, not 3",
      `'topology' must be one of standalone, leader, not "ring"`,
      "'nonsense' is not a bind",
      "'shutdown_timeout' must be a whole number, not -1",
    ])
  })

  it("keeps our own keys in a second file, only when they differ from their defaults", () => {
    expect(printOwnSpec(DEFAULT_OWN_SPEC)).toBeUndefined()
    const own = {
      restart: "on-failure",
      healthFailureThreshold: 5,
      onCritical: "restart",
      healthBackoff: "on",
      templateMode: "strict",
      maxMemoryRestart: 300 * 1024 * 1024,
      limits: { nofile: 4096, memory: 512 * 1024 * 1024, cpu: 60 },
    } as const
    expect(parseOwnSpec(printOwnSpec(own) ?? "", "redis.hab.toml")).toEqual(own)
    expect(() => parseOwnSpec("restrat = 'no'", "redis.hab.toml")).toThrow(HabError)
  })

  it("keeps a command service, what it depends on and its declared hooks in that file", () => {
    const own = {
      ...DEFAULT_OWN_SPEC,
      set: "shop",
      folder: "/srv/shop",
      dependsOn: { db: "healthy", cache: "started" },
      restartWith: ["db"],
      command: { argv: ["./server", "--port=1"], environment: { MODE: 'a "b"' }, envFile: "?.env", user: "www" },
      hooks: {
        "pre-start": [
          { run: "echo hi", once: true },
          { command: ["true"], retry: { max: 3, backoff: 1.5 } },
        ],
      },
    } as const
    expect(parseOwnSpec(printOwnSpec(own) ?? "", "web.hab.toml")).toEqual(own)
  })

  it("refuses a command service without a command, with two, or with unknown keys, all at once", () => {
    let caught: unknown
    try {
      parseOwnSpec('[command]\nargv = [""]\nrun = "x"\nworkingdir = "/"\n[hooks]\npre-start = 3\n', "web.hab.toml")
    } catch (error) {
      caught = error
    }
    expect((caught as HabError).problems).toEqual([
      { where: "web.hab.toml [command]", message: "unknown key 'workingdir'; did you mean 'working_dir'?" },
      { where: "web.hab.toml [command]", message: "give 'argv' or 'run', not both" },
      { where: "web.hab.toml [command]", message: "'argv' must name a program" },
      { where: "web.hab.toml [hooks]", message: "'pre-start' must be a hook (a table) or a list of hooks" },
    ])
    expect(() => parseOwnSpec("[command]\n", "web.hab.toml")).toThrow(HabError)
  })

  it("reads a bind and refuses what is none", () => {
    expect(parseBind("db:postgres.default@acme")).toEqual({
      name: "db",
      group: { service: "postgres", group: "default", organization: "acme" },
    })
    expect(() => parseBind("db=postgres.default")).toThrow("is not a bind")
    expect(() => parseBind("db:postgres")).toThrow("is not a service group")
  })
})
