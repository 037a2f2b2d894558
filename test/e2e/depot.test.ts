import { randomBytes } from "node:crypto"
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { type DepotServer, serveDepot } from "../support/depot-server.ts"
import { createHab, type Hab } from "../support/hab.ts"
import { canMount, mountSmallDisk } from "../support/small-disk.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const STAMP = "20240101000000"
const chain = ["one", "two", "three", "four", "five"]
const ident = (name: string, version = "1.0.0") => `acme/${name}/${version}/${STAMP}`
const trace = "#!/bin/sh\necho {{pkg.name}} >>{{cfg.trace}}\nexit {{cfg.code}}\n"

let builder: Hab
let server: DepotServer
let newest: string
const as = (depot: DepotServer) => ["--url", depot.url, "--auth", depot.token]

/** A root without any key. Install hooks write into its file `trace`. */
function newRoot(code = 0): Hab {
  const hab = createHab({ HAB_BLDR_URL: server.url })
  for (const name of chain) {
    const own = name === "two" ? code : 0
    hab.write(`hab/user/${name}/config/user.toml`, `trace = "${hab.path("trace")}"\ncode = ${own}\n`)
  }
  return hab
}

beforeAll(async () => {
  builder = createHab()
  await trustTestKey(builder)
  const files = { "hooks/install": trace, "default.toml": 'trace = "/dev/null"\ncode = 0\n' }
  let last = ""
  for (const [index, name] of chain.entries()) {
    const tdeps = chain
      .slice(0, index)
      .reverse()
      .map((dep) => ident(dep))
    last = await writeHart(builder, { ident: ident(name), files, deps: tdeps.slice(0, 1), tdeps })
  }
  newest = await writeHart(builder, { ident: ident("five", "1.1.0"), files })
  server = await serveDepot(builder)
  expect(builder.does("pkg", "upload", last, "--channel", "stable", ...as(server))).toBe(ident("five"))
  builder.does("pkg", "upload", newest, ...as(server))
})

describe("a depot server", () => {
  it("answers HEAD as GET, without a body", async () => {
    for (const [path, headers] of [
      [`pkgs/${ident("one")}/download`, {}],
      [`pkgs/${ident("one")}/download`, { range: "bytes=9-" }],
      [`channels/acme/stable/pkgs/five/latest`, {}],
      ["origins/acme/keys", {}],
      ["origins/nobody", {}],
      ["origins/acme/secret_keys/latest", {}],
    ] as const) {
      const ask = (method: string) => fetch(`${server.url}/v1/depot/${path}`, { method, headers })
      const [whole, head] = [await ask("GET"), await ask("HEAD")]
      // What connects here closes after a HEAD, and says so.
      const { date: _, connection: __, ...facts } = Object.fromEntries(head.headers)
      expect({ path, status: head.status, body: await head.text() }).toEqual({ path, status: whole.status, body: "" })
      expect(Object.fromEntries(whole.headers)).toMatchObject(facts)
      expect(Number(facts["content-length"])).toBe((await whole.arrayBuffer()).byteLength)
    }
  })

  it("takes an artifact with its key and its dependencies, and tells of them", () => {
    const ask = (...words: string[]) => builder.does(...words, "--url", server.url).split("\n")
    expect(ask("pkg", "search", "acme/")).toEqual(["acme/five", "acme/four", "acme/one", "acme/three", "acme/two"])
    expect(ask("pkg", "channels", ident("five"))).toEqual(["stable", "unstable"])
    expect(ask("pkg", "channels", ident("one"))).toEqual(["unstable"])
    expect(ask("bldr", "channel", "list", "acme")).toEqual(["stable", "unstable"])
    expect(builder.run("pkg", "channels", ident("five", "9"), "--url", server.url).code).toBe(1)
    const again = builder.run("pkg", "upload", newest, ...as(server))
    expect(again).toMatchObject({ code: 0 })
    expect(again.stderr).toContain("which the depot has already")
  })

  it("serves a folder that no other server serves", () => {
    const second = builder.run("depot", "serve", builder.path("depot"), "--listen", "127.0.0.1:0")
    expect(second).toMatchObject({ code: 1, stdout: "" })
    expect(second.stderr).toMatch(/depot is served by process \d+ already[\s\S]*\[DEPOT_SERVED\]/)
  })

  it("lets nobody change it without a token it knows", () => {
    expect(builder.run("pkg", "promote", ident("five"), "base", "--url", server.url).stderr).toContain(
      "DEPOT_TOKEN_MISSING",
    )
    const guessed = builder.run("pkg", "promote", ident("five"), "base", "--url", server.url, "--auth", "guessed")
    expect(guessed).toMatchObject({ code: 1 })
    expect(guessed.stderr).toContain("DEPOT_TOKEN_UNKNOWN")
  })
})

