import { describe, expect, it } from "vitest"
import { locatePlan } from "../../src/plan/locate.ts"
import { failureOf } from "../support/failure.ts"

/** Files by their paths; every parent of one is a directory. */
function folderWith(...paths: string[]) {
  const stat = (path: string) => {
    if (paths.includes(path)) return { kind: "file" }
    return paths.some((file) => file.startsWith(`${path}/`)) ? { kind: "directory" } : undefined
  }
  return { files: { stat } as never }
}

const request = { context: "/p", target: "x86_64-linux" }
const locate = (...paths: string[]) => locatePlan(folderWith(...paths), request)

describe("where a plan is", () => {
  it.each([
    ["/p/plan.sh", "/p"],
    ["/p/habitat/plan.sh", "/p/habitat"],
    ["/p/x86_64-linux/plan.sh", "/p/x86_64-linux"],
    ["/p/habitat/x86_64-linux/plan.sh", "/p/habitat/x86_64-linux"],
  ])(
    "finds %s; the plan's context is beside it and the source context is the folder given",
    (planFile, planContext) => {
      expect(locate(planFile)).toEqual({ planFile, planContext, sourceContext: "/p", warnings: [] })
    },
  )

  it("prefers the plan of the target, and says which one it leaves aside", () => {
    const found = locate("/p/plan.sh", "/p/habitat/x86_64-linux/plan.sh")
    expect(found.planFile).toBe("/p/habitat/x86_64-linux/plan.sh")
    expect(found.warnings).toEqual([
      "/p/plan.sh is not used: /p/habitat/x86_64-linux/plan.sh is the plan for x86_64-linux",
    ])
  })

  it.each([[["/p/plan.sh", "/p/habitat/plan.sh"]], [["/p/x86_64-linux/plan.sh", "/p/habitat/x86_64-linux/plan.sh"]]])(
    "refuses to choose between %j with exit code 42",
    (paths) => {
      const error = failureOf(() => locate(...paths))
      expect([error.code, error.exitCode]).toEqual(["PLAN_NOT_FOUND", 42])
      for (const path of paths) expect(error.message).toContain(path)
    },
  )

  it.each([
    ["a folder without a plan", ["/p/readme"], "there is no plan.sh in /p"],
    ["a folder that is missing", ["/q/plan.sh"], "there is no such folder"],
    ["a file", ["/p"], "this is not a folder"],
    ["a plan of another target", ["/p/aarch64-linux/plan.sh"], "there is no plan.sh in /p"],
  ])("ends with exit code 42 for %s", (_, paths, message) => {
    const error = failureOf(() => locate(...paths))
    expect([error.code, error.exitCode]).toEqual(["PLAN_NOT_FOUND", 42])
    expect(error.message).toContain(message)
  })

  it("refuses a Windows plan and says so", () => {
    const error = failureOf(() => locate("/p/plan.ps1"))
    expect(error.code).toBe("PLAN_UNSUPPORTED")
    expect(error.message).toContain("Windows")
    expect(locate("/p/plan.ps1", "/p/plan.sh").planFile).toBe("/p/plan.sh")
  })
})
