import { describe, expect, it } from "vitest"
import type { Progress } from "../../src/base/progress.ts"
import { hashFile } from "../../src/crypto/hash.ts"
import { printKey } from "../../src/crypto/key.ts"
import type { Depot } from "../../src/depot/depot.ts"
import { directoryDepot } from "../../src/depot/directory-depot.ts"
import { requireToken } from "../../src/depot/tokens.ts"
import { parseFullIdent, parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { writeArtifact } from "../support/artifact.ts"
import { type DepotWorld, depotWorld, putRelease, remoteOver, TARGET } from "../support/depot-world.ts"
import { testKeys } from "../support/keys.ts"

const OLD = "acme/web/1.0.0/20240101000000"
const NEW = "acme/web/1.1.0/20240102000000"
const NEWEST = "acme/web/2.0.0/20240103000000"
const LIB = "acme/lib/1.0.0/20240101000000"

const kinds: [string, (world: DepotWorld) => Depot][] = [
  ["in a folder", (world) => world.directory],
  ["over HTTP", (world) => remoteOver(world)],
]

describe.each(kinds)("a depot %s", (_, open) => {
  async function filled() {
    const world = depotWorld()
    const depot = open(world)
    await putRelease(world.files, depot, LIB)
    await putRelease(world.files, depot, OLD, [LIB])
    for (const ident of [NEW, NEWEST]) await putRelease(world.files, depot, ident)
    const find = async (wish: string, channel: string) => {
      const found = await depot.find(parseIdent(wish), { channel, target: TARGET })
      return found === undefined ? undefined : stringifyIdent(found.ident)
    }
    return { ...world, depot, find }
  }

  it("has every upload in unstable, and gives back the very bytes", async () => {
    const { depot, files, find } = await filled()
    expect(await find("acme/web", "unstable")).toBe(NEWEST)
    expect(await find("acme/web/1.0.0", "unstable")).toBe(OLD)
    expect(await find("acme/none", "unstable")).toBeUndefined()
    const found = await depot.find(parseIdent(OLD), { channel: "unstable", target: TARGET })
    expect(found?.tdeps.map(stringifyIdent)).toEqual([LIB])
    await depot.fetch(parseFullIdent(OLD), TARGET, "/got")
    expect(await hashFile({ files }, "/got")).toBe(found?.checksum)
  })

  it("tells of a release what somebody wants to know who looks at it", async () => {
    const world = depotWorld()
    const depot = open(world)
    const files = { MANIFEST: "# acme / web\n", "default.toml": "port = 80\n", EXPOSES: "80 x 443\n" }
    await putRelease(world.files, depot, OLD, [], files)
    const found = await depot.find(parseIdent(OLD), { channel: "unstable", target: TARGET })
    expect(found).toMatchObject({ manifest: "# acme / web", config: "port = 80", exposes: [80, 443] })
  })

  it("shows in a channel what was promoted, until it is demoted", async () => {
    const { depot, find } = await filled()
    expect(await find("acme/web", "stable")).toBeUndefined()
    expect(await depot.createChannel("acme", "stable")).toBe("created")
    expect(await depot.createChannel("acme", "stable")).toBe("exists")
    for (const ident of [OLD, NEW]) await depot.promote(parseFullIdent(ident), TARGET, "stable")
    expect(await find("acme/web", "stable")).toBe(NEW)
    expect(await depot.channelsOf(parseFullIdent(NEW), TARGET)).toEqual(["stable", "unstable"])
    await depot.demote(parseFullIdent(NEW), TARGET, "stable")
    expect(await find("acme/web", "stable")).toBe(OLD)
    await expect(depot.demote(parseFullIdent(NEW), TARGET, "stable")).rejects.toMatchObject({
      code: "PACKAGE_NOT_FOUND",
    })
    expect(await depot.channels("acme")).toEqual(["stable", "unstable"])
    await depot.removeChannel("acme", "stable")
    expect(await find("acme/web", "stable")).toBeUndefined()
    expect(await find("acme/web", "unstable")).toBe(NEWEST)
  })

  it("finds the latest release in a range of versions", async () => {
    const { find } = await filled()
    expect(await find("acme/web@^1", "unstable")).toBe(NEW)
    expect(await find("acme/web@>=3", "unstable")).toBeUndefined()
  })

  it("moves all of a channel", async () => {
    const { depot, find } = await filled()
    await depot.promote(parseFullIdent(NEW), TARGET, "canary")
    await depot.moveAll("promote", "acme", { from: "canary", to: "stable" })
    expect(await find("acme/web", "stable")).toBe(NEW)
    await depot.moveAll("demote", "acme", { from: "canary", to: "stable" })
    expect(await find("acme/web", "stable")).toBeUndefined()
    await expect(depot.moveAll("promote", "acme", { from: "none", to: "stable" })).rejects.toMatchObject({
      code: "CHANNEL_NOT_FOUND",
    })
  })

  it("is searched by a part of origin/name, each package once", async () => {
    const { depot } = await filled()
    const found = await depot.search("e/", 10)
    expect(found).toEqual({
      idents: [
        { origin: "acme", name: "lib" },
        { origin: "acme", name: "web" },
      ],
      total: 2,
    })
    expect((await depot.search("web", 1)).total).toBe(1)
    expect((await depot.search("zzz", 10)).idents).toEqual([])
  })

  it("keeps keys: each once, and the secret ones apart", async () => {
    const { depot } = await filled()
    const { public: key, secret } = await testKeys()
    expect(await depot.key(key)).toBe(printKey(key))
    expect(await depot.keys("acme")).toEqual([{ name: "acme", revision: key.revision }])
    expect(await depot.keys("other")).toEqual([])
    expect(await depot.uploadKey("origin-public", key, printKey(key))).toBe("exists")
    expect(await depot.secretKey("acme")).toBeUndefined()
    await depot.uploadKey("origin-secret", secret, printKey(secret))
    expect(await depot.secretKey("acme")).toBe(printKey(secret))
  })

  it("takes no release twice unless forced, and forgets what is removed, channels included", async () => {
    const { depot, files, find } = await filled()
    expect(await putRelease(files, depot, OLD)).toBe("exists")
    await depot.promote(parseFullIdent(NEWEST), TARGET, "stable")
    await depot.remove(parseFullIdent(NEWEST), TARGET)
    expect(await find("acme/web", "unstable")).toBe(NEW)
    expect(await find("acme/web", "stable")).toBeUndefined()
    await expect(depot.remove(parseFullIdent(NEWEST), TARGET)).rejects.toMatchObject({ code: "PACKAGE_NOT_FOUND" })
    await expect(depot.promote(parseFullIdent(NEWEST), TARGET, "stable")).rejects.toMatchObject({
      code: "PACKAGE_NOT_FOUND",
    })
  })

  it("refuses a wrong checksum, another ident, another platform, and what strangers signed; nothing is left", async () => {
    const { depot, files } = await filled()
    const path = await writeArtifact(files, { ident: "acme/x/1/1" })
    const foreign = await writeArtifact(files, { ident: "other/x/1/1" })
    const checksum = await hashFile({ files }, path)
    const before = files.snapshot("/depot")
    const upload = (ident: string, more: Partial<Parameters<Depot["upload"]>[0]> = {}) =>
      depot.upload({ path, ident: parseFullIdent(ident), target: TARGET, checksum, force: false, ...more })
    await expect(upload("acme/x/1/1", { checksum: "0".repeat(64) })).rejects.toMatchObject({ code: "DEPOT_CHECKSUM" })
    await expect(upload("acme/y/1/1")).rejects.toMatchObject({ code: "IDENT_MISMATCH" })
    await expect(upload("acme/x/1/1", { target: "aarch64-linux" })).rejects.toMatchObject({ code: "TARGET_MISMATCH" })
    const other = { path: foreign, checksum: await hashFile({ files }, foreign) }
    const asOther =
      open === kinds[1]?.[1] ? remoteOver({ files, context: depotContext(files), directory: depot }, "master") : depot
    const refusal = asOther.upload({ ident: parseFullIdent("other/x/1/1"), target: TARGET, force: false, ...other })
    await expect(refusal).rejects.toMatchObject({ code: "DEPOT_SIGNER_FOREIGN" })
    const after = Object.entries(files.snapshot("/depot")).filter(([name]) => name !== "/depot/incoming")
    expect(Object.fromEntries(after)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => name !== "/depot/incoming")),
    )
  })

  it("removes an origin, its channels and its keys, once it has no packages", async () => {
    const { depot } = await filled()
    expect(await depot.originInfo("acme")).toEqual({ name: "acme", default_package_visibility: "public" })
    await expect(depot.removeOrigin("acme")).rejects.toMatchObject({ code: "ORIGIN_IN_USE" })
    for (const ident of [OLD, NEW, NEWEST, LIB]) await depot.remove(parseFullIdent(ident), TARGET)
    await depot.removeOrigin("acme")
    expect(await depot.originInfo("acme")).toBeUndefined()
    expect(await depot.keys("acme")).toEqual([])
    await expect(depot.removeOrigin("acme")).rejects.toMatchObject({ code: "ORIGIN_NOT_FOUND" })
  })

  it("of ours says that it has no accounts", async () => {
    const { depot } = await filled()
    const asked = async () => depot.accounts().role("acme", "alice")
    await expect(asked()).rejects.toMatchObject({ code: "DEPOT_WITHOUT_ACCOUNTS" })
  })

  it("refuses a key under another name, and names that are no folders", async () => {
    const { depot } = await filled()
    const { public: key } = await testKeys("acme", 2)
    const renamed = { name: "acme", revision: "20990101000000" }
    await expect(depot.uploadKey("origin-public", renamed, printKey(key))).rejects.toMatchObject({
      code: "KEY_INVALID",
    })
    await expect(depot.createChannel("acme", "..")).rejects.toThrow()
    await expect(depot.demote(parseFullIdent(OLD), TARGET, "unstable")).rejects.toMatchObject({
      code: "CHANNEL_INVALID",
    })
  })
})

