import { describe, expect, it } from "vitest"
import { createFifoPool } from "../../src/host/fifo-pool.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

describe("FIFOs made ahead", () => {
  it("that cannot be made are complained of in one line, however many there were to be", async () => {
    const directory = `${temporaryDirectory()}/gone`
    const failure = await createFifoPool(directory).take(`${directory}/web.stdout`).catch(String)
    expect(failure).toMatch(/^Error: mkfifo: .*gone/)
    expect(failure).not.toContain("\n")
  })
})
