import { describe, expect, it } from "vitest"
import { installPackages } from "../../src/package/install.ts"
import { writeArtifact } from "../support/artifact.ts"
import { fakeLocks, type InstallWorld, installWorld } from "../support/install-world.ts"
import type { Failure } from "../support/memory-file-system.ts"

const WEB = "acme/web/1.0/20240102030405"
const LIB = "acme/lib/1.0/20240101000000"
const OLD = "acme/old/1.0/20230101000000"

const FILES = { "bin/run": "x".repeat(4000), "etc/a": "a", "etc/b": "b" }

/** The artifacts, sealed once: hundreds of worlds begin with the same bytes. */
const sealed: { path: string; bytes: Uint8Array }[] = []

async function seal(): Promise<void> {
  const { files } = await installWorld({})
  const members = [{ path: `hab/pkgs/${WEB}/link`, type: "SymbolicLink", linkTarget: "bin/run" }] as const
  const lib = await writeArtifact(files, { ident: LIB, files: FILES })
  const web = await writeArtifact(files, { ident: WEB, tdeps: [LIB], files: FILES, members })
  for (const path of [lib, web]) sealed.push({ path, bytes: files.readFile(path) })
}

async function prepare(): Promise<{ world: InstallWorld; path: string }> {
  if (sealed.length === 0) await seal()
  const world = await installWorld({
    [`/hab/pkgs/${OLD}/TARGET`]: "x86_64-linux",
    [`/hab/pkgs/${WEB}/half`]: "a package",
  })
  world.files.makeDirectories("/harts")
  for (const { path, bytes } of sealed) world.files.writeFile(path, bytes)
  return { world, path: sealed.at(-1)?.path ?? "" }
}

function install({ context }: InstallWorld, path: string) {
  // Another process comes back after a crash: the lock of the one that died is free.
  return installPackages({ ...context, locks: fakeLocks() }, [{ tag: "archive", path }])
}

/** The tree of one release. */
const release = (world: InstallWorld, ident: string) => world.files.snapshot(`/hab/pkgs/${ident}`)

describe("an install that fails at any call to the file system", { timeout: 60_000 }, async () => {
  const whole = await prepare()
  const before = { calls: whole.world.files.calls, tree: whole.world.files.snapshot() }
  await install(whole.world, whole.path)
  const calls = whole.world.files.calls - before.calls
  const final = whole.world.files.snapshot()

  it("makes enough calls for this to mean something", () => {
    expect(calls).toBeGreaterThan(60)
  })

  it.each<Failure["code"]>(["STOP", "ENOSPC", "EIO", "EACCES"])(
    "with %s leaves every package absent or complete, and can be run again",
    async (code) => {
      for (let atCall = 1; atCall <= calls; atCall++) {
        const { world, path } = await prepare()
        world.files.failWith({ atCall, code })
        const failed = await install(world, path).then(
          () => false,
          () => true,
        )
        world.files.failWith(undefined)
        for (const ident of [WEB, LIB, OLD]) {
          if (world.files.stat(`/hab/pkgs/${ident}/TARGET`) === undefined) continue
          expect([code, atCall, release(world, ident)]).toEqual([code, atCall, release(whole.world, ident)])
        }
        // Only cleaning up may fail without failing the install, and a stopped machine cleans nothing up.
        if (!failed) expect(code).not.toBe("STOP")
        await install(world, path)
        expect([code, atCall, world.files.snapshot()]).toEqual([code, atCall, final])
      }
    },
  )

  it("with a system error leaves nothing behind", async () => {
    for (let atCall = 1; atCall <= calls; atCall++) {
      const { world, path } = await prepare()
      world.files.failWith({ atCall, code: "ENOSPC" })
      const syscall = await install(world, path).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.syscall,
      )
      // What a removal could not remove is swept by the next install.
      if (syscall === "unlink") continue
      const left = Object.keys(world.files.snapshot()).filter((at) => /hab-pkg-install|unfinished|\.tmp/.test(at))
      expect([atCall, left]).toEqual([atCall, []])
    }
  })
})
