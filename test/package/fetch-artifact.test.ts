import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { collectArtifacts } from "../../src/depot/collect.ts"
import type { Depot } from "../../src/depot/depot.ts"
import { fetchArtifact } from "../../src/package/fetch-artifact.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import type { PackageSource } from "../../src/package/package-source.ts"
import { writeArtifact } from "../support/artifact.ts"
import { type InstallWorld, installWorld } from "../support/install-world.ts"
import { settle } from "../support/settle.ts"

const WEB = "acme/web/1.0/20240102030405"
const CACHED = "/hab/cache/artifacts/acme-web-1.0-20240102030405-x86_64-linux.hart"

/** What a depot may give for acme/web that is no good, and as what it is refused. */
const UNUSABLE: readonly (readonly [string, string, (world: InstallWorld) => Promise<Uint8Array>])[] = [
  ["a page", "HART_FORMAT_UNSUPPORTED", async () => Buffer.from("<html>\n")],
  ["nothing", "HART_FORMAT_UNSUPPORTED", async () => Buffer.from("")],
  ["half of it", "HART_CONTENT_CHANGED", async ({ files }) => (await artifact(files, WEB)).subarray(0, -700)],
  ["another package", "IDENT_MISMATCH", ({ files }) => artifact(files, "acme/lib/1.0/20240101000000")],
]

async function artifact(files: InstallWorld["files"], ident: string): Promise<Uint8Array> {
  return files.readFile(await writeArtifact(files, { ident }))
}

function sourceOf({ files }: InstallWorld, bytes: Uint8Array): PackageSource {
  return {
    name: "channel stable of http://depot/v1",
    latest: async () => undefined,
    fetch: async (_, destination) => files.writeFile(destination, bytes),
    key: async () => undefined,
    alternatives: async () => [],
  }
}

const depotOf = (world: InstallWorld, bytes: Uint8Array) =>
  ({
    url: "http://depot/v1",
    key: async () => undefined,
    fetch: async (_: unknown, __: string, destination: string) => world.files.writeFile(destination, bytes),
  }) as Pick<Depot, "url" | "key" | "fetch"> as Depot

describe("two downloads at once", () => {
  it("are one after the other, and the second finds what the first brought", async () => {
    const world = await installWorld()
    const bytes = await artifact(world.files, WEB)
    let finish: () => void = () => undefined
    const begun: string[] = []
    const slow: PackageSource = {
      ...sourceOf(world, bytes),
      async fetch(_, destination) {
        begun.push(destination)
        world.files.writeFile(destination, bytes.subarray(0, 9))
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        world.files.writeFile(destination, bytes)
      },
    }
    const both = [1, 2].map(() => fetchArtifact(world.context, slow, parseFullIdent(WEB)))
    await settle()
    expect([...world.reported].sort()).toEqual([`Downloading ${WEB}`, `Waiting for process 42 (hab downloads ${WEB})`])
    finish()
    await both[0]
    world.context.clock.advance(100)
    expect(await Promise.all(both)).toEqual([CACHED, CACHED])
    expect(begun).toEqual([`${CACHED}.part`])
  })

  it("are no matter of locks where nothing can be locked", async () => {
    const world = await installWorld()
    const acquire = async () => {
      throw new HabError("LOCK_FAILED", "no locks here")
    }
    const context = { ...world.context, locks: { ...world.context.locks, acquire } }
    const source = sourceOf(world, await artifact(world.files, WEB))
    expect(await fetchArtifact(context, source, parseFullIdent(WEB))).toBe(CACHED)
  })
})

describe("what a depot gives", () => {
  it("is in the cache once it is verified", async () => {
    const world = await installWorld()
    const source = sourceOf(world, await artifact(world.files, WEB))
    expect(await fetchArtifact(world.context, source, parseFullIdent(WEB))).toBe(CACHED)
    expect(world.files.readDirectory("/hab/cache/artifacts").map(({ name }) => `/hab/cache/artifacts/${name}`)).toEqual(
      [CACHED],
    )
  })

  it.each(UNUSABLE)("is refused, and not kept, when it is %s (%s)", async (_, code, give) => {
    const world = await installWorld()
    const source = sourceOf(world, await give(world))
    await expect(fetchArtifact(world.context, source, parseFullIdent(WEB))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        /^channel stable of http:\/\/depot\/v1 gave something unusable for acme\/web\/1.0\/\d+: it /,
      ),
      hint: expect.stringMatching(/^nothing of it was kept/),
    })
    expect(world.files.readDirectory("/hab/cache/artifacts")).toEqual([])
  })

  it("is not kept by who downloads into a folder either, when it is no artifact", async () => {
    const { context, files, ...world } = await installWorld()
    const keys = createKeyCache({ files }, context.layout.cacheKeys)
    const collect = (bytes: Uint8Array) =>
      collectArtifacts({ ...context, keys }, depotOf({ ...world, context, files }, bytes), [parseFullIdent(WEB)], {
        directory: "/got",
        target: "x86_64-linux",
        verify: true,
      })
    const whole = await artifact(files, WEB)
    await expect(collect(Buffer.from("<html>\n"))).rejects.toMatchObject({ code: "HART_FORMAT_UNSUPPORTED" })
    await expect(collect(whole.subarray(0, -700))).rejects.toMatchObject({ code: "HART_CONTENT_CHANGED" })
    const other = await artifact(files, "acme/lib/1.0/20240101000000")
    await expect(collect(other)).rejects.toMatchObject({ code: "IDENT_MISMATCH" })
    expect(files.readDirectory("/got")).toEqual([])
    expect(await collect(whole)).toHaveLength(1)
  })
})
