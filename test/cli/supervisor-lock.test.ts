import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { nobodyAnswers } from "../../src/cli/supervisor-lock.ts"
import type { Host } from "../../src/ports/host.ts"
import { fakeLocks } from "../support/install-world.ts"

const layout = createLayout({ root: "/", enclosed: true })

describe("a supervisor that does not answer", () => {
  it("is told from one that is not there: its launcher holds LOCK", async () => {
    const locks = fakeLocks()
    const host = { locks } as unknown as Host
    expect(await nobodyAnswers({ host, layout })).toMatchObject({ code: "SUPERVISOR_ABSENT", hint: "hab sup run" })
    await locks.acquire("/hab/sup/default/LOCK", { content: "4711" })
    expect(await nobodyAnswers({ host, layout })).toMatchObject({
      code: "SUPERVISOR_SILENT",
      message: expect.stringMatching(/^The launcher, process 4711, runs, but its supervisor does not answer/),
    })
  })
})
