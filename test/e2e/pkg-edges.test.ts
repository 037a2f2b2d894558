import { spawn, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { beforeEach, describe, expect, it, onTestFinished } from "vitest"
import { serveDepot } from "../support/depot-server.ts"
import { createHab, type Hab, type Outcome, project } from "../support/hab.ts"
import { canMakeReadOnly, makeReadOnly } from "../support/read-only.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart, writeInstalled } from "../support/written-packages.ts"

const STAMP = "20240101000000"
const ident = (name: string, version = "1.0.0") => `acme/${name}/${version}/${STAMP}`
const script = (body: string) => `#!/bin/sh\n${body}\n`

let hab: Hab

beforeEach(async () => {
  hab = createHab()
  await trustTestKey(hab)
})

/** One of several commands that run at once. */
function start(...words: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [path.join(project, "bin/hab"), ...words], { env: hab.env, cwd: hab.root })
  const said = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (text) => {
      said[name] += text
    })
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...said, code: code ?? -1 })))
}

describe("several at once", () => {
  it("download the same package into one folder: one after the other, and each has all of it", async () => {
    const noise = Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * at * 31) % 251)).toString("latin1")
    const hart = await writeHart(hab, { ident: ident("large"), files: { "share/noise": noise } })
    const depot = await serveDepot(hab)
    hab.does("pkg", "upload", hart, "--url", depot.url, "--auth", depot.token)
    const from = ["--url", depot.url, "--channel", "unstable"]
    const downloads = [1, 2, 3].map(() =>
      start("pkg", "download", "acme/large", ...from, "--download-directory", "got"),
    )
    const bundles = [1, 2].map((at) => start("pkg", "bundle", "acme/large", ...from, "--output", `bundle-${at}`))
    for (const { code, stderr } of await Promise.all([...downloads, ...bundles])) {
      expect({ code, stderr }).toMatchObject({ code: 0 })
    }
    const name = path.basename(hart)
    for (const file of [`got/artifacts/${name}`, `hab/cache/artifacts/${name}`]) {
      expect(readFileSync(hab.path(file)).equals(readFileSync(hart))).toBe(true)
    }
    expect(hab.list("got/artifacts")).toEqual([name])
    await depot.stop()
  })

  it("export the same package to one file, which is whole", async () => {
    await writeInstalled(hab, { ident: ident("web"), files: { "bin/web": script("exit 0") } })
    const lean = ["--output", "web.tar.xz", "--no-hab-bin", "--no-hab-sup"]
    const outcomes = await Promise.all([1, 2, 3].map(() => start("pkg", "export", "tar", "acme/web", ...lean)))
    // Whoever comes when it is there is told so.
    for (const { code, stderr } of outcomes) expect(code === 0 || stderr.includes("[EXPORT_EXISTS]")).toBe(true)
    expect(spawnSync("xz", ["--test", hab.path("web.tar.xz")]).status).toBe(0)
    expect(hab.list(".").filter((name) => name.startsWith(".hab-export"))).toEqual([])
  })
})

describe("an export that is interrupted", () => {
  it.each(["tar", "container"])("leaves nothing: %s", async (kind) => {
    const noise = Buffer.from(Array.from({ length: 9_000_000 }, (_, at) => (at * at * 31) % 251)).toString("latin1")
    const files = {
      "share/noise": noise,
      "hooks/run": script("exec sleep 1000"),
      SVC_USER: "hab\n",
      SVC_GROUP: "hab\n",
    }
    await writeInstalled(hab, { ident: ident("large"), files })
    const argv = [path.join(project, "bin/hab"), "pkg", "export", kind, "acme/large", "--output", "out"]
    const child = spawn(process.execPath, argv, { env: hab.env, cwd: hab.root, stdio: "ignore" })
    const ended = new Promise((resolve) => child.on("exit", resolve))
    const begun = () => hab.list(".").some((name) => name.startsWith(".hab-export"))
    await until("it is under way", begun)
    child.kill("SIGINT")
    expect(await ended).toBe(130)
    expect(hab.list(".").filter((name) => name === "out" || name.startsWith(".hab-export"))).toEqual([])
  })
})