describe("hab pkg install from a depot", () => {
  it("gets a chain of five from a channel with the key, and runs their install hooks, dependencies first", () => {
    const hab = newRoot()
    const said = hab.run("pkg", "install", "acme/five", "--channel", "stable")
    expect(said).toMatchObject({
      code: 0,
      stdout: `Install of ${ident("five")} complete with 5 new packages installed.\n`,
    })
    expect(hab.read("trace").trim().split("\n")).toEqual(chain)
    expect(hab.list("hab/cache/keys")).toEqual([`acme-20240102030405.pub`])
    expect(hab.list("hab/cache/artifacts")).toHaveLength(5)
    expect(hab.does("pkg", "install", "acme/five", "--offline")).toContain("with 0 new packages")
  })

  it("passes on a hook's own exit code, and runs it again the next time", () => {
    const hab = newRoot(42)
    expect(hab.run("pkg", "install", "acme/five", "-c", "stable").code).toBe(42)
    expect(hab.read("trace").trim().split("\n")).toEqual(["one", "two"])
    hab.write("hab/user/two/config/user.toml", `trace = "${hab.path("trace")}"\ncode = 0\n`)
    hab.does("pkg", "install", "acme/five", "-c", "stable")
    expect(hab.read("trace").trim().split("\n")).toEqual(["one", "two", "two", "three", "four", "five"])
  })

  it("happens at a load of what is not here; hooks are left to the supervisor", () => {
    const hab = newRoot()
    const load = (name: string) => hab.run("svc", "load", `acme/${name}`, "--channel", "stable", "--url", server.url)
    expect(load("five").stderr).toContain("[PACKAGE_NOT_RUNNABLE]")
    expect(hab.does("pkg", "list", "acme/five")).toBe(ident("five"))
    expect(hab.readIfPresent("trace")).toBeUndefined()
    const missing = load("none")
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/'acme\/none' is not in channel stable[\s\S]*\[INSTALL_FAILED\]/)
  })

  it("follows promotion and demotion, and takes ranges", () => {
    const hab = newRoot()
    expect(hab.run("pkg", "install", "acme/five").stderr).toContain("Found in channel stable: acme/five/1.0.0")
    builder.does("pkg", "promote", ident("five", "1.1.0"), "canary", ...as(server))
    expect(hab.does("pkg", "install", "acme/five", "-c", "canary")).toContain("1.1.0")
    builder.does("pkg", "demote", ident("five", "1.1.0"), "canary", ...as(server))
    const other = newRoot()
    expect(other.run("pkg", "install", "acme/five", "-c", "canary")).toMatchObject({ code: 1 })
    expect(other.does("pkg", "install", "acme/five@~1.0", "-c", "unstable")).toContain(ident("five"))
  })

  it("goes on with an interrupted download, and uses nothing that was tampered with", () => {
    const name = path.basename(newest)
    const hab = newRoot()
    hab.write(`hab/cache/artifacts/${name}.part`, readFileSync(newest).subarray(0, 50).toString("latin1"))
    expect(hab.does("pkg", "install", ident("five", "1.1.0"))).toContain("complete with 1 new")
    const stored = builder.path(`depot/pkgs/${ident("one")}`)
    const hart = path.join(stored, readdirSync(stored).find((file) => file.endsWith(".hart")) ?? "")
    const original = readFileSync(hart)
    appendFileSync(hart, "x")
    const victim = newRoot()
    expect(victim.run("pkg", "install", ident("one")).stderr).toContain("HART_CONTENT_CHANGED")
    expect(victim.list("hab/cache/artifacts")).toEqual([])
    expect(victim.does("pkg", "list", "--all")).toBe("")
    writeFileSync(hart, original)
    expect(victim.does("pkg", "install", ident("one"))).toContain("complete")
  })

  it("asks a mirror when the depot does not answer", () => {
    const hab = newRoot()
    expect(
      hab.does("pkg", "install", "acme/one", "-c", "unstable", "-u", `http://127.0.0.1:1,${server.url}`),
    ).toContain("complete")
  })

  it("offline, says of each what is missing: package, artifact or key", async () => {
    const hab = newRoot()
    const codeOf = (...words: string[]) =>
      /\[(\w+)\]/.exec(hab.run("pkg", "install", "--offline", ...words).stderr)?.[1]
    expect(codeOf("acme/one")).toBe("OFFLINE_PACKAGE_NOT_FOUND")
    expect(codeOf(ident("one"))).toBe("OFFLINE_ARTIFACT_NOT_FOUND")
    await writeHart(hab, { ident: ident("one") }, "hab/cache/artifacts")
    expect(codeOf(ident("one"))).toBe("OFFLINE_KEY_NOT_FOUND")
  })
})

