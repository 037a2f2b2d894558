import { spawnSync } from "node:child_process"
import { cpSync, existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { canMakeNamespaces, configOf, lacksImageTools, startContainer, unpacked } from "../support/container.ts"
import { createHab, type Hab, project } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const LIBRARY = "acme/library/1.0.0/20240102030405"
const WEB = "acme/web/1.0.0/20240102030406"

/** A service that names its pid and needs a library. */
async function rootWithService(): Promise<Hab> {
  const hab = createHab()
  await writeInstalled(hab, {
    ident: LIBRARY,
    files: { "bin/greet": "#!/bin/sh\necho from the library as $(id -u)\n" },
  })
  const files = {
    // The inner shell is an orphan when its parent has gone, and ends before the service does.
    "hooks/run":
      "#!/bin/sh\ncd {{pkg.svc_data_path}}\ngreet >greeting\n(sh -c 'sleep 0.2; touch orphan' &)\nexec sleep 1000\n",
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

describe("hab pkg export container", () => {
  it.skipIf(lacksImageTools)(
    "writes an image that skopeo reads and umoci unpacks, twice with the same digest",
    async () => {
      const hab = await rootWithService()
      const image = JSON.parse(hab.does("pkg", "export", "container", "acme/web", "--output", "image", "--json"))
      expect(hab.does("pkg", "export", "container", "acme/web", "-o", "again")).toBe(
        `${hab.path("again")} ${image.digest}`,
      )
      const titles = image.layers.map(({ title }: { title: string }) => title)
      expect(titles).toEqual(["system", "node", "hab", LIBRARY, WEB])
      expect(image).toMatchObject({ name: "acme/web", tags: ["latest", "1.0.0", "1.0.0-20240102030406"] })
      expect(hab.read("results/last_container_export.env")).toContain("name_tags=acme/web:latest,acme/web:1.0.0,")
      const { stdout } = spawnSync("skopeo", ["inspect", `oci:${image.path}:1.0.0`], { encoding: "utf8" })
      expect(JSON.parse(stdout)).toMatchObject({
        Digest: image.digest,
        Created: "2024-01-02T03:04:06Z",
        Layers: image.layers.map(({ digest }: { digest: string }) => digest),
      })
      expect(configOf(image.path)).toMatchObject({
        User: "1000:0",
        ExposedPorts: { "8080/tcp": {} },
        Cmd: ["acme/web"],
      })
      const rootfs = unpacked(hab, image.path)
      expect(existsSync(path.join(rootfs, "hab/pkgs", LIBRARY, "bin/greet"))).toBe(true)
      expect(hab.run("pkg", "export", "container", "acme/web", "-o", "image").stderr).toContain("EXPORT_EXISTS")
    },
  )

  it.skipIf(lacksImageTools || !canMakeNamespaces)(
    "runs the service as an ordinary user, alone in its root, and leaves no zombie",
    async () => {
      const hab = await rootWithService()
      const image = hab.does("pkg", "export", "container", "acme/web", "--output", "image").split(" ")[0] ?? ""
      const rootfs = unpacked(hab, image)
      const container = startContainer(rootfs, configOf(image))
      const greeting = path.join(rootfs, "hab/svc/web/data/greeting")
      await until("the service runs", () => existsSync(greeting) && readFileSync(greeting, "utf8"))
      expect(readFileSync(greeting, "utf8")).toBe("from the library as 1000\n")
      await until("its orphan has come and gone", () => existsSync(path.join(rootfs, "hab/svc/web/data/orphan")))
      expect(container.run("hab", "svc", "status")).toMatch(/^acme\/web\/1\.0\.0\S* +standalone +up +up /m)
      await until("no zombie is left", () => !/^Z/m.test(container.run("ps", "-e", "-o", "stat=")))
      process.kill(container.first(), "SIGTERM")
      expect(await container.ended).toBe(0)
    },
  )

  const nginx = "/usr/sbin/nginx"
  it.skipIf(lacksImageTools || process.getuid?.() !== 0 || !existsSync(nginx))(
    "takes along the libraries of this machine that a package's programs need",
    async () => {
      const hab = createHab()
      const directory = await writeInstalled(hab, { ident: LIBRARY, files: { "bin/greet": "" } })
      cpSync(nginx, path.join(directory, "bin/nginx"))
      const image = hab.does("pkg", "export", "container", "acme/library", "-o", "image").split(" ")[0] ?? ""
      const command = [unpacked(hab, image), `/hab/pkgs/${LIBRARY}/bin/nginx`, "-v"]
      expect(spawnSync("chroot", command, { encoding: "utf8" }).stderr).toContain("nginx version")
    },
  )
})

describe("hab pkg export kubernetes", () => {
  it("prints a Deployment and a Service", async () => {
    const hab = await rootWithService()
    const text = hab.does("pkg", "export", "kubernetes", "acme/web", "--image", "registry/web:1", "--replicas", "3")
    expect(text).toContain("image: registry/web:1\n")
    expect(text).toContain("replicas: 3\n")
    expect(text).toContain("targetPort: 8080")
  })
})
