import { spawn, spawnSync } from "node:child_process"
import { cpSync, existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const LIBRARY = "acme/library/1.0.0/20240102030405"
const NGINX = "acme/nginx/1.0.0/20240102030405"
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

const lacksImageTools = [
  ["skopeo", "--version"],
  ["umoci", "--version"],
  ["ldd", "--version"],
].some(([program = "", ...args]) => spawnSync(program, args).status !== 0)
const canMakeNamespaces =
  process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]).status === 0

/** Shows the image's own /proc and three devices of a tmpfs: what any container runtime gives. Then becomes what follows. */
const ENTER = `R=$1; shift
mount -t proc proc "$R/proc" && mount -t tmpfs tmpfs "$R/dev"
mknod -m 666 "$R/dev/null" c 1 3 && mknod -m 666 "$R/dev/random" c 1 8 && mknod -m 666 "$R/dev/urandom" c 1 9
exec "$@"`

function unpacked(hab: Hab, image: string): string {
  const rootless = process.getuid?.() === 0 ? [] : ["--rootless"]
  const umoci = ["unpack", ...rootless, "--image", `${image}:latest`, hab.path("bundle")]
  expect(spawnSync("umoci", umoci, { encoding: "utf8" })).toMatchObject({ status: 0 })
  return hab.path("bundle/rootfs")
}

/** The image's configuration as a container runtime reads it. */
function configOf(image: string) {
  const { stdout } = spawnSync("skopeo", ["inspect", "--config", `oci:${image}:latest`], { encoding: "utf8" })
  return JSON.parse(stdout).config
}

/** Runs the entrypoint as the image's user, as process 1 of namespaces of its own in which nothing of the host is mounted. */
function startContainer(rootfs: string, { User, Env, Entrypoint, Cmd }: ReturnType<typeof configOf>) {
  const inside = ["/usr/bin/env", "-i", ...Env]
  const chroot = ["chroot", `--userspec=${User}`, rootfs, ...inside]
  const enter = ["sh", "-c", ENTER, "enter", rootfs, ...chroot, ...Entrypoint, ...Cmd]
  const child = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", ...enter], { stdio: "ignore" })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  onTestFinished(() => void child.kill("SIGKILL"))
  const first = () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"))
  const run = (...words: string[]) =>
    spawnSync("nsenter", [`--target=${first()}`, "--mount", "--pid", ...chroot, ...words], { encoding: "utf8" }).stdout
  return { first, run, ended }
}

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
      const { stdout } = spawnSync("skopeo", ["inspect", `oci:${image.path}:latest`], { encoding: "utf8" })
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

/** The nginx of this machine as a service. */
async function rootWithNginx(nginx: string, port: number): Promise<Hab> {
  const hab = createHab()
  const at = "{{pkg.svc_var_path}}"
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${at}/${one};`)
  const server = `server { listen 127.0.0.1:{{cfg.port}}; location / { return 200 "from the image\\n"; } }`
  const directory = await writeInstalled(hab, {
    ident: NGINX,
    files: {
      "bin/nginx": "",
      "hooks/run": `#!/bin/sh\nexec nginx -p ${at} -c {{pkg.svc_config_path}}/nginx.conf -g 'daemon off;'\n`,
      "config/nginx.conf": `error_log stderr;\npid ${at}/pid;\nworker_processes 2;\nevents {}\nhttp { access_log off; ${places.join(" ")} ${server} }\n`,
      "default.toml": `port = ${port}\n`,
      SVC_USER: "hab\n",
      SVC_GROUP: "hab\n",
      SHUTDOWN_SIGNAL: "QUIT\n",
    },
  })
  cpSync(nginx, path.join(directory, "bin/nginx"))
  return hab
}

describe("the image of nginx and hab", () => {
  const nginx = "/usr/sbin/nginx"
  it.skipIf(lacksImageTools || !canMakeNamespaces || !existsSync(nginx))(
    "serves from a root of its own, and ends with it",
    async () => {
      const port = await freePort()
      const hab = await rootWithNginx(nginx, port)
      const image = hab.does("pkg", "export", "container", "acme/nginx", "--output", "image").split(" ")[0] ?? ""
      const { stdout } = spawnSync("skopeo", ["inspect", `oci:${image}:latest`], { encoding: "utf8" })
      expect(JSON.parse(stdout).Layers).toHaveLength(4)
      const container = startContainer(unpacked(hab, image), configOf(image))
      const answer = () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          (reply) => reply.text(),
          () => undefined,
        )
      expect(await until("nginx answers", answer)).toBe("from the image\n")
      expect(container.run("hab", "svc", "status")).toMatch(/^acme\/nginx\S* +standalone +up +up /m)
      const processes = container.run("ps", "-e", "-o", "stat=,args=")
      expect(processes).toContain("nginx: worker process")
      expect(processes).not.toMatch(/^Z/m)
      process.kill(container.first(), "SIGTERM")
      expect(await container.ended).toBe(0)
      expect(await answer()).toBeUndefined()
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
