import { describe, expect, it } from "vitest"
import { isPackageTarget, PACKAGE_TARGETS, parseTarget } from "../../src/package/target.ts"

describe("package targets", () => {
  it("are exactly those the reference knows", () => {
    expect(PACKAGE_TARGETS.every((target) => parseTarget(target) === target)).toBe(true)
    expect(PACKAGE_TARGETS).toContain("x86_64-linux-kernel2")
  })

  it.each(["X86_64-linux", "x86_64", "", "x86_64-linux-kernel3", "riscv64-linux", "x86_64-linux\n"])(
    "%j is none",
    (text) => {
      expect(isPackageTarget(text)).toBe(false)
      expect(() => parseTarget(text)).toThrowError(expect.objectContaining({ code: "TARGET_INVALID" }))
    },
  )
})