describe("an image made where nothing can be written", () => {
  it.skipIf(!canMakeReadOnly)("is made all the same, and the note about it that is not is named", async () => {
    const files = { "hooks/run": script("exec sleep 1000"), SVC_USER: "hab\n", SVC_GROUP: "hab\n" }
    await writeInstalled(hab, { ident: ident("service"), files })
    mkdirSync(hab.path("here"))
    onTestFinished(makeReadOnly(hab.path("here")))
    const argv = [path.join(project, "bin/hab"), "pkg", "export", "container", "acme/service", "--output", "../image"]
    const { status, stderr } = spawnSync(process.execPath, argv, {
      env: hab.env,
      cwd: hab.path("here"),
      encoding: "utf8",
    })
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("last_container_export.env"),
    })
    expect(hab.list("image")).toContain("index.json")
  })
})

describe("what somebody may type", () => {
  it("is an identifier, though a folder of that name is there", async () => {
    await writeInstalled(hab, { ident: ident("web") })
    mkdirSync(hab.path("acme/web"), { recursive: true })
    for (const command of ["info", "verify", "sbom", "install"]) hab.does("pkg", command, "acme/web")
  })

  it("is refused before anything is done: a channel that cannot be, a pattern, a bundle without a place", async () => {
    const hart = await writeHart(hab, { ident: ident("web") })
    const depot = `file://${hab.path("depot")}`
    for (const channel of ["", "../up", "a b"]) {
      const { code, stderr } = hab.run("pkg", "upload", hart, "--url", depot, "--channel", channel)
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("[CHANNEL_INVALID]") })
    }
    expect(hab.list("depot")).toEqual([])
    const excluding = hab.run("pkg", "uninstall", "acme/web", "--exclude", "acme/*")
    expect({ code: excluding.code, stderr: excluding.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'acme/*' is a pattern"),
    })
    expect(hab.run("pkg", "bundle", hart, "--output", "").code).toBe(2)
    expect(hab.list("pkgs")).toEqual([])
  })
})

describe("links to programs", () => {
  it("stay below the root and are to the package's own programs, whatever is asked for", async () => {
    const hart = await writeHart(hab, { ident: ident("web"), files: { "bin/web": script("exit 0") } })
    const relative = hab.run("pkg", "install", hart, "--binlink-dir", "links")
    expect(relative.stderr).toContain("[BINLINK_DIRECTORY_INVALID]")
    expect(hab.does("pkg", "list", "--all"), "nothing is installed before").toBe("")
    hab.does("pkg", "install", hart, "--binlink-dir", "/../../../../links")
    expect(hab.list("links")).toEqual(["web"])
    expect(hab.run("pkg", "binlink", "acme/web", "../../../../../../../../bin/sh").stderr).toContain(
      "[PROGRAM_NOT_FOUND]",
    )
  })

  it("go nowhere when nobody asks for them, whatever folder the environment names", async () => {
    const hart = await writeHart(hab, { ident: ident("web"), files: { "bin/web": script("exit 0") } })
    const env = { ...hab.env, HAB_BINLINK_DIR: "links" }
    const installed = spawnSync(`${project}/bin/hab`, ["pkg", "install", hart], { env, encoding: "utf8" })
    expect(installed, installed.stderr).toMatchObject({ status: 0 })
  })
})

