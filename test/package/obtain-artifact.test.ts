import { describe, expect, it } from "vitest"
import { parseIdent } from "../../src/package/ident.ts"
import { installPackages } from "../../src/package/install.ts"
import type { PackageSource } from "../../src/package/package-source.ts"
import { writeArtifact } from "../support/artifact.ts"
import { installWorld } from "../support/install-world.ts"

const WEB = "acme/web/1.0/20240102030405"
const CACHED = "/hab/cache/artifacts/acme-web-1.0-20240102030405-x86_64-linux.hart"

/** A machine whose cache holds half of an artifact that a depot has whole. */
async function damaged() {
  const world = await installWorld()
  const whole = world.files.readFile(await writeArtifact(world.files, { ident: WEB }))
  world.files.makeDirectories("/hab/cache/artifacts")
  world.files.writeFile(CACHED, whole.subarray(0, -700))
  const source: PackageSource = {
    name: "channel stable of http://depot/v1",
    latest: async () => undefined,
    fetch: async (_, destination) => world.files.writeFile(destination, whole),
    key: async () => undefined,
    alternatives: async () => [],
  }
  const install = (from?: PackageSource) =>
    installPackages(
      world.context,
      [{ tag: "ident", ident: parseIdent(WEB) }],
      from === undefined ? {} : { source: from },
    )
  return { ...world, whole, source, install }
}

describe("an artifact in the cache that was damaged there", () => {
  it("is fetched again", async () => {
    const { files, reported, whole, source, install } = await damaged()
    expect((await install(source)).installed).toHaveLength(1)
    expect(Buffer.from(files.readFile(CACHED))).toEqual(Buffer.from(whole))
    expect(reported[1]).toMatch(/web-1.0-.*\.hart.*; it is fetched again$/)
  })

  it("is named, and kept, where there is no depot", async () => {
    const { files, install } = await damaged()
    const hint = expect.stringContaining(`rm '${CACHED}'`)
    await expect(install()).rejects.toMatchObject({ code: "HART_CONTENT_CHANGED", hint })
    expect(files.stat(CACHED)).toBeDefined()
  })
})
