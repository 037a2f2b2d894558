import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { type InstallOptions, installPackages } from "../../src/package/install.ts"
import { repairPackage } from "../../src/package/repair.ts"
import { uninstallPackages } from "../../src/package/uninstall.ts"
import { writeArtifact } from "../support/artifact.ts"
import { failing } from "../support/failure.ts"
import { type InstallWorld, installWorld } from "../support/install-world.ts"
import { systemFailure } from "../support/memory-tree.ts"
import { settle } from "../support/settle.ts"

const WEB = "acme/web/1.0/20240102030405"
const LIB = "acme/lib/1.0/20240101000000"
const LIBC = "acme/libc/2.0/20230101000000"

const archive = (path: string) => ({ tag: "archive", path }) as const
const ident = (text: string) => ({ tag: "ident", ident: parseIdent(text) }) as const
/** What is below /hab/pkgs, without the lock, as `path: content`. */
function installedTree({ files }: InstallWorld): Record<string, string> {
  const { "/hab/pkgs": _root, "/hab/pkgs/.lock": _lock, ...tree } = files.snapshot("/hab/pkgs")
  return tree
}

async function chain(world: InstallWorld) {
  return {
    web: await writeArtifact(world.files, { ident: WEB, tdeps: [LIB, LIBC], files: { "bin/web": "web" } }),
    lib: await writeArtifact(world.files, { ident: LIB, tdeps: [LIBC] }),
    libc: await writeArtifact(world.files, { ident: LIBC }),
  }
}

describe("installing an artifact", () => {
  it("puts it in place, caches it, and says so", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: WEB, files: { "bin/web": "web" } })
    const result = await installPackages(world.context, [archive(path)])
    expect(result.summaries).toEqual([`Install of ${WEB} complete with 1 new packages installed.`])
    expect(result.requested[0]?.path).toBe(`/hab/pkgs/${WEB}`)
    expect(installedTree(world)).toEqual({
      "/hab/pkgs/acme": "d 755",
      "/hab/pkgs/acme/web": "d 755",
      "/hab/pkgs/acme/web/1.0": "d 755",
      [`/hab/pkgs/${WEB}`]: "d 755",
      [`/hab/pkgs/${WEB}/IDENT`]: `f 644 ${WEB}\n`,
      [`/hab/pkgs/${WEB}/TARGET`]: "f 644 x86_64-linux\n",
      [`/hab/pkgs/${WEB}/bin`]: "d 755",
      [`/hab/pkgs/${WEB}/bin/web`]: "f 644 web",
    })
    const cached = "/hab/cache/artifacts/acme-web-1.0-20240102030405-x86_64-linux.hart"
    expect(world.files.readText(cached)).toBe(world.files.readText(path))
    expect(world.files.stat(cached)?.mode).toBe(0o644)
    expect(world.files.readDirectory("/hab/cache/artifacts")).toHaveLength(1)
    expect(world.reported).toEqual([`Installing ${path}`, `Installed ${WEB}`])
  })

  it("a second time changes nothing and is a success", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: WEB })
    await installPackages(world.context, [archive(path)])
    const before = world.files.snapshot()
    const result = await installPackages(world.context, [archive(path), ident("acme/web"), ident(WEB)])
    expect(result.installed).toEqual([])
    expect(result.summaries).toEqual(Array(3).fill(`Install of ${WEB} complete with 0 new packages installed.`))
    expect(result.requested.map((pkg) => stringifyIdent(pkg.ident))).toEqual([WEB, WEB, WEB])
    expect(world.files.snapshot()).toEqual(before)
    expect(world.reported.filter((line) => line === `Using ${WEB}`)).toHaveLength(3)
  })

  it("installs from the cache itself without copying", async () => {
    const world = await installWorld()
    const name = "acme-web-1.0-20240102030405-x86_64-linux.hart"
    const path = await writeArtifact(world.files, { ident: WEB, path: `/hab/cache/artifacts/${name}` })
    await installPackages(world.context, [archive(path)])
    expect(world.files.readDirectory("/hab/cache/artifacts").map((entry) => entry.name)).toEqual([name])
  })

  it("opens the directories above it that are ours, and leaves others alone", async () => {
    const world = await installWorld({ "/hab/pkgs/acme/web/1.0": undefined })
    world.files.chmod("/hab/pkgs", 0o700)
    world.files.chmod("/hab/pkgs/acme", 0o700)
    world.files.chmod("/hab/pkgs/acme/web", 0o700)
    world.files.chown("/hab/pkgs/acme/web", 0, 500)
    await installPackages(world.context, [archive(await writeArtifact(world.files, { ident: WEB }))])
    const modes = ["", "/acme", "/acme/web", "/acme/web/1.0"].map((at) => world.files.stat(`/hab/pkgs${at}`)?.mode)
    expect(modes).toEqual([0o755, 0o755, 0o700, 0o755])
  })

  it("replaces what lies in its place without being a package", async () => {
    const world = await installWorld({ [`/hab/pkgs/${WEB}/half/a`]: "package" })
    await installPackages(world.context, [archive(await writeArtifact(world.files, { ident: WEB }))])
    expect(Object.keys(installedTree(world)).filter((path) => path.startsWith(`/hab/pkgs/${WEB}/`))).toEqual([
      `/hab/pkgs/${WEB}/IDENT`,
      `/hab/pkgs/${WEB}/TARGET`,
    ])
    expect(world.files.readDirectory("/hab/pkgs/acme/web/1.0")).toHaveLength(1)
  })

  it("sweeps what crashed installs left", async () => {
    const world = await installWorld({ "/hab/pkgs/other/thing/1/.hab-pkg-install-2-abc/x": "litter" })
    await installPackages(world.context, [archive(await writeArtifact(world.files, { ident: WEB }))])
    expect(world.files.readDirectory("/hab/pkgs/other/thing/1")).toEqual([])
  })
})