describe("a store that somebody worked on by hand", () => {
  it("is verified whole: every package that is no good is named, with what is wrong", async () => {
    for (const name of ["good", "listless", "changed", "odd"]) await writeInstalled(hab, { ident: ident(name) })
    rmSync(hab.path(`hab/pkgs/${ident("listless")}/FILES`))
    writeFileSync(hab.path(`hab/pkgs/${ident("changed")}/IDENT`), "acme/other\n")
    rmSync(hab.path(`hab/pkgs/${ident("odd")}/FILES`))
    mkdirSync(hab.path(`hab/pkgs/${ident("odd")}/FILES`))
    const { code, stderr } = hab.run("pkg", "verify", "--all")
    expect(code).toBe(1)
    for (const said of [
      `Verified ${ident("good")}`,
      "listless/1.0.0/20240101000000/FILES is missing",
      "IDENT changed",
    ]) {
      expect(stderr).toContain(said)
    }
    expect(JSON.parse(hab.run("pkg", "verify", "--all", "--json").stdout)).toMatchObject([
      { ident: ident("changed"), problems: [{ path: "IDENT", what: "changed" }] },
      { ident: ident("good"), problems: [] },
      { ident: ident("listless"), error: { code: "METADATA_MISSING" } },
      { ident: ident("odd"), error: { code: "IO", message: expect.stringContaining("is a directory") } },
    ])
    expect(hab.run("pkg", "verify", "acme/listless").stderr).toContain("[METADATA_MISSING]")
  })

  it("may hold releases that are links: they are repaired and removed, and what they name stays", async () => {
    const hart = await writeHart(hab, { ident: ident("web"), files: { "bin/web": script("exit 0") } })
    hab.does("pkg", "install", hart)
    const at = hab.path(`hab/pkgs/${ident("web")}`)
    const putElsewhere = () => {
      cpSync(at, hab.path("elsewhere"), { recursive: true })
      rmSync(at, { recursive: true })
      symlinkSync(hab.path("elsewhere"), at)
    }
    putElsewhere()
    hab.does("pkg", "repair", "acme/web")
    hab.does("pkg", "verify", "acme/web")
    expect(hab.list("elsewhere")).toContain("IDENT")
    rmSync(hab.path("elsewhere"), { recursive: true })
    putElsewhere()
    expect(hab.does("pkg", "uninstall", "acme/web")).toBe(`Uninstall of ${ident("web")} and 0 dependencies complete`)
    expect(hab.list("elsewhere")).toContain("IDENT")
    expect(hab.list("hab/pkgs").filter((name) => name !== ".lock")).toEqual([])
  })
})

describe("hooks that ask hab for their own package", () => {
  it("run once: an install has it already, an uninstall is refused", async () => {
    const asking = (verb: string) =>
      script(`echo ran >>{{pkg.svc_data_path}}/${verb}\nexec "$HAB" pkg ${verb} acme/web`)
    const files = { "hooks/install": asking("install"), "hooks/uninstall": asking("uninstall") }
    const environment = { HAB: path.join(project, "bin/hab") }
    const own = createHab(environment)
    await trustTestKey(own)
    own.does("pkg", "install", await writeHart(own, { ident: ident("web"), files }))
    expect(own.read("hab/svc/web/data/install")).toBe("ran\n")
    const { code, stderr } = own.run("pkg", "uninstall", "acme/web")
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("asks for the removal it is part of"),
    })
    expect(own.read("hab/svc/web/data/uninstall")).toBe("ran\n")
    expect(own.does("pkg", "list", "acme/web")).toBe(ident("web"))
  })
})

describe("a rollback that cannot be", () => {
  it("leaves the service with the release that others need", async () => {
    for (const version of ["1.0.0", "2.0.0"]) {
      const files = { "hooks/run": script(`echo serving ${version}\nexec sleep 1000`) }
      await writeInstalled(hab, { ident: ident("web", version), files })
    }
    await writeInstalled(hab, { ident: ident("user"), deps: [ident("web", "2.0.0")] })
    const sup = hab.supervise("acme/web")
    await until("it is up", () => hab.status("web")?.state === "up")
    const { pid } = hab.status("web") ?? {}
    expect(hab.run("pkg", "rollback", "acme/web").stderr).toContain("[PACKAGE_IN_USE]")
    expect(hab.status("web")).toMatchObject({ ident: ident("web", "2.0.0"), state: "up", pid })
    await sup.stop()
  })
})
