import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { EMPTY_RING, type RingState } from "../../../src/cluster/ring/ring-state.ts"
import { sealBox } from "../../../src/crypto/envelope.ts"
import { generateBoxKeys } from "../../../src/crypto/generate-keys.ts"
import { createKeyCache, writeKeyPair } from "../../../src/crypto/key-cache.ts"
import { readApplied } from "../../../src/supervisor/config/applied-config.ts"
import { readUploaded } from "../../../src/supervisor/config/uploaded-files.ts"
import type { SupervisorContext } from "../../../src/supervisor/context.ts"
import type { RingView } from "../../../src/supervisor/ring/ring-census.ts"
import { createUploads } from "../../../src/supervisor/ring/uploads.ts"
import type { Roster } from "../../../src/supervisor/roster.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"
import { settle } from "../../support/settle.ts"

const GROUP = "web.default@acme"
const layout = createLayout({ root: "/", enclosed: true })
const base64 = (text: string) => Buffer.from(text).toString("base64")
/** A supervisor in a ring that has what the test puts there, with a service of these groups. */
function world(...loaded: readonly string[]) {
  const files = memoryFileSystem()
  const [said, posted]: [string[], string[]] = [[], []]
  let state: RingState = EMPTY_RING
  let keysChanged: () => void = () => undefined
  const watch = (_: string, onChange: () => void) => {
    keysChanged = onChange
    return () => undefined
  }
  const context = {
    host: { files, watcher: { watch, fingerprint: () => "" } },
    ...{ layout, options: {}, style: { json: true, color: false } },
    print: (line: string) => said.push(line),
  } as unknown as SupervisorContext
  const services = new Map(loaded.map((group) => [group, { name: group, group, running: new Map() }]))
  const post = ({ group }: { group: string }, { tag }: { tag: string }) => posted.push(`${group}: ${tag}`)
  const view = { name: "r", ring: { state: () => state } } as unknown as RingView
  const uploads = createUploads(context, view, { services, post } as unknown as Roster)
  return {
    here: { files, layout },
    ...{ said, posted, services },
    keysChanged: () => keysChanged(),
    has: async (given: Partial<RingState>) => {
      state = { ...state, ...given }
      uploads.look()
      await settle()
    },
  }
}

const config = (incarnation: string, text: string, revision = 1) =>
  new Map([[GROUP, { incarnation, encrypted: false, body: base64(text), revision }]])

describe("what was given to groups in a ring", () => {
  it("is kept for every group, and told to the services that are here", async () => {
    const ring = world("other.default")
    await ring.has({ config: config("3", "a = 1") })
    const file = { incarnation: "4", encrypted: false, body: base64("hello"), revision: 2 }
    await ring.has({ files: new Map([[GROUP, new Map([["motd", file]])]]) })
    expect(readApplied(ring.here, GROUP)).toEqual({ version: 3n, text: "a = 1", isSecret: false })
    expect(readUploaded(ring.here, GROUP).map(({ name, version }) => [name, version])).toEqual([["motd", 4n]])
    expect(ring.posted).toEqual([])
    const member = world(GROUP)
    await member.has({ config: config("3", "a = 1") })
    expect(member.posted).toEqual([`${GROUP}: inputs-changed`])
  })

  it("never takes the place of a higher version that is here", async () => {
    const ring = world(GROUP)
    await ring.has({ config: config("5", "a = 5") })
    await ring.has({ config: config("4", "a = 4", 2) })
    expect(readApplied(ring.here, GROUP)?.text).toBe("a = 5")
    expect(ring.posted).toHaveLength(1)
  })

  it("says once what cannot be used, and goes on with what is in force", async () => {
    const ring = world(GROUP)
    await ring.has({ config: config("1", "a = 1") })
    await ring.has({ config: config("2", "a = ", 2) })
    await ring.has({})
    expect(ring.said).toEqual([
      expect.stringMatching(/applied to web.default@acme in the ring cannot be used: .*not TOML/),
    ])
    expect(readApplied(ring.here, GROUP)?.version).toBe(1n)
  })

  it("is opened once there is a key; that there is none is said once, where a service needs it", async () => {
    const elsewhere = createKeyCache({ files: memoryFileSystem() }, "/keys")
    const random = { clock: fakeClock(), randomBytes: (length: number) => new Uint8Array(length).fill(7) }
    const user = await generateBoxKeys(random, elsewhere, "alice")
    const service = await generateBoxKeys(random, elsewhere, GROUP)
    const nonce = new Uint8Array(24).fill(9)
    const body = await sealBox({ message: "a = 9", sender: user.secret, recipient: service.public, nonce })
    const sealed = new Map([[GROUP, { incarnation: "9", encrypted: true, body, revision: 1 }]])
    const ring = world()
    await ring.has({ config: sealed })
    expect(ring.said).toEqual([])
    ring.services.set(GROUP, { name: "web", group: GROUP, running: new Map() })
    await ring.has({})
    await ring.has({})
    expect(ring.said).toEqual([expect.stringMatching(/cannot be used: the box secret key/)])
    const keys = createKeyCache(ring.here, layout.cacheKeys)
    await writeKeyPair(keys, user)
    await writeKeyPair(keys, service)
    ring.keysChanged()
    await until(() => readApplied(ring.here, GROUP) !== undefined)
    expect(readApplied(ring.here, GROUP)).toEqual({ version: 9n, text: "a = 9", isSecret: true })
    expect(ring.said).toHaveLength(1)
  })
})

/** Decryption takes a few turns. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isSo(); turn++) await settle()
}
