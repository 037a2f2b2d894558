import { spawn } from "node:child_process"
import { describe, expect, it } from "vitest"
import { parseFullIdent } from "../../src/package/ident.ts"
import { type Builder, startBuilder } from "../support/builder.ts"
import { createHab, type Hab, type Outcome, project } from "../support/hab.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const STAMP = "20240101000000"
const ident = (name: string, version = "1.0.0") => `acme/${name}/${version}/${STAMP}`

/** `hab` while the Builder, which is in this process, answers. */
function run(hab: Hab, ...words: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [`${project}/bin/hab`, ...words], { env: hab.env, cwd: hab.root })
  const outcome = { stdout: "", stderr: "" }
  child.stdout.on("data", (chunk) => (outcome.stdout += chunk))
  child.stderr.on("data", (chunk) => (outcome.stderr += chunk))
  return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code: code ?? -1 })))
}

/** Somebody who builds and uploads, and somebody without a token. */
async function people(builder: Builder) {
  const [maker, user] = [
    createHab({ HAB_BLDR_URL: builder.url, HAB_AUTH_TOKEN: builder.token }),
    createHab({ HAB_BLDR_URL: builder.url }),
  ]
  await trustTestKey(maker)
  const does = async (...words: string[]) => {
    const { stdout, stderr, code } = await run(maker, ...words)
    if (code !== 0) throw new Error(`hab ${words.join(" ")}: ${code}\n${stderr}`)
    return stdout.trim()
  }
  return { maker, user, does, lines: async (...words: string[]) => (await does(...words)).split("\n") }
}