describe("machines without a network", () => {
  it("install from a bundle, which is a depot in a folder", () => {
    const { stderr } = builder.run("pkg", "bundle", "acme/five", "-c", "stable", "-u", server.url, "--output", "usb")
    expect(stderr).toContain(`hab pkg install acme/five --channel stable --url file://${builder.path("usb")}`)
    const hab = createHab({ HAB_BLDR_URL: `file://${builder.path("usb")}` })
    expect(hab.does("pkg", "install", "acme/five", "-c", "stable", "--ignore-install-hook")).toContain("with 5 new")
  })

  it("get what was downloaded into a folder, and another depot takes all of it", async () => {
    builder.write("list.toml", `[[x86_64-linux]]\nchannel = "stable"\npackages = ["acme/five"]\n`)
    const words = ["--url", server.url, "--download-directory", "got", "--verify", "--target", "x86_64-linux"]
    expect(builder.does("pkg", "download", "--file", "list.toml", ...words).split("\n")).toHaveLength(5)
    expect(builder.list("got/keys")).toHaveLength(1)
    expect(builder.run("pkg", "download", "acme/none", ...words).code).toBe(1)
    const other = await serveDepot(builder, "other")
    expect(builder.run("pkg", "bulkupload", "got", ...as(other))).toMatchObject({ code: 1 })
    builder.does("pkg", "bulkupload", "got", "--channel", "base", "--auto-create-origins", ...as(other))
    const hab = createHab({ HAB_BLDR_URL: other.url })
    expect(hab.does("pkg", "install", "acme/five", "--ignore-install-hook")).toContain("with 5 new")
    builder.does("pkg", "delete", ident("five"), ...as(other))
    expect(builder.does("pkg", "search", "five", "-u", other.url)).toBe("")
    expect(await other.stop()).toBe(0)
  })
})

describe.skipIf(!canMount)("a full disk (needs root)", () => {
  it("is told at once, at either end, and nothing is left on it", async () => {
    const hab = newRoot()
    const fat = await writeHart(hab, {
      ident: ident("fat"),
      files: { blob: randomBytes(1_200_000).toString("base64") },
    })
    await trustTestKey(hab)
    hab.does("pkg", "upload", fat, ...as(server))
    onTestFinished(mountSmallDisk(hab.path("small"), 1))
    const cramped = await serveDepot(hab, "small/depot")
    const refused = hab.run("pkg", "upload", fat, ...as(cramped))
    expect(refused.stderr).toContain("[DEPOT_FULL]")
    expect(refused.stderr).not.toContain("trying again")
    expect(hab.list("small/depot/incoming")).toEqual([])
    const said = createHab({ FS_ROOT: hab.path("small") }).run("pkg", "install", ident("fat"), "--url", server.url)
    expect(said.stderr).toMatch(/no space left on the disk \(ENOSPC\)[\s\S]*make room[\s\S]*\[IO\]/)
    expect(said.stderr).not.toContain("trying again")
    expect(hab.list("small/hab/cache/artifacts")).toEqual([])
    await cramped.stop()
  })
})

describe("keys and settings", () => {
  it("go to the depot and come back; cli.toml names the depot", () => {
    const hab = newRoot()
    expect(
      hab.does("cli", "setup", "--bldr-url", server.url, "--auth-token", server.token, "--origin", "tools"),
    ).toContain("cli.toml")
    expect(hab.does("cli", "config", "--json")).toContain('"auth_token":"***"')
    const revision = hab.does("origin", "key", "upload", "tools", "--secret").split("\n")[0] ?? ""
    const other = newRoot()
    expect(other.does("origin", "key", "download", "tools")).toBe(revision)
    expect(other.run("origin", "key", "download", "tools", "--secret").stderr).toContain("[DEPOT_TOKEN_MISSING]")
    expect(other.run("origin", "key", "download", "tools", "--encryption").stderr).toContain("[KEY_NOT_FOUND]")
    expect(other.does("origin", "key", "download", "tools", "--secret", "--auth", server.token)).toBe(revision)
    expect(other.list("hab/cache/keys")).toEqual([`${revision}.pub`, `${revision}.sig.key`])
    expect(other.run("origin", "key", "download", "nobody").code).toBe(1)
  })
})

describe("origins of a depot", () => {
  it("are made, shown and removed; whose members they are is no matter of ours", () => {
    const origin = (...words: string[]) => builder.run("origin", ...words, ...as(server))
    expect(origin("create", "fresh")).toMatchObject({ code: 0, stderr: "✓ Created origin fresh\n" })
    expect(origin("create", "fresh").stderr).toContain("Skipping origin fresh")
    expect(origin("info", "fresh").stdout).toBe("Package Visibility : public\n")
    expect(JSON.parse(origin("info", "fresh", "-j").stdout)).toMatchObject({ name: "fresh" })
    expect(origin("delete", "fresh").code).toBe(0)
    expect(origin("info", "fresh")).toMatchObject({ code: 1, stdout: "" })
    expect(origin("delete", "acme").stderr).toContain("[ORIGIN_IN_USE]")
    for (const words of [
      ["depart", "acme"],
      ["transfer", "acme", "alice"],
      ["rbac", "show", "alice", "--origin", "acme"],
      ["rbac", "set", "alice", "member", "-o", "acme", "--no-prompt"],
      ["invitations", "list"],
      ["invitations", "send", "acme", "alice"],
      ["invitations", "rescind", "acme", "17"],
    ]) {
      const refused = origin(...words)
      expect({ words, code: refused.code, stderr: refused.stderr }).toMatchObject({
        words,
        code: 1,
        stderr: expect.stringContaining("[DEPOT_WITHOUT_ACCOUNTS]"),
      })
    }
    expect(origin("rbac", "set", "alice", "emperor", "-o", "acme").code).toBe(2)
  })
})
