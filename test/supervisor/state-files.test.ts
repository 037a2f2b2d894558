import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { prepareStateFiles } from "../../src/supervisor/state-files.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })
const STATE = "/hab/sup/default"

function prepare(given: Readonly<Record<string, string>>) {
  const files = memoryFileSystem(given)
  const memberId = prepareStateFiles({ host: { files, randomBytes: (count) => new Uint8Array(count) }, layout })
  return { memberId, secret: files.readText(`${STATE}/CTL_SECRET`), written: files.readText(`${STATE}/MEMBER_ID`) }
}

describe("the identity of a supervisor", () => {
  it("is what is found, as Habitat leaves it", () => {
    const found = prepare({ [`${STATE}/MEMBER_ID`]: "abc\n", [`${STATE}/CTL_SECRET`]: "secret\n" })
    expect(found).toEqual({ memberId: "abc", secret: "secret\n", written: "abc\n" })
  })

  it.each([
    ["missing", {}],
    ["empty, as a full disk leaves it", { [`${STATE}/MEMBER_ID`]: "", [`${STATE}/CTL_SECRET`]: "\n" }],
  ])("is made where it is %s: nobody gets in with an empty secret", (_, given) => {
    const { memberId, secret, written } = prepare(given)
    expect([memberId.length, secret.length, written]).toEqual([32, 88, memberId])
  })
})
