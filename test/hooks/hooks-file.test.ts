import { describe, expect, it } from "vitest"
import { NO_HOOKS_FILE, readHooksFile } from "../../src/hooks/hooks-file.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const FILE = "/hab/user/web/hooks.toml"

function read(text: string, declaredIn: "overlay" | "package" = "overlay") {
  const files = memoryFileSystem({ [FILE]: text })
  return readHooksFile({ files }, FILE, { declaredIn, subject: "service", folder: "/hab/user/web" })
}

describe("a hooks.toml", () => {
  it("says nothing where there is none", () => {
    const files = memoryFileSystem()
    const source = { declaredIn: "overlay", subject: "service", folder: "/" } as const
    expect(readHooksFile({ files }, FILE, source)).toBe(NO_HOOKS_FILE)
  })

  it("of the operator limits the process of the service (decisions G)", () => {
    expect(read('[limits]\nnofile = 4096\nmemory = "512M"\n').limits).toEqual({ nofile: 4096, memory: 512 * 1024 ** 2 })
  })

  it("refuses a limit it cannot understand and says what it must be", () => {
    const problems = [{ where: FILE, message: "'memory' must be an amount of memory, such as 512M" }]
    expect(() => read('[limits]\nnofile = 10\nmemory = "much"\n')).toThrow(expect.objectContaining({ problems }))
  })

  it("of a package limits nothing: that is the operator's", () => {
    expect(() => read("[limits]\nnofile = 10\n", "package")).toThrow(expect.objectContaining({ code: "HOOKS_INVALID" }))
  })
})
