import { describe, expect, it } from "vitest"
import { hashBytes } from "../../src/crypto/hash.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { checkInstalled, isDamaged } from "../../src/package/file-list.ts"
import { sealText } from "../../src/package/hart.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { installPackages } from "../../src/package/install.ts"
import { repairPackage } from "../../src/package/repair.ts"
import { createStore } from "../../src/package/store.ts"
import { writeArtifact } from "../support/artifact.ts"
import { installWorld } from "../support/install-world.ts"
import { testKeys } from "../support/keys.ts"

const WEB = "acme/web/1.0.0/20240101000000"
const PATH = `/hab/pkgs/${WEB}`

/** An installed package with a signed list of its files. */
async function installed() {
  const world = await installWorld()
  const { context, files } = world
  const list = `${await hashBytes("true")}  ${PATH}/bin/tool\n${await hashBytes("x")}  ${PATH}/lib/x\n`
  const FILES = await sealText(list, (await testKeys()).secret)
  const metadata = { IDENT: undefined, TARGET: undefined, MANIFEST: "#" }
  const tree = { ...metadata, IDENT: `${WEB}\n`, TARGET: "x86_64-linux\n", "bin/tool": "true", "lib/x": "x", FILES }
  const artifact = await writeArtifact(files, { ident: WEB, files: tree })
  await installPackages(context, [{ tag: "archive", path: artifact }])
  const pkg = createStore(context).load(parseFullIdent(WEB))
  const check = async () => checkInstalled(context, createKeyCache(context, "/hab/cache/keys"), pkg)
  const problems = async () => (await check()).problems.filter(({ path }) => path !== "IDENT" && path !== "TARGET")
  return { ...world, pkg, artifact, check, problems }
}

describe("checking an installed package", () => {
  it("finds what was changed, removed and added", async () => {
    const { files, check, problems } = await installed()
    expect(await problems()).toEqual([])
    expect(isDamaged(await check())).toBe(false)
    files.writeFile(`${PATH}/bin/tool`, "false")
    files.removeFile(`${PATH}/lib/x`)
    files.writeFile(`${PATH}/lib/y`, "")
    files.writeFile(`${PATH}/INSTALL_HOOK_STATUS`, "0")
    expect(await problems()).toEqual([
      { path: "bin/tool", what: "changed" },
      { path: "lib/x", what: "missing" },
      { path: "lib/y", what: "added" },
    ])
    expect(isDamaged(await check())).toBe(true)
  })

  it("trusts no list that is missing, changed, or speaks of other places", async () => {
    const { files, check } = await installed()
    const list = files.readText(`${PATH}/FILES`)
    files.writeFile(`${PATH}/FILES`, `${list}\n`)
    await expect(check()).rejects.toMatchObject({ code: "HART_CONTENT_CHANGED" })
    const outside = `${"0".repeat(64)}  ${PATH}/../other\n`
    files.writeFile(`${PATH}/FILES`, await sealText(outside, (await testKeys()).secret))
    await expect(check()).rejects.toMatchObject({ code: "METADATA_INVALID" })
    files.removeFile(`${PATH}/FILES`)
    await expect(check()).rejects.toMatchObject({ code: "METADATA_MISSING" })
  })
})

describe("repairing an installed package", () => {
  it("brings back every file and keeps what the install hook ended with", async () => {
    const { context, files, pkg, artifact, problems } = await installed()
    files.writeFile(`${PATH}/bin/tool`, "false")
    files.writeFile(`${PATH}/INSTALL_HOOK_STATUS`, "3")
    await repairPackage(context, pkg, { artifact })
    expect(await problems()).toEqual([])
    expect(files.readText(`${PATH}/INSTALL_HOOK_STATUS`)).toBe("3")
    expect(files.readDirectory("/hab/pkgs/acme/web/1.0.0").map(({ name }) => name)).toEqual(["20240101000000"])
  })

  it("changes nothing when the artifact is no good", async () => {
    const { context, files, pkg, artifact } = await installed()
    files.writeFile(artifact, `${files.readText(artifact)}x`)
    const before = files.snapshot("/hab/pkgs/acme")
    await expect(repairPackage(context, pkg, { artifact })).rejects.toMatchObject({ code: "HART_CONTENT_CHANGED" })
    expect(files.snapshot("/hab/pkgs/acme")).toEqual(before)
  })
})

describe("a repair of what is removed meanwhile", () => {
  it("changes nothing and says so", async () => {
    const { context, files, pkg, artifact } = await installed()
    files.removeTree("/hab/pkgs/acme")
    const before = files.snapshot()
    await expect(repairPackage(context, pkg, { artifact })).rejects.toMatchObject({ code: "PACKAGE_NOT_FOUND" })
    expect(files.snapshot()).toEqual(before)
  })
})