describe("a depot in a folder", () => {
  it("holds nothing but its packages, whatever else people put beside them", async () => {
    const world = depotWorld()
    const { directory: depot, files } = world
    await putRelease(files, depot, OLD)
    await depot.promote(parseFullIdent(OLD), TARGET, "stable")
    const beside = [
      "pkgs",
      "pkgs/acme",
      "pkgs/acme/web",
      "channels/acme",
      "channels/acme/stable",
      "channels/acme/stable/web",
    ]
    for (const folder of beside) {
      files.writeFile(`/depot/${folder}/notes.txt`, "")
      files.makeDirectories(`/depot/${folder}/.snapshot`)
    }
    expect((await depot.search("", 9)).idents).toEqual([{ origin: "acme", name: "web" }])
    expect(await depot.channels("acme")).toEqual(["stable", "unstable"])
    expect(await depot.channelsOf(parseFullIdent(OLD), TARGET)).toEqual(["stable", "unstable"])
    for (const channel of ["stable", "unstable"]) {
      expect((await depot.find(parseIdent("acme/web"), { channel, target: TARGET }))?.ident).toEqual(
        parseFullIdent(OLD),
      )
    }
    await depot.moveAll("promote", "acme", { from: "unstable", to: "canary" })
    await depot.remove(parseFullIdent(OLD), TARGET)
    expect(await depot.find(parseIdent("acme/web"), { channel: "canary", target: TARGET })).toBeUndefined()
  })

  it("tells how far it is with what it takes and gives", async () => {
    const world = depotWorld()
    const told: Progress[] = []
    const depot = directoryDepot({ ...world.context, report: (fact) => told.push(fact) }, "/depot")
    await putRelease(world.files, depot, OLD)
    await depot.fetch(parseFullIdent(OLD), TARGET, "/got")
    const bytes = world.files.stat("/got")?.size
    const whole = [{ tag: "transfer", bytes, total: bytes }, { tag: "transfer-over" }]
    expect(told).toEqual([...whole, ...whole])
  })
})

