import { describe, expect, it } from "vitest"
import { HabError } from "../../../src/base/errors.ts"
import type { OptionTable } from "../../../src/cli/command.ts"
import { printOptionFile, readOptionFile } from "../../../src/cli/options/option-file.ts"

const options = {
  listenHttp: { kind: "text", value: "ADDRESS", default: "127.0.0.1:1", env: "HAB_LISTEN_HTTP", summary: "Where" },
  topology: { kind: "text", value: "T", choices: ["standalone", "leader"], summary: "Topology" },
  keep: { kind: "number", value: "N", minimum: 1, summary: "How many" },
  noColor: { kind: "flag", summary: "Plain" },
  bind: { kind: "list", value: "BIND", summary: "Binds" },
  oldPeer: { kind: "text", value: "PEER", hidden: true, summary: "Old" },
} as const satisfies OptionTable
const table = {
  command: "hab sup run",
  options,
  keyOf: (option: string) => option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}
const read = (text: string) => readOptionFile(text, "/etc/sup.toml", table)

function problemsOf(text: string): string[] {
  try {
    read(text)
    return []
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    expect(error.code).toBe("OPTION_FILE_INVALID")
    return error.problems.map(({ message }) => message)
  }
}

describe("options in a file", () => {
  it("reads every kind, a single string as a list of one", () => {
    const text = 'listen_http = "h:1"\ntopology = "leader"\nkeep = 3\nno_color = true\nbind = ["a:b.c", "d:e.f"]'
    expect(read(text)).toEqual({
      listenHttp: "h:1",
      topology: "leader",
      keep: 3,
      noColor: true,
      bind: ["a:b.c", "d:e.f"],
    })
    expect(read('bind = "a:b.c"')).toEqual({ bind: ["a:b.c"] })
    expect(read("")).toEqual({})
  })

  it("refuses everything wrong at once, unknown keys with the nearest one", () => {
    expect(
      problemsOf('listen_htp = "x"\nzebra = 1\ntopology = "ring"\nkeep = 0\nno_color = "yes"\nbind = [1]'),
    ).toEqual([
      "unknown key 'listen_htp'; did you mean 'listen_http'?",
      "unknown key 'zebra'",
      "topology must be one of standalone, leader",
      "keep must be a whole number of at least 1",
      "no_color must be true or false",
      "bind must be a list of strings",
    ])
    expect(problemsOf("keep = 1.5")).toEqual(["keep must be a whole number of at least 1"])
    expect(problemsOf("[listen_http]\na = 1")).toEqual(["listen_http must be a string"])
  })

  it("refuses what is not TOML", () => {
    expect(() => read("keep = ")).toThrow(expect.objectContaining({ code: "TOML_INVALID" }))
  })

  it("prints a file that says the same when it is read", () => {
    const values = { listenHttp: "h:1", noColor: false, bind: ['a:"b".c'] }
    const text = printOptionFile(table, values, new Set())
    expect(read(text)).toEqual(values)
    expect(text).toContain("### Where (environment: HAB_LISTEN_HTTP)\nlisten_http")
    expect(text).toContain('# topology = "standalone"')
    expect(text).not.toContain("old_peer")
    const all = text.replaceAll(/^# (?=\w+ = )/gm, "")
    expect(Object.keys(read(all))).toEqual(["listenHttp", "topology", "keep", "noColor", "bind"])
  })

  it("prints a hidden option that somebody named", () => {
    expect(printOptionFile(table, { oldPeer: "x" }, new Set(["oldPeer"]))).toContain('old_peer = "x"')
  })
})
