import { describe, expect, it } from "vitest"
import { svcCommands } from "../../src/cli/groups/svc.ts"
import { generateLoadSettings, type LoadAsked, loadSettings } from "../../src/cli/load-settings.ts"
import { parseCommandLine } from "../../src/cli/parse.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

/** What the words after `hab svc load` ask, and the files they name. */
function asked(...words: string[]): LoadAsked & { configFiles?: readonly string[] } {
  const parsed = parseCommandLine([svcCommands], ["svc", "load", ...words], "0")
  if (parsed.tag !== "run") throw new Error(parsed.text)
  const {
    configFiles,
    generateConfig: _,
    ...options
  } = parsed.options as LoadAsked["options"] & {
    configFiles?: readonly string[]
    generateConfig: boolean
  }
  return { ident: parsed.args[0], options, named: parsed.named, ...(configFiles === undefined ? {} : { configFiles }) }
}

function settings(files: Record<string, string>, ...words: string[]) {
  const { configFiles = [], ...commandLine } = asked(...words)
  return loadSettings({ files: memoryFileSystem(files), cwd: "/work" }, commandLine, configFiles)
}

describe("hab svc load and files of its options (spec supervisor §1.3)", () => {
  it("takes from files what the command line does not say; later files count more", () => {
    const files = {
      "/work/a.toml": 'pkg_ident = "acme/web"\ngroup = "blue"\nforce = true\nbldr_url = "https://b"',
      "/work/b.toml": 'group = "green"\nbind = ["db:postgres.default"]',
    }
    const { ident, options } = settings(files, "--config-files", "a.toml", "--config-files", "b.toml", "-s", "at-once")
    expect({ ident, ...options }).toMatchObject({
      ident: "acme/web",
      group: "green",
      force: true,
      url: "https://b",
      bind: ["db:postgres.default"],
      strategy: "at-once",
    })
    expect(settings(files, "acme/api", "--group", "red", "--config-files", "a.toml")).toMatchObject({
      ident: "acme/api",
      options: { group: "red" },
    })
  })

  it("prints a file with every option that changes nothing when it is used", () => {
    const commandLine = asked("acme/web", "--strategy", "at-once", "--bind", "db:postgres.default")
    const text = generateLoadSettings(commandLine)
    expect(text).toContain('### Update strategy\nstrategy = "at-once"\n')
    expect(text).toContain('# group = ""\n')
    const { ident, options } = settings({ "/work/web.toml": text }, "--config-files", "web.toml")
    expect({ ident, options }).toEqual({ ident: "acme/web", options: commandLine.options })
  })

  it("wants a service to be named, by one or the other, and files that are there", () => {
    expect(() => settings({})).toThrowError(expect.objectContaining({ code: "USAGE" }))
    expect(() => settings({}, "--config-files", "none.toml")).toThrowError(
      expect.objectContaining({ code: "OPTION_FILE_MISSING" }),
    )
    expect(() => settings({ "/work/a.toml": "pkg_idnt = 1" }, "--config-files", "a.toml")).toThrowError(
      expect.objectContaining({ code: "OPTION_FILE_INVALID", hint: expect.stringContaining("hab svc load") }),
    )
  })
})
