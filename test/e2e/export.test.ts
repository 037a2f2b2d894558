import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"
import { writeInstalled } from "../support/written-packages.ts"

const LIBRARY = "acme/library/1.0.0/20240102030405"
const WEB = "acme/web/1.0.0/20240102030406"

/** A service that names its pid and needs a library. */
async function rootWithService(): Promise<Hab> {
  const hab = createHab()
  await writeInstalled(hab, { ident: LIBRARY, files: { "bin/greet": "#!/bin/sh\necho from the library\n" } })
  const files = {
    "hooks/run": "#!/bin/sh\ngreet >{{pkg.svc_data_path}}/greeting\n(sleep 0.1 &)\nexec sleep 1000\n",
    SVC_USER: "hab\n",
    SVC_GROUP: "hab\n",
    EXPOSES: "8080\n",
    RUNTIME_PATH: `/hab/pkgs/${LIBRARY}/bin\n`,
  }
  await writeInstalled(hab, { ident: WEB, files, deps: [LIBRARY] })
  return hab
}

describe("hab pkg export tar", () => {
  it("holds the package, what it needs and a hab that runs; twice the same bytes", async () => {
    const hab = await rootWithService()
    const file = hab.does("pkg", "export", "tar", "acme/web")
    expect(path.basename(file)).toBe("acme-web-1.0.0-20240102030406.tar.xz")
    const again = JSON.parse(hab.does("pkg", "export", "tar", "acme/web", "--output", "again.tar.xz", "--json"))
    expect(again).toEqual({ ident: WEB, path: hab.path("again.tar.xz"), packages: [LIBRARY, WEB] })
    expect(readFileSync(file).equals(readFileSync(again.path))).toBe(true)
    const other = createHab()
    expect(spawnSync("tar", ["-xJf", file, "-C", other.root], { encoding: "utf8" })).toMatchObject({ status: 0 })
    const unpacked = spawnSync(other.path("hab/bin/hab"), ["pkg", "list", "--all"], {
      env: other.env,
      encoding: "utf8",
    })
    expect(unpacked).toMatchObject({ status: 0, stdout: `${LIBRARY}\n${WEB}\n` })
  })

  it("refuses a file that is there, and a package whose library is not; nothing is left", async () => {
    const hab = await rootWithService()
    hab.write("taken", "mine")
    expect(hab.run("pkg", "export", "tar", "acme/web", "-o", "taken").stderr).toContain("is there already")
    expect(hab.read("taken")).toBe("mine")
    await writeInstalled(hab, { ident: "acme/torn/1.0.0/20240102030405", deps: ["acme/none/1.0.0/20240102030405"] })
    expect(hab.run("pkg", "export", "tar", "acme/torn").stderr).toContain("acme/none")
    expect(hab.list("").filter((name) => name.includes("tar"))).toEqual([])
  })
})

describe("hab pkg export systemd", () => {
  it.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)("prints a unit systemd accepts", async () => {
    const hab = await rootWithService()
    hab.write("hab.service", `${hab.does("pkg", "export", "systemd", "acme/web")}\n`)
    expect(hab.read("hab.service")).toContain(`ExecStart=${path.join(project, "bin/hab")} sup run acme/web\n`)
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", hab.path("hab.service")], {
      encoding: "utf8",
    })
    expect(stderr.split("\n").filter((line) => line.includes("hab.service"))).toEqual([])
  })
})
