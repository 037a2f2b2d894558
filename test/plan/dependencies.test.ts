import { describe, expect, it } from "vitest"
import { stringifyIdent } from "../../src/package/ident.ts"
import type { InstalledPackage } from "../../src/package/store.ts"
import { resolveDependencies } from "../../src/plan/dependencies.ts"
import { failureOf } from "../support/failure.ts"
import { installed } from "./installed.ts"

const idents = (packages: readonly InstalledPackage[]) => packages.map((pkg) => stringifyIdent(pkg.ident))
const wanted = (...texts: string[]) => texts.map((text, index) => ({ text, where: `plan.sh:${index + 1}` }))

const toolchain = installed({
  "core/glibc/2/1": {},
  "core/zlib/1/1": { TDEPS: "core/glibc/2/1" },
  "core/gcc/9/1": { TDEPS: "core/zlib/1/1\ncore/glibc/2/1", BUILD_TDEPS: "core/m4/1/1" },
  "core/gcc/12/1": { TDEPS: "core/glibc/2/1" },
  "core/make/4/1": { TDEPS: "core/glibc/2/1" },
})

describe("the dependencies of a plan", () => {
  it("keep their declared order; what they need comes after everything that needs it", () => {
    const found = resolveDependencies(toolchain, {
      build: wanted("core/make", "core/gcc/9"),
      run: wanted("core/glibc", "core/zlib"),
    })
    expect(idents(found.buildDeps)).toEqual(["core/make/4/1", "core/gcc/9/1"])
    expect(idents(found.deps)).toEqual(["core/glibc/2/1", "core/zlib/1/1"])
    expect(idents(found.buildTdeps)).toEqual(["core/make/4/1", "core/gcc/9/1", "core/zlib/1/1", "core/glibc/2/1"])
    expect(idents(found.tdeps)).toEqual(["core/zlib/1/1", "core/glibc/2/1"])
    expect(idents(found.allDeps)).toEqual(["core/make/4/1", "core/gcc/9/1", "core/glibc/2/1", "core/zlib/1/1"])
    expect(idents(found.allTdeps)).toEqual(["core/make/4/1", "core/gcc/9/1", "core/glibc/2/1", "core/zlib/1/1"])
  })

  it("come together as build, run, what those that build need, what those that run need, each once", () => {
    const packages = installed({
      "core/a/1/1": { TDEPS: "core/x/1/1\ncore/z/1/1" },
      "core/b/1/1": { TDEPS: "core/y/1/1\ncore/z/1/1" },
      "core/x/1/1": {},
      "core/y/1/1": {},
      "core/z/1/1": {},
    })
    const found = resolveDependencies(packages, { build: wanted("core/a"), run: wanted("core/b") })
    expect(idents(found.allTdeps).map((ident) => ident.slice(5, 6))).toEqual(["a", "b", "x", "z", "y"])
  })

  it("are the latest release of a wish", () => {
    expect(idents(resolveDependencies(toolchain, { build: wanted("core/gcc"), run: [] }).buildDeps)).toEqual([
      "core/gcc/12/1",
    ])
  })

  it("that are missing are all named, with where they are wanted, where we looked and what is near", () => {
    const error = failureOf(() =>
      resolveDependencies(toolchain, { build: wanted("core/mkae", "acme/zlib"), run: wanted("core/gcc/13") }),
    )
    expect([error.code, error.exitCode]).toEqual(["BUILD_DEPENDENCY_MISSING", 1])
    expect(error.problems).toEqual([
      { where: "plan.sh:1", message: "core/mkae is not installed in /r/hab/pkgs; the nearest name there is core/make" },
      { where: "plan.sh:2", message: "acme/zlib is not installed in /r/hab/pkgs; the nearest name there is core/zlib" },
      {
        where: "plan.sh:1",
        message: "core/gcc/13 is not installed in /r/hab/pkgs; of this package there is core/gcc/9/1, core/gcc/12/1",
      },
    ])
  })

  it("are missing too when a dependency's own dependency is", () => {
    const broken = installed({ "core/zlib/1/1": { TDEPS: "core/glibc/2/1" } })
    const error = failureOf(() => resolveDependencies(broken, { build: [], run: wanted("core/zlib") }))
    expect(error.problems[0]?.where).toBe("core/zlib/1/1")
    expect(error.problems[0]?.message).toContain("core/glibc/2/1")
  })

  it("may not hold two releases of one package at run time: exit code 31, with who brings which", () => {
    const packages = installed({
      "core/glibc/2/1": {},
      "core/glibc/2/2": {},
      "core/zlib/1/1": { TDEPS: "core/glibc/2/1" },
      "core/curl/8/1": { TDEPS: "core/zlib/1/1\ncore/glibc/2/1" },
    })
    const error = failureOf(() =>
      resolveDependencies(packages, { build: [], run: wanted("core/glibc", "core/zlib", "core/curl") }),
    )
    expect([error.code, error.exitCode]).toEqual(["BUILD_DEPENDENCY_CONFLICT", 31])
    expect(error.problems).toEqual([
      { where: "core/glibc/2/2", message: "needed by the plan itself" },
      { where: "core/glibc/2/1", message: "needed by core/zlib/1/1, core/curl/8/1" },
    ])
    expect(error.hint).toContain("rebuild the older dependents")
    expect(() =>
      resolveDependencies(packages, { build: wanted("core/glibc/2/1", "core/glibc/2/2"), run: [] }),
    ).not.toThrow()
  })

  it("of which many are there twice are told of in six lines: the sentence, four releases, the advice", () => {
    const names = ["a", "b", "c"]
    const twice = names.flatMap((name) => [`core/${name}/1/1`, `core/${name}/1/2`])
    const packages = installed(Object.fromEntries(twice.map((ident) => [ident, {}])))
    const error = failureOf(() => resolveDependencies(packages, { build: [], run: wanted(...twice) }))
    expect(error.message).toContain("more than one release of core/a, core/b, core/c")
    expect(error.message).not.toContain("\n")
    expect(error.problems).toHaveLength(4)
  })
})
