import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { supCommands } from "../../src/cli/groups/sup.ts"
import { ineffectiveFlags } from "../../src/cli/options/ineffective-options.ts"
import { parseCommandLine } from "../../src/cli/parse.ts"
import { type Asked, generateSettings, supervisorSettings } from "../../src/cli/supervisor-settings.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const DEFAULT_FILE = "/r/hab/sup/default/config/sup.toml"

/** What the words after `hab sup run` ask. */
function asked(...words: string[]): Asked {
  const parsed = parseCommandLine([supCommands], ["sup", "run", ...words], "0")
  if (parsed.tag !== "run") throw new Error(parsed.text)
  const {
    configFiles,
    generateConfig: _,
    ...options
  } = parsed.options as Asked["options"] & {
    configFiles?: readonly string[]
    generateConfig: boolean
  }
  return { argument: parsed.args[0], options, named: parsed.named, configFiles }
}

function settings(files: Record<string, string>, ...words: string[]) {
  const host = { files: memoryFileSystem({ "/work": undefined, ...files }), cwd: "/work" }
  return supervisorSettings({ host, layout: createLayout({ root: "/r", enclosed: true }) }, asked(...words))
}

describe("the settings of hab sup run (spec supervisor §1.7)", () => {
  it("are the defaults where nobody says anything", () => {
    const { argument, options } = settings({})
    expect(argument).toBeUndefined()
    expect(options).toMatchObject({ listenHttp: "127.0.0.1:9631", jsonLogging: false, noColor: false })
  })

  it("come from sup.toml where the command line is silent; what it says always wins, defaults included", () => {
    const files = {
      [DEFAULT_FILE]: 'listen_http = "0.0.0.0:80"\njson_logging = true\norganization = "acme"\nbldr_url = "https://b"',
    }
    expect(settings(files).options).toMatchObject({
      listenHttp: "0.0.0.0:80",
      jsonLogging: true,
      org: "acme",
      url: "https://b",
    })
    const words = ["--listen-http", "127.0.0.1:9631", "--org", "other"]
    expect(settings(files, ...words).options).toMatchObject({ listenHttp: "127.0.0.1:9631", org: "other" })
  })

  it("let the environment count more than a file and less than the command line; an empty variable is unset", () => {
    const files = { [DEFAULT_FILE]: 'listen_http = "file:1"' }
    const before = process.env["HAB_LISTEN_HTTP"]
    try {
      process.env["HAB_LISTEN_HTTP"] = "env:1"
      expect(settings(files).options.listenHttp).toBe("env:1")
      expect(settings(files, "--listen-http", "cli:1").options.listenHttp).toBe("cli:1")
      process.env["HAB_LISTEN_HTTP"] = ""
      expect(settings(files).options.listenHttp).toBe("file:1")
      expect(settings({}).options.listenHttp).toBe("127.0.0.1:9631")
    } finally {
      if (before === undefined) delete process.env["HAB_LISTEN_HTTP"]
      else process.env["HAB_LISTEN_HTTP"] = before
    }
  })

  it("--config-files replace the default file; later ones count more", () => {
    const files = {
      [DEFAULT_FILE]: 'organization = "default"',
      "/work/a.toml": 'organization = "a"\nbind = ["x:y.z"]',
      "/etc/b.toml": 'organization = "b"',
    }
    const { options } = settings(files, "--config-files", "a.toml", "/etc/b.toml")
    expect(options).toMatchObject({ org: "b", bind: ["x:y.z"] })
    expect(() => settings(files, "--config-files", "missing.toml")).toThrow(
      expect.objectContaining({ code: "OPTION_FILE_MISSING" }),
    )
    expect(() => settings({ "/work/a.conf": "" }, "--config-files", "a.conf")).toThrow(/a\.conf is no configuration/)
  })

  it("name the service to load, and the command line another", () => {
    const files = { [DEFAULT_FILE]: 'pkg_ident_or_artifact = "acme/web"\nhealth_check_interval = 5' }
    expect(settings(files)).toMatchObject({ argument: "acme/web", options: { healthCheckInterval: 5 } })
    expect(settings(files, "acme/db").argument).toBe("acme/db")
  })

  it("never start on a file that cannot be used", () => {
    expect(() => settings({ [DEFAULT_FILE]: "listen_http" })).toThrow(expect.objectContaining({ code: "TOML_INVALID" }))
    expect(() => settings({ [DEFAULT_FILE]: "listen_htp = 1" })).toThrow(
      expect.objectContaining({
        code: "OPTION_FILE_INVALID",
        problems: [{ where: DEFAULT_FILE, message: "unknown key 'listen_htp'; did you mean 'listen_http'?" }],
      }),
    )
  })

  it("--generate-config prints a file that changes nothing when it is used", () => {
    const words = ["acme/web", "--org", "acme", "--bind", "a:b.c", "--peer", "1.2.3.4"]
    const before = settings({}, ...words)
    const after = settings({ [DEFAULT_FILE]: generateSettings(asked(...words)) })
    expect(after).toEqual(before)
    expect(settings({ [DEFAULT_FILE]: generateSettings(asked()) })).toEqual(settings({}))
  })
})

describe("options of Habitat that have no effect", () => {
  const flagsOf = (...words: string[]) => ineffectiveFlags(asked(...words).options, asked(...words).named)

  it("are taken, and named when they ask for something", () => {
    expect(flagsOf("--peer", "a", "b", "--permanent-peer", "--ring", "r", "--event-meta")).toEqual([
      "--peer",
      "--permanent-peer",
      "--event-meta",
      "--ring",
    ])
    expect(flagsOf("--ring", "r", "--cluster", "etcd://a")).toEqual([])
    expect(flagsOf("--listen-gossip", "0.0.0.0:1")).toEqual(["--listen-gossip"])
  })

  it("are not named when they ask for what Habitat does by default", () => {
    expect(flagsOf()).toEqual([])
    expect(flagsOf("--listen-gossip", "0.0.0.0:9638", "--auto-update-period", "60")).toEqual([])
  })

  it("may stand in a file that Habitat generated", () => {
    const files = { [DEFAULT_FILE]: 'listen_gossip = "0.0.0.0:9638"\npeer = []\nauto_update = false\nevent_meta = []' }
    expect(ineffectiveFlags(settings(files).options, asked().named)).toEqual([])
    const ringed = { [DEFAULT_FILE]: 'peer = ["a"]\nring = "r"' }
    expect(ineffectiveFlags(settings(ringed).options, asked().named)).toEqual(["--peer", "--ring"])
  })
})