describe("what a crashed install left and nobody can remove", () => {
  it("is named, and keeps no install from its work", async () => {
    const left = "/hab/pkgs/other/thing/1/.hab-pkg-install-2-abc"
    const world = await installWorld({ [`${left}/x`]: "litter" })
    const removeTree: typeof world.files.removeTree = (at) =>
      at === left ? systemFailure("EPERM", "unlink", `${at}/x`) : world.files.removeTree(at)
    const context = { ...world.context, files: { ...world.files, removeTree } }
    const path = await writeArtifact(world.files, { ident: WEB })
    expect((await installPackages(context, [archive(path)])).installed).toHaveLength(1)
    expect(world.reported.join()).toContain(`${left} is left over and cannot be removed: cannot unlink '${left}/x'`)
  })
})

describe("dependencies", () => {
  it("come from the artifact cache and from beside the artifact, and are installed in the reverse of TDEPS", async () => {
    const world = await installWorld()
    const { web, libc } = await chain(world)
    world.files.makeDirectories("/hab/cache/artifacts")
    world.files.rename(libc, `/hab/cache/artifacts/${libc.slice("/harts/".length)}`)
    const result = await installPackages(world.context, [archive(web)])
    expect(result.installed.map((pkg) => stringifyIdent(pkg.ident))).toEqual([LIBC, LIB, WEB])
    expect(result.summaries).toEqual([`Install of ${WEB} complete with 3 new packages installed.`])
    expect(world.files.readDirectory("/hab/cache/artifacts")).toHaveLength(3)
  })

  it("that are missing are named, and nothing is installed", async () => {
    const world = await installWorld()
    const { web, libc } = await chain(world)
    world.files.removeFile(libc)
    const before = world.files.snapshot()
    const installing = installPackages(world.context, [archive(web)])
    await expect(installing).rejects.toThrowError(failing("PACKAGE_NOT_FOUND", new RegExp(`'${LIBC}' is neither`)))
    const { "/hab/pkgs": _pkgs, ...after } = world.files.snapshot()
    expect(after).toEqual(before)
  })

  it("that went missing later are repaired by installing again", async () => {
    const world = await installWorld()
    const { web } = await chain(world)
    await installPackages(world.context, [archive(web)])
    world.files.removeTree(`/hab/pkgs/${LIBC}`)
    const result = await installPackages(world.context, [ident("acme/web")])
    expect(result.installed.map((pkg) => stringifyIdent(pkg.ident))).toEqual([LIBC])
    expect(result.requested.map((pkg) => stringifyIdent(pkg.ident))).toEqual([WEB])
  })

  it("must be the package their file's name says", async () => {
    const world = await installWorld()
    const { web, lib } = await chain(world)
    world.files.removeFile(lib)
    await writeArtifact(world.files, { ident: "acme/evil/1/1", path: lib })
    await expect(installPackages(world.context, [archive(web)])).rejects.toThrowError(
      failing("IDENT_MISMATCH", /lib.*hart holds acme\/evil\/1\/1, and not acme\/lib/),
    )
    expect(installedTree(world)).toEqual({})
  })
})