describe("Chef's Builder", () => {
  it("takes a package with its key and what it needs, and gives it by channel to who has no token", async () => {
    const builder = await startBuilder()
    const { maker, user, does, lines } = await people(builder)
    const version = "1.2.3+git.5~rc1"
    await writeHart(maker, { ident: ident("lib") })
    const hart = await writeHart(maker, { ident: ident("web", version), deps: [ident("lib")] })
    await does("origin", "create", "acme")
    await does("pkg", "upload", hart, "--channel", "stable")
    expect(await lines("pkg", "channels", ident("web", version))).toEqual(["unstable", "stable"])
    expect(await lines("bldr", "channel", "list", "acme")).toEqual(["unstable", "stable"])
    const again = await run(maker, "pkg", "upload", hart)
    expect(again.stderr).toContain("which the depot has already")
    builder.elsewhere.downloads = true
    const before = builder.asked.length
    const { code, stdout, stderr } = await run(user, "pkg", "install", "acme/web", "--channel", "stable")
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain(ident("web", version))
    expect(user.list("hab/pkgs/acme")).toEqual(["lib", "web"])
    const asked = builder.asked.slice(before)
    expect(asked[0]).toBe("GET channels/acme/stable/pkgs/web/latest?target=x86_64-linux")
    expect(asked).toContain(`GET pkgs/acme/web/${version}/${STAMP}/download?target=x86_64-linux`)
    expect(asked.filter((line) => line.endsWith("!"))).toEqual([])
    const asMaker = await run(
      maker,
      "pkg",
      "download",
      "acme/web",
      "--channel",
      "stable",
      "--download-directory",
      "got",
    )
    expect(asMaker).toMatchObject({ code: 0 })
    expect(maker.list("got/artifacts")).toHaveLength(2)
  })

  it("lists all platforms' releases of a channel: the latest in a range is one for this platform", async () => {
    const builder = await startBuilder()
    const { user, maker, does } = await people(builder)
    await does("origin", "create", "acme")
    await does("pkg", "upload", await writeHart(maker, { ident: ident("web") }), "--channel", "stable")
    builder.stock(parseFullIdent(ident("web", "1.9.0")), "x86_64-windows", ["unstable", "stable"])
    for (const n of Array(60).keys()) {
      builder.stock(parseFullIdent(ident("web", `0.${n}.0`)), "x86_64-linux", ["unstable", "stable"])
    }
    const { stdout } = await run(user, "pkg", "install", "acme/web@^1", "--channel", "stable")
    expect(stdout).toContain(ident("web"))
  })

  it("is searched page by page", async () => {
    const builder = await startBuilder()
    for (const n of Array(120).keys()) builder.stock(parseFullIdent(ident(`p${n}`)), "x86_64-linux", ["unstable"])
    const { lines } = await people(builder)
    expect(await lines("pkg", "search", "acme/", "--limit", "500")).toHaveLength(120)
    expect(await lines("pkg", "search", "acme/p", "--limit", "70")).toHaveLength(70)
    expect(builder.asked.filter((line) => line.includes("%2Fp?"))).toEqual([
      "GET pkgs/search/acme%2Fp?distinct=true&range=0 !",
      "GET pkgs/search/acme%2Fp?distinct=true&range=50 !",
    ])
  })

  it("moves releases between channels, and what it refuses is explained", async () => {
    const builder = await startBuilder()
    const { maker, does, lines } = await people(builder)
    builder.stock(parseFullIdent(ident("web")), "x86_64-linux", ["unstable", "stable"])
    const says = async (...words: string[]) => {
      const { code, stderr } = await run(maker, ...words)
      expect(code).toBe(1)
      return stderr
    }
    await does("bldr", "channel", "create", "canary", "--origin", "acme")
    await does("bldr", "channel", "promote", "stable", "canary", "--origin", "acme")
    expect(await lines("pkg", "channels", ident("web"))).toEqual(["unstable", "stable", "canary"])
    await does("bldr", "channel", "demote", "stable", "canary", "--origin", "acme")
    await does("pkg", "promote", ident("web"), "rc")
    await does("pkg", "demote", ident("web"), "rc")
    expect(await says("pkg", "demote", ident("web"), "rc")).toContain("it is not in this channel")
    expect(await says("pkg", "promote", ident("none"), "rc")).toContain("upload it first")
    expect(await says("bldr", "channel", "promote", "rc", "rc", "--origin", "acme")).toContain(
      "two channels that differ",
    )
    expect(await says("bldr", "channel", "destroy", "stable", "--origin", "acme")).toContain("stable and unstable stay")
    expect(await says("pkg", "delete", ident("web"))).toMatch(/stable channel not allowed.*demote it/s)
    await does("bldr", "channel", "destroy", "rc", "--origin", "acme")
    await does("pkg", "demote", ident("web"), "stable")
    await does("pkg", "delete", ident("web"))
    expect(await says("pkg", "channels", ident("web"))).toContain("is not in")
    const job = await run(maker, "bldr", "job", "start", "acme/web")
    expect(job).toMatchObject({ code: 2 })
    expect(job.stderr).toContain("hab pkg build")
  })

  it("keeps keys and origins", async () => {
    const builder = await startBuilder()
    const { maker, user, does, lines } = await people(builder)
    await does("origin", "create", "acme")
    expect((await run(maker, "origin", "create", "acme")).stderr).toContain("Skipping")
    await does("origin", "key", "generate", "acme")
    const [revision = ""] = await lines("origin", "key", "upload", "acme", "--secret")
    await does("origin", "key", "upload", "acme")
    expect(await run(user, "origin", "key", "download", "acme")).toMatchObject({ code: 0 })
    expect(user.list("hab/cache/keys")).toEqual([`${revision}.pub`])
    const secret = await run(user, "origin", "key", "download", "acme", "--secret", "--auth", builder.token)
    expect(secret).toMatchObject({ code: 0 })
    expect(user.list("hab/cache/keys")).toContain(`${revision}.sig.key`)
    const encryption = await run(maker, "origin", "key", "download", "acme", "--encryption")
    expect(encryption.stderr).toContain("KEY_NOT_FOUND")
    expect(await does("origin", "info", "acme")).toMatch(/Owner Id +: 1170935427453485056\nOwner Account +: alice/)
    expect(await does("origin", "rbac", "show", "alice", "--origin", "acme")).toContain("maintainer")
    await does("origin", "delete", "acme")
    expect((await run(maker, "origin", "info", "acme")).stderr).toContain("ORIGIN_NOT_FOUND")
  })

  it("gives some channels to license holders only, and says so", async () => {
    const builder = await startBuilder()
    const { maker, user } = await people(builder)
    builder.stock(parseFullIdent(ident("web")), "x86_64-linux", ["unstable", "base"])
    builder.restricted.add("base")
    const stranger = await run(user, "pkg", "install", "acme/web")
    expect(stranger.stderr).toMatch(/Authentication required.*--auth TOKEN.*DEPOT_TOKEN_MISSING/s)
    const known = await run(maker, "pkg", "install", "acme/web")
    expect(known.stderr).toMatch(/No valid license key found.*profile of the account.*DEPOT_REFUSED/s)
  })

  it("refuses what others uploaded under this name, and has no place for other platforms", async () => {
    const builder = await startBuilder()
    const { maker, does } = await people(builder)
    await does("origin", "create", "acme")
    const hart = await writeHart(maker, { ident: ident("web") })
    await does("pkg", "upload", hart)
    const other = await writeHart(maker, { ident: ident("web"), files: { more: "x" } }, "others")
    expect((await run(maker, "pkg", "upload", other, "--force")).stderr).toMatch(/ds:up:4.*build a new release/s)
    const arm = await writeHart(maker, { ident: ident("arm"), files: { TARGET: "aarch64-linux\n" } })
    const declined = await run(maker, "pkg", "upload", arm)
    expect(declined).toMatchObject({ code: 0 })
    expect(declined.stderr).toContain("its platform is not supported there")
  })
})
