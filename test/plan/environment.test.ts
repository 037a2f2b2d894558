import { describe, expect, it } from "vitest"
import {
  buildPath,
  compilerFlags,
  exportedEnvironment,
  libraryRunPath,
  populateEnvironment,
  runtimePath,
  variableRules,
} from "../../src/plan/environment.ts"

function rules(settings: Record<string, string> = {}) {
  const warnings: string[] = []
  const warn = (text: string) => void warnings.push(text)
  return { warnings, warn, rules: variableRules(new Map(Object.entries(settings)), warn) }
}

describe("the environment a build takes from its dependencies", () => {
  const sources = [
    { ident: "a/a/1/1", environment: { PATH: "/a", HOST: "one", PYTHONPATH: "/a/lib", SAME: "x" } },
    { ident: "b/b/1/1", environment: { HOST: "two", PYTHONPATH: "/b/lib:/a/lib", SAME: "x", NEW: "n" } },
  ]

  it("lets a later dependency replace a value and put its list in front, with a warning each", () => {
    const { warnings, warn, rules: table } = rules({ HAB_ENV_HOST_TYPE: "primitive" })
    const { values, from } = populateEnvironment(sources, table, warn)
    expect(Object.fromEntries(values)).toEqual({ HOST: "two", PYTHONPATH: "/b/lib:/a/lib", SAME: "x", NEW: "n" })
    expect(from.get("PYTHONPATH")).toBe("a/a/1/1 b/b/1/1")
    expect(from.get("HOST")).toBe("b/b/1/1")
    expect(warnings).toHaveLength(2)
  })

  it("takes an unknown variable as one value and says so; HAB_ENV_<VAR>_TYPE and _SEPARATOR decide", () => {
    const guess = rules()
    expect(guess.rules.isAggregate("WORDS")).toBe(false)
    expect(guess.rules.separatorOf("WORDS")).toBe(":")
    expect(guess.warnings).toHaveLength(2)
    const told = rules({
      HAB_ENV_WORDS_TYPE: "aggregate",
      HAB_ENV_WORDS_SEPARATOR: " ",
      HAB_ENV_PATH_TYPE: "primitive",
    })
    expect(told.rules.isAggregate("WORDS")).toBe(true)
    expect(told.rules.separatorOf("WORDS")).toBe(" ")
    expect(told.rules.isAggregate("PATH")).toBe(false)
    expect(told.rules.separatorOf("CLASSPATH")).toBe(";")
    expect(told.warnings).toEqual([])
  })

  it.each([
    ..."PATH GOPATH NODE_PATH PYTHONPATH BUNDLE_PATH BUNDLE_WITHOUT GEM_PATH RUBYLIB RUBYPATH"
      .split(" ")
      .map((name) => [name, ":"] as const),
    ["CLASSPATH", ";"] as const,
  ])("knows %s as a list with '%s' between", (name, separator) => {
    const known = rules()
    expect([known.rules.isAggregate(name), known.rules.separatorOf(name), known.warnings]).toEqual([
      true,
      separator,
      [],
    ])
  })

  it("exports runtime values with the build's own over them, or in front of lists", () => {
    const runtime = new Map([
      ["HOST", "one"],
      ["PYTHONPATH", "/a:/b"],
    ])
    const buildtime = new Map([
      ["HOST", "two"],
      ["PYTHONPATH", "/b:/c"],
      ["CC", "gcc"],
    ])
    expect(Object.fromEntries(exportedEnvironment(runtime, buildtime, rules().rules))).toEqual({
      HOST: "two",
      PYTHONPATH: "/b:/c:/a",
      CC: "gcc",
    })
  })

  it("composes PATH: own folders, the closure's without repeats, then the operator's as it is", () => {
    expect(
      buildPath({
        prefix: "/hab/pkgs/a/a/1/1",
        binDirs: ["bin", "sbin"],
        dependencies: [["/d/bin"], [], ["/d/bin", "/e/bin"]],
        initialPath: "/usr/bin:/bin:/usr/bin",
      }),
    ).toBe("/hab/pkgs/a/a/1/1/bin:/hab/pkgs/a/a/1/1/sbin:/d/bin:/e/bin:/usr/bin:/bin:/usr/bin")
    expect(buildPath({ prefix: "/p", binDirs: [], dependencies: [], initialPath: "/bin" })).toBe("/bin")
    expect(runtimePath(["/p/bin"], [["/d/bin"], ["/p/bin"]])).toBe("/p/bin:/d/bin")
  })

  it("composes LD_RUN_PATH of own folders and the direct runtime dependencies'", () => {
    expect(libraryRunPath("/p", ["lib", "lib64"], ["/d/lib", ""])).toBe("/p/lib:/p/lib64:/d/lib")
    expect(libraryRunPath("/p", [], [])).toBe("")
  })

  it("appends compiler flags to what is there; CFLAGS alone serve C++ and the preprocessor too", () => {
    const none = { CFLAGS: "", CPPFLAGS: "", CXXFLAGS: "", LDFLAGS: "", PKG_CONFIG_PATH: "" }
    const first = { ...none, CFLAGS: "-I/a", LDFLAGS: "-L/a", PKG_CONFIG_PATH: "/a" }
    const second = { CFLAGS: "-I/b", CPPFLAGS: "-I/bp", CXXFLAGS: "-I/bx", LDFLAGS: "-L/b", PKG_CONFIG_PATH: "/b" }
    expect(compilerFlags({ ...none, CFLAGS: "-O2" }, [first, none, second])).toEqual({
      CFLAGS: "-O2 -I/a -I/b",
      CPPFLAGS: "-I/a -I/bp",
      CXXFLAGS: "-I/a -I/bx",
      LDFLAGS: "-L/a -L/b",
      PKG_CONFIG_PATH: "/a:/b",
    })
  })
})
