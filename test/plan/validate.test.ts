import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { placeOf, planProblems, validatePlan } from "../../src/plan/validate.ts"
import type { PlanValues } from "../../src/plan/variables.ts"
import { planValues } from "./plan-values.ts"

function problems(changes: Partial<PlanValues>, planText = "", hasVersionFunction = false) {
  return planProblems({ planFile: "plan.sh", planText, values: planValues(changes), hasVersionFunction })
}

const messages = (changes: Partial<PlanValues>) => problems(changes).map((problem) => problem.message)

describe("the variables of a plan", () => {
  it("are fine when name, origin and version are there", () => {
    expect(problems({})).toEqual([])
  })

  it("are all checked at once, each problem with the line that sets the variable", () => {
    const text = [
      "pkg_name='a b'",
      "pkg_origin=acme",
      "pkg_deps=(",
      "  glibc",
      ")",
      "pkg_deps+=(zlib)",
      "export pkg_shutdown_signal=SIGTERM",
    ].join("\n")
    const found = problems(
      { pkg_name: "a b", pkg_version: "", pkg_deps: ["glibc", "core/zlib"], pkg_shutdown_signal: "SIGTERM" },
      text,
    )
    expect(found.map((problem) => problem.where)).toEqual(["plan.sh:1", "plan.sh", "plan.sh:6", "plan.sh:7"])
    expect(found.map((problem) => problem.message).join("\n")).toMatch(/pkg_name.*\npkg_version.*\n'glibc'.*\npkg_shut/)
  })

  it.each<[string, Partial<PlanValues>, RegExp]>([
    ["no name", { pkg_name: "" }, /pkg_name is not set/],
    ["a name with a slash", { pkg_name: "a/b" }, /only letters, digits/],
    ["no origin", { pkg_origin: "" }, /pkg_origin is not set.*HAB_ORIGIN/],
    ["an origin with a dot", { pkg_origin: "a.b" }, /only letters, digits/],
    ["no version", { pkg_version: "" }, /pkg_version is not set/],
    ["a version with a slash", { pkg_version: "1/2" }, /may not hold/],
    ["a dependency without an origin", { pkg_build_deps: ["gcc"] }, /'gcc' in pkg_build_deps/],
    [
      "an exposed key that is not exported",
      { pkg_exposes: ["prt"], pkg_exports: new Map([["port", "a"]]) },
      /mean 'port'/,
    ],
    ["a timeout that is no number", { pkg_shutdown_timeout_sec: "8s" }, /whole number/],
    ["a timeout that fits no u32", { pkg_shutdown_timeout_sec: "4294967296" }, /not a whole number of seconds/],
    ["a composite", { pkg_type: "composite" }, /composite/],
  ])("are refused with %s", (_, changes, message) => {
    expect(messages(changes)).toEqual([expect.stringMatching(message)])
  })

  it("need no version when a function pkg_version tells it", () => {
    expect(problems({ pkg_version: "" }, "", true)).toEqual([])
  })

  it("stop the build with PLAN_INVALID and the list of problems", () => {
    const plan = { planFile: "plan.sh", planText: "", values: planValues({ pkg_name: "" }), hasVersionFunction: false }
    expect(() => validatePlan(plan, "/hab/pkgs")).toThrow(HabError)
    expect(() => validatePlan(plan, "/hab/pkgs")).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID", exitCode: 1 }),
    )
  })

  it("are placed at the last assignment, however it is written", () => {
    const planText = "pkg_exports=(\n)\npkg_exports[port]=a\n# pkg_exports=no\ndeclare -A pkg_binds=()"
    expect(placeOf({ planFile: "p", planText }, "pkg_exports")).toBe("p:3")
    expect(placeOf({ planFile: "p", planText }, "pkg_binds")).toBe("p:5")
    expect(placeOf({ planFile: "p", planText }, "pkg_name")).toBe("p")
  })
})
