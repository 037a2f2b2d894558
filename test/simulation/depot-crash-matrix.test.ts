import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { hashFile } from "../../src/crypto/hash.ts"
import { printKey } from "../../src/crypto/key.ts"
import { sweepIncoming } from "../../src/depot/depot-server.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { writeArtifact } from "../support/artifact.ts"
import { type DepotWorld, depotWorld, TARGET } from "../support/depot-world.ts"
import { testKeys } from "../support/keys.ts"
import type { Failure } from "../support/memory-file-system.ts"

const WEB = parseFullIdent("acme/web/1.0.0/20240101000000")
const LIB = parseFullIdent("acme/lib/1.0.0/20240101000000")
const RELEASES = [WEB, LIB]
const CHANNELS = ["unstable", "stable", "canary"]

type Artifact = Readonly<{ ident: typeof WEB; bytes: Uint8Array; checksum: string }>

/** Sealed once: hundreds of worlds are given the same bytes. The last one is another build of the first release. */
const artifacts: Artifact[] = []

async function seal(): Promise<void> {
  const { files } = depotWorld()
  for (const [ident, content] of [
    [WEB, "first"],
    [LIB, "x".repeat(2000)],
    [WEB, "second"],
  ] as const) {
    const text = `${ident.origin}/${ident.name}/${ident.version}/${ident.release}`
    const path = await writeArtifact(files, { ident: text, files: { "bin/run": content } })
    artifacts.push({ ident, bytes: files.readFile(path), checksum: await hashFile({ files }, path) })
  }
}

async function prepare(): Promise<DepotWorld> {
  if (artifacts.length === 0) await seal()
  const world = depotWorld()
  world.files.makeDirectories("/harts")
  for (const [index, { bytes }] of artifacts.entries()) world.files.writeFile(`/harts/${index}`, bytes)
  const key = (await testKeys()).public
  await world.directory.uploadKey("origin-public", key, printKey(key))
  return world
}

/** Everything that changes a depot, each step possible again after a failure in it or behind it. */
async function changeEverything({ directory: depot }: DepotWorld): Promise<void> {
  for (const [index, { ident, checksum }] of artifacts.entries()) {
    await depot.upload({ path: `/harts/${index}`, ident, target: TARGET, checksum, force: index === 2 })
  }
  await depot.createChannel("acme", "stable")
  for (const ident of RELEASES) await depot.promote(ident, TARGET, "stable")
  await depot.moveAll("promote", "acme", { from: "stable", to: "canary" })
  await depot.demote(WEB, TARGET, "stable")
  await depot.moveAll("demote", "acme", { from: "stable", to: "canary" })
  await depot.remove(LIB, TARGET)
}

/** What a client sees of each release in each channel: nothing, or something whole that is what the depot says it is. */
async function expectWhole({ files, directory: depot }: DepotWorld, when: unknown): Promise<void> {
  for (const ident of RELEASES) {
    for (const channel of CHANNELS) {
      const found = await depot.find(ident, { channel, target: TARGET })
      if (found === undefined) continue
      await depot.fetch(ident, TARGET, "/got")
      expect([when, await hashFile({ files }, "/got")]).toEqual([when, found.checksum])
      files.removeFile("/got")
    }
    const inChannels = await depot.channelsOf(ident, TARGET)
    for (const channel of inChannels) expect(await depot.find(ident, { channel, target: TARGET })).toBeDefined()
  }
}

const leftovers = (world: DepotWorld) =>
  Object.keys(world.files.snapshot("/depot")).filter((name) => /\.tmp-|\/incoming\/./.test(name))

describe("a change of a depot that fails at any call to the file system", { timeout: 60_000 }, async () => {
  const whole = await prepare()
  const before = whole.files.calls
  await changeEverything(whole)
  const calls = whole.files.calls - before
  const final = whole.files.snapshot("/depot")

  it("makes enough calls for this to mean something", () => {
    expect(calls).toBeGreaterThan(60)
  })

  it.each<Failure["code"]>(["STOP", "ENOSPC"])(
    "with %s leaves every release absent or whole in every channel, and can be done again",
    async (code) => {
      for (let atCall = 1; atCall <= calls; atCall++) {
        const world = await prepare()
        world.files.failWith({ atCall, code })
        const failure = await changeEverything(world).catch((error: unknown) => error)
        world.files.failWith(undefined)
        if (failure instanceof HabError) throw failure
        await expectWhole(world, [code, atCall])
        // Only a machine that stopped leaves what the server sweeps when it starts again.
        if (code !== "STOP") expect([atCall, leftovers(world)]).toEqual([atCall, []])
        sweepIncoming(world.context, "/depot")
        await changeEverything(world)
        const { "/depot/incoming": _, ...made } = world.files.snapshot("/depot")
        const { "/depot/incoming": __, ...expected } = final
        const without = Object.entries(made).filter(([name]) => !name.includes("/.tmp-"))
        expect([code, atCall, Object.fromEntries(without)]).toEqual([code, atCall, expected])
      }
    },
  )
})
