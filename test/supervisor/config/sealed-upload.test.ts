import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { sealAnonymously, sealBox } from "../../../src/crypto/envelope.ts"
import { generateBoxKeys } from "../../../src/crypto/generate-keys.ts"
import { openUpload, uploadKeys } from "../../../src/supervisor/config/sealed-upload.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const GROUP = "web.default@acme"
const layout = createLayout({ root: "/", enclosed: true })

async function world() {
  const files = memoryFileSystem()
  const keys = uploadKeys({ host: { files }, layout, options: {} })
  let seed = 0
  const random = { clock: fakeClock(), randomBytes: (length: number) => new Uint8Array(length).fill(++seed) }
  const user = await generateBoxKeys(random, keys, "alice")
  const service = await generateBoxKeys(random, keys, GROUP)
  const seal = (message: string) =>
    sealBox({ message, sender: user.secret, recipient: service.public, nonce: new Uint8Array(24).fill(9) })
  return { files, keys, service, seal }
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

describe("what a user encrypted for a service group (spec supervisor §6.3)", () => {
  it("opens with the keys of the root, or of the folder that is named", async () => {
    const { files, keys, seal } = await world()
    expect(keys.directory).toBe("/hab/cache/keys")
    expect(uploadKeys({ host: { files }, layout, options: { keys: "/elsewhere" } }).directory).toBe("/elsewhere")
    expect(Buffer.from(await openUpload(keys, GROUP, bytes(await seal("a = 1")))).toString()).toBe("a = 1")
  })

  it("is not taken for another group, nor when nobody says to have written it, nor changed, nor without a key", async () => {
    const { files, keys, service, seal } = await world()
    const sealed = await seal("a = 1")
    await expect(openUpload(keys, "web.blue@acme", bytes(sealed))).rejects.toThrow(/it is for web\.default@acme/)
    const anonymous = await sealAnonymously("a = 1", service.public)
    await expect(openUpload(keys, GROUP, bytes(anonymous))).rejects.toThrow(/does not say who wrote it/)
    const changed = sealed.replace(/.(=*)$/, (end) => (end.startsWith("A") ? `B${end.slice(1)}` : `A${end.slice(1)}`))
    await expect(openUpload(keys, GROUP, bytes(changed))).rejects.toMatchObject({
      code: expect.stringMatching(/ENVELOPE_(REFUSED|INVALID)/),
    })
    await expect(openUpload(keys, GROUP, bytes("a = 1"))).rejects.toMatchObject({ code: "ENVELOPE_INVALID" })
    const none = uploadKeys({ host: { files }, layout, options: { keys: "/empty" } })
    await expect(openUpload(none, GROUP, bytes(sealed))).rejects.toMatchObject({ code: "KEY_NOT_FOUND" })
  })
})