describe("installing by identifier", () => {
  const cached = async (world: InstallWorld, full: string, more: object = {}) => {
    const [origin, name, version, release] = full.split("/")
    const path = `/hab/cache/artifacts/${origin}-${name}-${version}-${release}-x86_64-linux.hart`
    await writeArtifact(world.files, { ident: full, path, ...more })
    return path
  }
  const install = async (world: InstallWorld, text: string) => {
    const { requested } = await installPackages(world.context, [ident(text)])
    return requested.map((pkg) => stringifyIdent(pkg.ident)).join()
  }

  it("takes the exact release from the cache", async () => {
    const world = await installWorld()
    await cached(world, "acme/web/1.0/1")
    expect(await install(world, "acme/web/1.0/1")).toBe("acme/web/1.0/1")
  })

  it("takes the latest of what is cached and installed; installed wins only if it is later", async () => {
    const world = await installWorld()
    await cached(world, "acme/web/1.9/1")
    await cached(world, "acme/web/1.10/1")
    await cached(world, "acme/web-extra/9/1")
    expect(await install(world, "acme/web")).toBe("acme/web/1.10/1")
    await cached(world, "acme/web/1.11/1")
    expect(await install(world, "acme/web/1.10")).toBe("acme/web/1.10/1")
    expect(await install(world, "acme/web")).toBe("acme/web/1.11/1")
    world.files.removeTree("/hab/cache/artifacts")
    expect(await install(world, "acme/web")).toBe("acme/web/1.11/1")
  })

  it("passes over cached files that cannot be read", async () => {
    const world = await installWorld()
    await cached(world, "acme/web/1.0/1")
    world.files.writeFile("/hab/cache/artifacts/acme-web-2.0-1-x86_64-linux.hart", "garbage")
    expect(await install(world, "acme/web")).toBe("acme/web/1.0/1")
  })

  it("takes what is installed where the cache may not be looked into", async () => {
    const world = await installWorld()
    await cached(world, "acme/web/1.0/1")
    expect(await install(world, "acme/web")).toBe("acme/web/1.0/1")
    const readDirectory: typeof world.files.readDirectory = (at) =>
      at === "/hab/cache/artifacts" ? systemFailure("EACCES", "scandir", at) : world.files.readDirectory(at)
    const closed = { ...world, context: { ...world.context, files: { ...world.files, readDirectory } } }
    expect(await install(closed, "acme/web")).toBe("acme/web/1.0/1")
    await expect(install(closed, "acme/other")).rejects.toMatchObject({ code: "EACCES" })
  })

  it("says what to do when there is none", async () => {
    const world = await installWorld()
    for (const text of ["acme/web", "acme/web/1.0/1"]) {
      await expect(install(world, text)).rejects.toThrowError(
        failing("PACKAGE_NOT_FOUND", /is neither installed nor in \/hab\/cache\/artifacts/, {
          hint: expect.stringMatching(/hab pkg install FILE\.hart/),
        }),
      )
    }
  })
})

