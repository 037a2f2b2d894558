import { describe, expect, it } from "vitest"
import type { Progress } from "../../src/base/progress.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import type { Depot } from "../../src/depot/depot.ts"
import { publishArtifact } from "../../src/depot/publish.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { writeArtifact } from "../support/artifact.ts"
import { depotWorld, TARGET } from "../support/depot-world.ts"
import { testKeys } from "../support/keys.ts"

const WEB = "acme/web/1.0.0/20240102000000"
const LIB = "acme/lib/1.0.0/20240101000000"

/** A depot in memory, and artifacts of acme/web and of acme/lib, which it needs, beside each other. */
async function world() {
  const { files, context, directory } = depotWorld()
  const keys = createKeyCache({ files }, "/keys")
  await keys.write((await testKeys()).public)
  const told: string[] = []
  const report = (fact: Progress) => void told.push("text" in fact ? fact.text : "verb" in fact ? fact.verb : fact.tag)
  const web = await writeArtifact(files, { ident: WEB, tdeps: [LIB] })
  const lib = await writeArtifact(files, { ident: LIB })
  const publish = (depot: Depot, force = false) =>
    publishArtifact({ ...context, files, keys, report }, depot, web, { force, channel: "stable" })
  return { files, depot: directory, told, lib, publish }
}

describe("publishing an artifact", () => {
  it("uploads key, dependencies and artifact, and promotes it", async () => {
    const { depot, publish } = await world()
    await publish(depot)
    expect(await depot.channelsOf(parseFullIdent(WEB), TARGET)).toEqual(["stable", "unstable"])
    expect(await depot.channelsOf(parseFullIdent(LIB), TARGET)).toEqual(["unstable"])
  })

  it("only promotes what is there already: neither it nor what it needs is sent again", async () => {
    const { depot, files, lib, told, publish } = await world()
    await publish(depot)
    await depot.demote(parseFullIdent(WEB), TARGET, "stable")
    files.removeFile(lib)
    await depot.remove(parseFullIdent(LIB), TARGET)
    told.length = 0
    const upload = async () => expect.fail("it was uploaded")
    await publish({ ...depot, upload })
    expect(told).toEqual(["Using", "Promoted"])
    expect(await depot.channelsOf(parseFullIdent(WEB), TARGET)).toEqual(["stable", "unstable"])
    await expect(publish(depot, true)).rejects.toMatchObject({ code: "PACKAGE_NOT_FOUND" })
  })

  it("passes over what the depot has no place for, with a warning", async () => {
    const { depot, told, publish } = await world()
    const declining: Depot = { ...depot, upload: async () => ({ declined: "its platform is not supported there" }) }
    await publish(declining)
    expect(told.at(-1)).toBe(`${WEB} is not taken by file:///depot: its platform is not supported there`)
    expect(await depot.channels("acme")).toEqual([])
  })
})
