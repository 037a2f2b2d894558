import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { renderError } from "../../src/cli/render-error.ts"

const plain = { colour: false, debug: false }

describe("errors as people see them", () => {
  it("show what failed, every problem, what to do and the code", () => {
    const error = new HabError("SPEC_INVALID", "the service spec x is not valid", {
      problems: [{ where: "x:3", message: "'group' must be a string" }],
      hint: "correct the file; the supervisor reads it again at once",
    })
    expect(renderError(error, plain)).toEqual({
      text: [
        "✗✗✗",
        "✗✗✗ the service spec x is not valid",
        "✗✗✗   x:3: 'group' must be a string",
        "✗✗✗",
        "    correct the file; the supervisor reads it again at once",
        "    [SPEC_INVALID]",
      ].join("\n"),
      exitCode: 1,
    })
  })

  it("pass a hook's exit code through", () => {
    expect(renderError(new HabError("IO", "hook failed", { exitCode: 42 }), plain).exitCode).toBe(42)
  })

  it("tell a system error by path and meaning, not by a stack", () => {
    const error = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write", path: "/srv/x" })
    const { text, exitCode } = renderError(error, plain)
    expect(text).toContain("cannot write '/srv/x': no space left on the disk (ENOSPC)")
    expect(exitCode).toBe(1)
  })

  it("call anything else a bug and exit 70", () => {
    const { text, exitCode } = renderError(new TypeError("x is undefined"), plain)
    expect(text).toContain("This is a bug in hab")
    expect(exitCode).toBe(70)
  })

  it("tell for a search where they come from, and where what caused them does", () => {
    const cause = Object.assign(new Error("no port"), { stack: "Error: no port\n    at shop.mjs:3:9" })
    const error = new HabError("PROGRAM_INVALID", "shop.mjs failed: no port", { cause })
    expect(renderError(error, plain).text).not.toContain("shop.mjs:3:9")
    const { text } = renderError(error, { ...plain, debug: true })
    expect(text).toMatch(/HabError: shop\.mjs failed: no port\n[\s\S]*caused by Error: no port\n {4}at shop\.mjs:3:9$/)
  })
})