describe("an artifact that must not be installed", () => {
  const refused = async (world: InstallWorld, path: string, code: string, message: RegExp, more: object = {}) => {
    const everything = () => {
      const { "/hab/pkgs": _pkgs, ...rest } = world.files.snapshot()
      return rest
    }
    const before = everything()
    await expect(installPackages(world.context, [archive(path)])).rejects.toThrowError(failing(code, message, more))
    expect(everything()).toEqual(before)
  }

  it("is refused when it was tampered with, cut short or signed by a stranger", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: WEB })
    const good = world.files.readFile(path)
    world.files.writeFile(path, Buffer.concat([good, Buffer.from("x")]))
    await refused(world, path, "HART_CONTENT_CHANGED", /was changed after signing/)
    world.files.writeFile(path, good.subarray(0, -100))
    await refused(world, path, "HART_CONTENT_CHANGED", /was changed after signing/)
    world.files.writeFile(path, good)
    world.files.removeTree("/hab/cache/keys")
    await refused(world, path, "KEY_NOT_FOUND", /acme-20240102030405/, {
      hint: expect.stringMatching(/origin key import/),
    })
  })

  it.each<[string, object, string, RegExp, object]>([
    [
      "for another platform",
      { target: "aarch64-linux" },
      "TARGET_MISMATCH",
      /is for aarch64-linux, and this machine is x86_64-linux/,
      { exitCode: 1 },
    ],
    ["without IDENT", { files: { IDENT: undefined } }, "METADATA_MISSING", /hart\/IDENT is missing/, { exitCode: 2 }],
    [
      "without TARGET",
      { files: { TARGET: undefined } },
      "METADATA_MISSING",
      /hart\/TARGET is missing/,
      { exitCode: 2 },
    ],
    ["whose IDENT is another", { files: { IDENT: "acme/web/1.0/1" } }, "IDENT_MISMATCH", /holds acme\/web\/1.0\/1/, {}],
    [
      "whose IDENT is not exact",
      { files: { IDENT: "acme/web" } },
      "METADATA_INVALID",
      /'acme\/web' is not a fully/,
      {},
    ],
    ["whose TDEPS are not exact", { tdeps: ["acme/lib"] }, "METADATA_INVALID", /TDEPS: 'acme\/lib' is not a fully/, {}],
    [
      "built for another prefix",
      { files: { PREFIX: "/home/x/hab\n" } },
      "PKG_PREFIX",
      /built for \/home\/x\/hab, and packages here live in \/hab/,
      {},
    ],
    [
      "that reaches outside",
      { members: [{ path: "hab/pkgs/../../etc/passwd", content: "x" }] },
      "ARCHIVE_UNSAFE",
      /leads out/,
      {},
    ],
  ])("is refused %s", async (_what, options, code, message, more) => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: WEB, ...options })
    await refused(world, path, code, message, more)
  })

  it("is refused where packages see another prefix than /hab", async () => {
    const world = await installWorld()
    const layout = createLayout({ root: "/srv/x", enclosed: false })
    world.files.makeDirectories("/srv/x/hab/cache")
    world.files.rename("/hab/cache/keys", "/srv/x/hab/cache/keys")
    const context = { ...world.context, layout }
    const plain = await writeArtifact(world.files, { ident: WEB })
    await expect(installPackages(context, [archive(plain)])).rejects.toThrowError(
      failing("PKG_PREFIX", /built for \/hab, and packages here live in \/srv\/x\/hab/),
    )
    const own = await writeArtifact(world.files, { ident: LIB, files: { PREFIX: "/srv/x/hab\n" } })
    const { requested } = await installPackages(context, [archive(own)])
    expect(requested[0]).toMatchObject({ path: `/srv/x/hab/pkgs/${LIB}`, innerPath: `/srv/x/hab/pkgs/${LIB}` })
  })
})

describe("install hooks", () => {
  const run = async (world: InstallWorld, path: string, options: InstallOptions = {}) => {
    const due: string[] = []
    const runInstallHook = async (pkg: { ident: Parameters<typeof stringifyIdent>[0] }) => {
      due.push(stringifyIdent(pkg.ident))
    }
    await installPackages(world.context, [archive(path)], { runInstallHook, ...options })
    return due
  }

  it("are offered to every package in reach, TDEPS reversed and then its own, also when nothing is new", async () => {
    const world = await installWorld()
    const { web } = await chain(world)
    expect(await run(world, web)).toEqual([LIBC, LIB, WEB])
    expect(await run(world, web)).toEqual([LIBC, LIB, WEB])
  })

  it("that fail leave the packages in place and end everything after", async () => {
    const world = await installWorld()
    const { web, libc } = await chain(world)
    const failing = async () => {
      throw new Error("hook failed")
    }
    const installing = installPackages(world.context, [archive(libc), archive(web)], { runInstallHook: failing })
    await expect(installing).rejects.toThrowError(/hook failed/)
    expect(Object.keys(installedTree(world))).toContain(`/hab/pkgs/${LIBC}/TARGET`)
    expect(Object.keys(installedTree(world))).not.toContain(`/hab/pkgs/${WEB}/TARGET`)
  })

  it("may install packages themselves: the lock is free while they run", async () => {
    const world = await installWorld()
    const { web, libc } = await chain(world)
    const runInstallHook = async () => {
      await installPackages(world.context, [archive(libc)])
    }
    await installPackages(world.context, [archive(web)], { runInstallHook })
    expect(world.reported.some((line) => line.startsWith("Waiting"))).toBe(false)
  })
})

