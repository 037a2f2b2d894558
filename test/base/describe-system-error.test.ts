import { describe, expect, it } from "vitest"
import { adviceOnSystemError, describeSystemError } from "../../src/base/describe-system-error.ts"

const failed = (fields: Readonly<Record<string, string>>) => Object.assign(new Error("raw"), fields)

describe("a failure of the system in words", () => {
  it("names what was done to what, why, and where it should have gone", () => {
    const copying = failed({ code: "ENOSPC", syscall: "copyfile", path: "/a", dest: "/b" })
    expect(describeSystemError(copying)).toBe("cannot copyfile '/a' to '/b': no space left on the disk (ENOSPC)")
    expect(describeSystemError(failed({ code: "EWHAT" }))).toBe("cannot complete an operation: raw (EWHAT)")
  })

  it("comes with what helps, where that is always the same", () => {
    expect(adviceOnSystemError(failed({ code: "EACCES" }))).toContain("FS_ROOT")
    expect(adviceOnSystemError(failed({ code: "ENOSPC" }))).toContain("make room")
    expect(adviceOnSystemError(failed({ code: "ENOENT" }))).toBe("check the path")
    expect(adviceOnSystemError(failed({ code: "EWHAT" }))).toBeUndefined()
  })
})
