import { mkdirSync, writeFileSync } from "node:fs"
import { beforeEach, describe, expect, it } from "vitest"
import { createHab, type Hab } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart, writeInstalled } from "../support/written-packages.ts"

const noting = (hook: string) => `#!/bin/sh\necho "${hook} {{pkg.version}}" >>{{pkg.svc_data_path}}/trace\n`

const release = (name: string, version: string) => `acme/${name}/${version}/20240101000000`

let hab: Hab

beforeEach(async () => {
  hab = createHab()
  await trustTestKey(hab)
})

/** Three releases of web, each needing its own release of lib. */
async function installAll(): Promise<void> {
  for (const version of ["1.0.0", "2.0.0", "2.1.0"]) {
    await writeInstalled(hab, { ident: release("lib", version), files: { "lib/x": version } })
    const files = { "hooks/uninstall": noting("uninstall"), "bin/web": `#!/bin/sh\necho ${version}\n` }
    await writeInstalled(hab, { ident: release("web", version), deps: [release("lib", version)], files })
  }
}

const listed = () => hab.does("pkg", "list", "--all").split("\n")

describe("hab pkg verify and hab pkg repair", () => {
  it("find what was changed in an installed package, and bring it back from its artifact", async () => {
    const artifact = await writeHart(hab, { ident: release("web", "1.0.0"), files: { "bin/web": "#!/bin/sh\n" } })
    hab.does("pkg", "install", artifact)
    expect(hab.run("pkg", "verify", "acme/web").stderr).toContain("files signed with acme-20240102030405")
    writeFileSync(hab.path(`hab/pkgs/${release("web", "1.0.0")}/bin/web`), "evil")
    const damaged = hab.run("pkg", "verify", "acme/web")
    expect(damaged).toMatchObject({ code: 1, stdout: "" })
    expect(damaged.stderr).toContain("bin/web changed")
    expect(damaged.stderr).toContain("hab pkg repair acme/web/1.0.0/20240101000000")
    const [verdict] = JSON.parse(hab.run("pkg", "verify", "--all", "--json").stdout)
    expect(verdict.problems).toEqual([{ path: "bin/web", what: "changed" }])
    expect(hab.does("pkg", "repair", "acme/web")).toContain("complete")
    expect(hab.run("pkg", "verify", "--all").code).toBe(0)
    expect(hab.run("pkg", "verify").code).toBe(2)
  })

  it("a repair says where it looked for the artifact", async () => {
    await writeInstalled(hab, { ident: release("web", "1.0.0") })
    expect(hab.run("pkg", "repair", "acme/web")).toMatchObject({ code: 1, stdout: "" })
    await writeHart(hab, { ident: release("web", "1.0.0") }, "usb")
    hab.does("pkg", "repair", "acme/web", "--from", "usb")
  })
})

describe("hab pkg prune", () => {
  it("shows and then removes what nothing needs; loaded services and exclusions stay with what they need", async () => {
    await installAll()
    const old = [release("web", "1.0.0"), release("lib", "1.0.0")]
    expect(hab.does("pkg", "prune", "--keep", "2", "--dry-run").split("\n")).toEqual(old)
    expect(listed()).toHaveLength(6)
    expect(hab.does("pkg", "prune", "--keep", "1", "--exclude", "acme/web/2.0.0").split("\n")).toEqual(old)
    expect(listed()).toHaveLength(4)
    mkdirSync(hab.path("hab/sup/default/specs"), { recursive: true })
    hab.write("hab/sup/default/specs/web.spec", `ident = "${release("web", "2.0.0")}"\n`)
    expect(hab.does("pkg", "prune")).toBe("")
    expect(hab.readIfPresent("hab/svc/web/data/trace"), "other releases are left").toBeUndefined()
  })
})

describe("hab pkg rollback", () => {
  it("makes an older release the newest again, without running an uninstall hook", async () => {
    await installAll()
    expect(hab.does("pkg", "rollback", "acme/web")).toBe(
      `${release("web", "2.0.0")} is the newest release of acme/web.`,
    )
    expect(hab.does("pkg", "exec", "acme/web", "web")).toBe("2.0.0")
    expect(hab.does("pkg", "rollback", "acme/web@^1", "--dry-run")).toContain("would be")
    hab.does("pkg", "rollback", "acme/web/1.0.0")
    expect(hab.does("pkg", "list", "acme/web")).toBe(release("web", "1.0.0"))
    expect(hab.run("pkg", "rollback", "acme/web").stderr).toContain("is the only one that is installed")
    expect(hab.readIfPresent("hab/svc/web/data/trace")).toBeUndefined()
  })
})

describe("a range of versions", () => {
  it("chooses among what is installed and what is cached", async () => {
    await installAll()
    const cached = await writeHart(hab, { ident: release("web", "2.5.0") }, "hab/cache/artifacts")
    expect(cached).toContain("2.5.0")
    expect(hab.does("pkg", "path", "acme/web@~2.0")).toContain("/2.0.0/")
    expect(hab.does("pkg", "install", "acme/web@^2.1")).toContain(`Install of ${release("web", "2.5.0")} complete`)
    expect(hab.run("pkg", "install", "acme/web@banana").code).toBe(2)
  })
})

describe("a package that a running service uses", () => {
  it("is rolled back with the service, which restarts into the older release before the newer one goes", async () => {
    for (const version of ["1.0.0", "2.0.0"]) {
      const files = { "hooks/run": `#!/bin/sh\necho serving ${version}\nexec sleep 1000\n` }
      await writeInstalled(hab, { ident: release("web", version), files })
    }
    const sup = hab.supervise("acme/web")
    await sup.sees("serving 2.0.0")
    const pinned = hab.run("pkg", "uninstall", release("web", "2.0.0"))
    expect(pinned.stderr).toContain("a loaded service uses it")
    expect(hab.does("pkg", "rollback", "acme/web")).toBe(
      `${release("web", "1.0.0")} is the newest release of acme/web.`,
    )
    await sup.sees("serving 1.0.0")
    expect(hab.does("pkg", "list", "acme/web")).toBe(release("web", "1.0.0"))
    expect(hab.status("web")).toMatchObject({ ident: release("web", "1.0.0"), state: "up" })
    await sup.stop()
  })

  it("stays where the service is loaded as that very release, or follows a channel", async () => {
    for (const version of ["1.0.0", "2.0.0"]) {
      const files = { "hooks/run": "#!/bin/sh\nexec sleep 1000\n" }
      await writeInstalled(hab, { ident: release("web", version), files })
    }
    const sup = hab.supervise(release("web", "2.0.0"))
    await until("it is up", () => hab.status("web")?.state === "up")
    expect(hab.run("pkg", "rollback", "acme/web").stderr).toContain("[ROLLBACK_IMPOSSIBLE]")
    hab.does("svc", "load", "acme/web", "--force", "--strategy", "at-once", "--url", `file://${hab.path("depot")}`)
    await until("it is up again", () => hab.status("web")?.state === "up")
    expect(hab.run("pkg", "rollback", "acme/web").stderr).toContain("follows its channel")
    expect(hab.does("pkg", "list", "acme/web").split("\n")).toHaveLength(2)
    await sup.stop()
  })
})
