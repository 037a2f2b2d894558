import { describe, expect, it } from "vitest"
import { parseFullIdent, parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { createStore } from "../../src/package/store.ts"
import { type UninstallOptions, uninstallPackages } from "../../src/package/uninstall.ts"
import { installWorld } from "../support/install-world.ts"

type Installed = Readonly<Record<string, readonly string[]>>

/** Packages with their DEPS. */
async function worldOf(installed: Installed) {
  const tree = Object.entries(installed).flatMap(([ident, deps]) => [
    [`/hab/pkgs/${ident}/TARGET`, "x86_64-linux"],
    [`/hab/pkgs/${ident}/DEPS`, deps.join("\n")],
  ])
  const world = await installWorld(Object.fromEntries(tree))
  const run = async (wish: string, options: Partial<UninstallOptions> = {}) => {
    const result = await uninstallPackages(world.context, parseIdent(wish), { loaded: [], exclude: [], ...options })
    return { summaries: result.summaries, removed: result.removed.map(stringifyIdent) }
  }
  const left = () =>
    createStore(world.context)
      .list()
      .map((pkg) => stringifyIdent(pkg.ident))
  return { ...world, run, left }
}

const chain = {
  "a/web/1/1": ["a/ssl/1/1", "a/zip/1/1"],
  "a/ssl/1/1": ["a/libc/1/1"],
  "a/zip/1/1": ["a/libc/1/1"],
  "a/libc/1/1": [],
}

describe("uninstalling", () => {
  it("removes a release that is a link, and nothing of what it names", async () => {
    const { run, left, files } = await worldOf({ "a/other/1/1": [] })
    files.makeDirectories("/elsewhere")
    files.writeFile("/elsewhere/TARGET", "x86_64-linux")
    files.makeDirectories("/hab/pkgs/a/web/1")
    files.symlink("/elsewhere", "/hab/pkgs/a/web/1/1")
    expect(left()).toContain("a/web/1/1")
    expect((await run("a/web")).removed).toEqual(["a/web/1/1"])
    expect(left()).toEqual(["a/other/1/1"])
    expect(files.stat("/hab/pkgs/a/web")).toBeUndefined()
    expect(files.readText("/elsewhere/TARGET")).toBe("x86_64-linux")
  })

  it("removes the latest release with everything only it needed, and the empty directories above", async () => {
    const { run, left, files, reported } = await worldOf(chain)
    expect(await run("a/web")).toEqual({
      removed: ["a/web/1/1", "a/ssl/1/1", "a/zip/1/1", "a/libc/1/1"],
      summaries: ["Uninstall of a/web/1/1 and 3 dependencies complete"],
    })
    expect(left()).toEqual([])
    expect(files.readDirectory("/hab/pkgs")).toEqual([])
    expect(reported.at(-1)).toBe("Deleted a/libc/1/1")
  })

  it("removes one release of several, and only the directories it emptied", async () => {
    const { run, left, files } = await worldOf({ "a/web/1/1": [], "a/web/1/2": [], "a/web/2/1": [] })
    expect((await run("a/web")).removed).toEqual(["a/web/2/1"])
    expect(left()).toEqual(["a/web/1/1", "a/web/1/2"])
    expect(files.readDirectory("/hab/pkgs/a/web").map((entry) => entry.name)).toEqual(["1"])
  })

  it("keeps what others need, and what that needs", async () => {
    const { run, left, reported } = await worldOf({ ...chain, "b/tool/1/1": ["a/zip/1/1"] })
    expect((await run("a/web")).removed).toEqual(["a/web/1/1", "a/ssl/1/1"])
    expect(left()).toEqual(["a/libc/1/1", "a/zip/1/1", "b/tool/1/1"])
    expect(reported.filter((line) => line.startsWith("Skipping"))).toEqual([
      "Skipping a/zip/1/1: 1 other packages depend on it",
      "Skipping a/libc/1/1: 1 other packages depend on it",
    ])
  })

  it("keeps what a kept dependency needs", async () => {
    const { run, left } = await worldOf(chain)
    await run("a/web", { exclude: [parseIdent("a/ssl")] })
    expect(left()).toEqual(["a/libc/1/1", "a/ssl/1/1"])
    const loaded = await worldOf(chain)
    await loaded.run("a/web", { loaded: [parseFullIdent("a/zip/1/1")] })
    expect(loaded.left()).toEqual(["a/libc/1/1", "a/zip/1/1"])
  })

  it("leaves the dependencies alone on request", async () => {
    const { run, left } = await worldOf(chain)
    expect((await run("a/web", { noDeps: true })).summaries).toEqual([
      "Uninstall of a/web/1/1 and 0 dependencies complete",
    ])
    expect(left()).toHaveLength(3)
  })

  it("refuses what others depend on, also in a dry run", async () => {
    const { run, left } = await worldOf(chain)
    for (const dryRun of [false, true]) {
      await expect(run("a/libc", { dryRun })).rejects.toThrowError(
        expect.objectContaining({
          code: "PACKAGE_IN_USE",
          message: expect.stringMatching(/2 installed packages depend on it \(a\/ssl\/1\/1, a\/zip\/1\/1\)/),
        }),
      )
    }
    expect(left()).toHaveLength(4)
  })

  it("says what is not installed", async () => {
    const { run } = await worldOf(chain)
    await expect(run("a/none")).rejects.toThrowError(expect.objectContaining({ code: "PACKAGE_NOT_FOUND" }))
  })

  it.each([
    ["hab itself", "chef/hab", {}, "hab does not remove itself"],
    ["what a service is loaded from", "a/web", { loaded: [parseFullIdent("a/web/1/1")] }, "a loaded service uses it"],
    ["what is excluded", "a/web", { exclude: [parseIdent("a/web/1")] }, "it is excluded"],
  ])("skips %s with its dependencies", async (_what, wish, options, why) => {
    const { run, left, reported } = await worldOf({
      ...chain,
      "chef/hab/1/1": ["a/web/1/1"],
      ...(wish === "a/web" ? { "chef/hab/1/1": [] } : {}),
    })
    expect(await run(wish, options)).toEqual({ removed: [], summaries: [] })
    expect(left()).toHaveLength(5)
    expect(reported).toContain(`Skipping ${wish}/1/1: ${why}`)
  })

  it("only says what it would do in a dry run", async () => {
    const { run, files, reported } = await worldOf(chain)
    const before = files.snapshot()
    const result = await run("a/web", { dryRun: true })
    expect(result.removed).toHaveLength(4)
    expect(result.summaries).toEqual(["Uninstall of a/web/1/1 and 3 dependencies would be done (Dry run)"])
    expect(files.snapshot()).toEqual(before)
    expect(reported[0]).toBe("Would be deleted (Dry run): a/web/1/1")
  })
})

describe("keeping the latest", () => {
  const releases = {
    "a/web/1/1": ["a/lib/1/1"],
    "a/web/1/2": ["a/lib/1/1"],
    "a/web/1.10/1": [],
    "a/web/1.9/1": [],
    "a/lib/1/1": [],
  }

  it.each([
    [0, ["a/web/1/1", "a/web/1/2", "a/lib/1/1", "a/web/1.9/1", "a/web/1.10/1"]],
    [1, ["a/web/1/1", "a/web/1/2", "a/lib/1/1", "a/web/1.9/1"]],
    [3, ["a/web/1/1"]],
  ])("%i removes the others, oldest first", async (keepLatest, removed) => {
    const { run } = await worldOf(releases)
    expect((await run("a/web", { keepLatest })).removed).toEqual(removed)
    const dry = await worldOf(releases)
    expect((await dry.run("a/web", { keepLatest, dryRun: true })).removed).toEqual(removed)
  })

  it("of more than there are removes nothing, and is a success", async () => {
    const { run, reported } = await worldOf(releases)
    expect(await run("a/web", { keepLatest: 4 })).toEqual({ removed: [], summaries: [] })
    expect(reported).toEqual(["Skipping Only 4 packages installed"])
    expect((await run("a/none", { keepLatest: 0 })).removed).toEqual([])
  })
})

describe("uninstall hooks", () => {
  const recorder = () => {
    const ran: string[] = []
    const runUninstallHook = async (pkg: { ident: Parameters<typeof stringifyIdent>[0] }) => {
      ran.push(stringifyIdent(pkg.ident))
    }
    return { ran, runUninstallHook }
  }

  it("run for the last release of a name only", async () => {
    const { run, reported, files } = await worldOf({
      "a/web/1/1": [],
      "a/web/2/1": [],
      "a/web/3/1": [],
      "b/web/1/1": [],
    })
    files.makeDirectories("/hab/pkgs/a/web/1/1/hooks")
    files.writeFile("/hab/pkgs/a/web/1/1/hooks/uninstall.sh", "")
    const { ran, runUninstallHook } = recorder()
    await run("a/web", { keepLatest: 0, runUninstallHook })
    expect(ran).toEqual(["a/web/3/1"])
    expect(reported.filter((line) => line.startsWith("Skipping"))).toEqual([
      "Skipping a/web/1/1: execution of the uninstall hook (other releases are installed)",
    ])
  })

  it("run for dependencies too, and not in a dry run", async () => {
    const { run } = await worldOf(chain)
    const { ran, runUninstallHook } = recorder()
    await run("a/web", { dryRun: true, runUninstallHook })
    expect(ran).toEqual([])
    await run("a/web", { runUninstallHook })
    expect(ran).toEqual(["a/web/1/1", "a/ssl/1/1", "a/zip/1/1", "a/libc/1/1"])
  })

  it("that fail keep their package and end everything after", async () => {
    const { run, left } = await worldOf(chain)
    const runUninstallHook = async (pkg: { ident: { name: string } }) => {
      if (pkg.ident.name === "ssl") throw new Error("status 97")
    }
    await expect(run("a/web", { runUninstallHook })).rejects.toThrowError(/status 97/)
    expect(left()).toEqual(["a/libc/1/1", "a/ssl/1/1", "a/zip/1/1"])
  })

  it("may uninstall and install packages: what they changed is looked at again", async () => {
    const { run, left, files } = await worldOf({ "a/web/1/1": [] })
    const runUninstallHook = async () => {
      files.makeDirectories("/hab/pkgs/b/user/1/1")
      files.writeFile("/hab/pkgs/b/user/1/1/TARGET", "x86_64-linux")
      files.writeFile("/hab/pkgs/b/user/1/1/DEPS", "a/web/1/1")
    }
    await expect(run("a/web", { runUninstallHook })).rejects.toThrowError(/depend on it \(b\/user\/1\/1\)/)
    expect(left()).toHaveLength(2)
    const gone = await worldOf({ "a/web/1/1": [] })
    await gone.run("a/web", { runUninstallHook: async () => void (await gone.run("a/web")) })
    expect(gone.left()).toEqual([])
  })
})

describe("an uninstall that fails at any call to the file system", () => {
  it.each(["STOP", "EIO"] as const)("with %s leaves the package absent or complete", async (code) => {
    const tree = { "a/web/1/1": ["a/lib/1/1"], "a/lib/1/1": [] }
    const whole = await worldOf(tree)
    const complete = whole.files.snapshot()
    const before = whole.files.calls
    await whole.run("a/web", { noDeps: true })
    const calls = whole.files.calls - before
    for (let atCall = 1; atCall <= calls; atCall++) {
      const { run, files, left } = await worldOf(tree)
      files.failWith({ atCall, code })
      await run("a/web", { noDeps: true }).catch(() => undefined)
      files.failWith(undefined)
      const found = left()
      expect(found).toContain("a/lib/1/1")
      if (found.includes("a/web/1/1")) {
        for (const at of ["/hab/pkgs/a/web/1/1/TARGET", "/hab/pkgs/a/web/1/1/DEPS"]) {
          expect(files.snapshot()[at]).toBe(complete[at])
        }
      }
    }
  })
})