function depotContext(files: DepotWorld["files"]): DepotWorld["context"] {
  const { context } = depotWorld()
  return { ...context, files }
}

describe("access tokens", () => {
  it("are needed for what changes a depot, and for its secret keys; reading is open", async () => {
    const world = depotWorld()
    await putRelease(world.files, remoteOver(world), OLD)
    const stranger = remoteOver(world, "guessed")
    const { secret } = await testKeys()
    await expect(stranger.createChannel("acme", "stable")).rejects.toMatchObject({ code: "DEPOT_TOKEN_UNKNOWN" })
    await expect(stranger.remove(parseFullIdent(OLD), TARGET)).rejects.toMatchObject({ code: "DEPOT_TOKEN_UNKNOWN" })
    await expect(stranger.secretKey("acme")).rejects.toMatchObject({ code: "DEPOT_TOKEN_UNKNOWN" })
    await expect(remoteOver(world).uploadKey("origin-secret", { ...secret, name: "other" }, "")).rejects.toMatchObject({
      code: "DEPOT_ORIGIN_REFUSED",
    })
    expect(await stranger.keys("acme")).toHaveLength(1)
  })

  it("that are withdrawn are refused at once, and a broken file of them lets nobody in", async () => {
    const world = depotWorld()
    const depot = remoteOver(world)
    await depot.createOrigin("acme")
    world.files.writeFile("/depot/tokens", "# none\n")
    await expect(depot.createChannel("acme", "x")).rejects.toMatchObject({ code: "DEPOT_TOKEN_UNKNOWN" })
    world.files.writeFile("/depot/tokens", "s3cr3t acme tools\n")
    const asked = () => requireToken(world, "/depot/tokens", { authorization: "Bearer s3cr3t", origin: "acme" })
    expect(asked).toThrowError(expect.objectContaining({ code: "DEPOT_TOKENS_INVALID" }))
  })
})