describe("a store that may only be read", () => {
  /** Nobody can write the lock any more. */
  const readOnly = ({ context }: InstallWorld, code: string): InstallWorld["context"] => ({
    ...context,
    locks: { ...context.locks, acquire: async (path) => systemFailure(code, "open", path) },
  })
  const noSource = new Proxy({} as NonNullable<InstallOptions["source"]>, {
    get: (_, name) => (name === "latest" ? async () => parseIdent(LIB) : "a depot that is not asked for anything else"),
  })

  it.each(["EROFS", "EACCES", "EPERM"])("is used as it is: what is there needs no lock (%s)", async (code) => {
    const world = await installWorld()
    const { web } = await chain(world)
    await installPackages(world.context, [archive(web)])
    const before = world.files.snapshot()
    const due: string[] = []
    const runInstallHook = async (pkg: { ident: Parameters<typeof stringifyIdent>[0] }) =>
      void due.push(stringifyIdent(pkg.ident))
    const sources = [archive(web), ident("acme/web"), ident(WEB)]
    const { summaries } = await installPackages(readOnly(world, code), sources, { runInstallHook })
    expect(summaries).toEqual(Array(3).fill(`Install of ${WEB} complete with 0 new packages installed.`))
    expect(world.reported.slice(-4)).toEqual([`Installing ${WEB}`, `Using ${WEB}`, `Using ${LIB}`, `Using ${LIBC}`])
    expect(due).toHaveLength(9)
    expect(world.files.snapshot()).toEqual(before)
  })

  it("is not changed: what it lacks is an error, before anything is downloaded", async () => {
    const world = await installWorld()
    const { web, lib, libc } = await chain(world)
    await installPackages(world.context, [archive(libc)])
    world.files.removeTree("/hab/cache/artifacts")
    const before = world.files.snapshot()
    const refused = failing("STORE_READ_ONLY", /^the packages of \/hab cannot be changed: .*\.lock.*read-only/, {
      hint: expect.stringMatching(/read-write/),
    })
    const context = readOnly(world, "EROFS")
    await expect(installPackages(context, [archive(lib)])).rejects.toThrowError(refused)
    const asking = installPackages(context, [ident("acme/lib")], { source: noSource })
    await expect(asking).rejects.toThrowError(refused)
    await expect(installPackages(context, [archive(web)])).rejects.toThrowError(refused)
    expect(world.files.snapshot()).toEqual(before)
  })

  it("is no excuse for an artifact that was changed", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: LIBC })
    await installPackages(world.context, [archive(path)])
    world.files.writeFile(path, Buffer.concat([world.files.readFile(path), Buffer.from("x")]))
    const again = installPackages(readOnly(world, "EROFS"), [archive(path)])
    await expect(again).rejects.toThrowError(failing("HART_CONTENT_CHANGED", /was changed/))
  })

  it("keeps what should be removed or repaired", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: LIBC })
    const { requested } = await installPackages(world.context, [archive(path)])
    const context = readOnly(world, "EACCES")
    const refused = failing("STORE_READ_ONLY", /permission denied/)
    const removing = uninstallPackages(context, parseIdent("acme/libc"), { loaded: [], exclude: [] })
    await expect(removing).rejects.toThrowError(refused)
    const [pkg] = requested
    if (pkg === undefined) throw new Error("nothing was installed")
    await expect(repairPackage(context, pkg, { artifact: path })).rejects.toThrowError(refused)
  })
})

describe("two at once", () => {
  it("wait for each other, naming the holder, and give up in the end", async () => {
    const world = await installWorld()
    const path = await writeArtifact(world.files, { ident: WEB })
    const { clock, locks } = world.context
    const other = await locks.acquire("/hab/pkgs/.lock", { content: "process 7 (hab pkg install acme/db)\n" })
    const waiting = installPackages(world.context, [archive(path)])
    await settle()
    expect(world.reported).toEqual([`Installing ${path}`, "Waiting for process 7 (hab pkg install acme/db)"])
    if (other.tag === "acquired") other.release()
    clock.advance(100)
    expect((await waiting).installed).toHaveLength(1)

    await locks.acquire("/hab/pkgs/.lock", { content: "process 8\n" })
    const givingUp = installPackages(world.context, [archive(path)], { waitMsMax: 0 })
    await expect(givingUp).rejects.toThrowError(failing("STORE_LOCKED", /process 8 has been changing/))
  })

  it("do not wait for each other with an artifact that is no good", async () => {
    const world = await installWorld()
    await world.context.locks.acquire("/hab/pkgs/.lock", { content: "process 7\n" })
    world.files.writeFile("/broken.hart", "no artifact")
    await expect(installPackages(world.context, [archive("/broken.hart")])).rejects.toThrowError(
      failing("HART_FORMAT_UNSUPPORTED", /broken/),
    )
  })

  it("stop waiting when they are told to", async () => {
    const world = await installWorld()
    await world.context.locks.acquire("/hab/pkgs/.lock", { content: "process 7\n" })
    const stop = new AbortController()
    const path = await writeArtifact(world.files, { ident: WEB })
    const waiting = installPackages(world.context, [archive(path)], { signal: stop.signal })
    await settle()
    stop.abort(new Error("Ctrl-C"))
    await expect(waiting).rejects.toThrowError(/Ctrl-C/)
  })
})
