import { mkdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { createTreeSync } from "../../src/host/tree-sync.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

describe("the sync of whole directories", () => {
  it("is asked for again and again, whatever the directory is called", async () => {
    const directory = `${temporaryDirectory()}/a 'name'\nof two lines`
    mkdirSync(directory)
    const { begin, sync } = createTreeSync()
    begin(directory)
    begin(directory)
    await sync(directory)
    await sync(directory)
  })

  it("fails as a system call would, and names the directory", async () => {
    const missing = `${temporaryDirectory()}/missing`
    const failure = { code: "ENOENT", syscall: "syncfs", path: missing }
    await expect(createTreeSync().sync(missing)).rejects.toMatchObject(failure)
  })

  it("tells the one who waits of a failure that nobody waited for, once", async () => {
    const directory = temporaryDirectory()
    const { begin, sync } = createTreeSync()
    begin(`${directory}/missing`)
    await expect(sync(directory)).rejects.toThrowError("missing")
    await sync(directory)
  })
})
