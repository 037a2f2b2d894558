import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import net, { type AddressInfo } from "node:net"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"
import { until } from "../support/until.ts"

const SLOW_MS = 600_000
const sources = path.join(project, ".cache/sources")
const hasSource = (name: string) => existsSync(path.join(sources, name))
const hasCompiler = ["gcc", "make"].every((tool) => spawnSync(tool, ["--version"]).status === 0)

/** A root whose builds find the tarballs that `.ci/run` fetched, and nothing on the network. */
function builder(origin: string): Hab {
  const hab = createHab({ HAB_CACHE_SRC_PATH: sources })
  hab.does("origin", "key", "generate", origin)
  return hab
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

async function greetingAt(port: number): Promise<string | undefined> {
  const reply = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
  return reply?.headers.get("x-greeting") ?? undefined
}

describe.skipIf(!hasCompiler || !hasSource("lzo-2.10.tar.gz") || !hasSource("lzop-1.04.tar.gz"))(
  "lzo and lzop from their own tarballs (needs .cache/sources, gcc, make)",
  () => {
    it("build one after the other; lzop links to the installed lzo and runs", { timeout: SLOW_MS }, () => {
      const hab = builder("core")
      const plans = ["stubs/glibc", "stubs/gcc", "stubs/make", "lzo", "lzop"]
      const installed = plans.map((plan) => {
        hab.does("pkg", "install", hab.does("pkg", "build", path.join(project, "fixtures/plans", plan)))
        return hab.does("pkg", "path", `core/${path.basename(plan)}`)
      })
      const [glibc = "", , , lzo = "", lzop = ""] = installed
      const ident = (place: string) => place.slice(place.indexOf("/core/") + 1)
      expect(readFileSync(`${lzop}/TDEPS`, "utf8")).toBe(`${ident(lzo)}\n${ident(glibc)}\n`)
      const run = { env: { PATH: hab.env["PATH"] ?? "", LD_LIBRARY_PATH: `${lzo}/lib` }, encoding: "utf8" } as const
      expect(execFileSync(`${lzop}/bin/lzop`, ["--version"], run)).toMatch(/^lzop 1\.04\nLZO library 2\.10/)
      const needed = execFileSync("readelf", ["-d", `${lzop}/bin/lzop`], { encoding: "utf8" })
      expect(needed).toMatch(/runpath: \[[^\]]*\/hab\/pkgs\/core\/lzo\/2\.10\/\d+\/lib\]/)
    })
  },
)

describe.skipIf(!hasCompiler || !hasSource("nginx-1.22.1.tar.gz"))(
  "nginx from its own tarball (needs .cache/sources, gcc, make)",
  () => {
    it("is built, installed, healthy, and takes a new config without a new process", { timeout: SLOW_MS }, async () => {
      const hab = builder("demo")
      const artifact = hab.does("pkg", "build", path.join(project, "plans/nginx"))
      hab.does("pkg", "install", artifact)
      const port = await freePort()
      const configure = (greeting: string) =>
        hab.write("hab/user/nginx/config/user.toml", `[http]\nport = ${port}\ngreeting = "${greeting}"\n`)
      configure("one")
      const sup = hab.supervise("demo/nginx")
      await until("nginx answers", async () => (await greetingAt(port)) === "one", 60_000)
      await until("nginx is healthy", () => hab.status("nginx")?.health === "ok", 60_000)
      const pid = hab.status("nginx")?.pid
      configure("two")
      await until("nginx serves the new config", async () => (await greetingAt(port)) === "two", 60_000)
      expect(hab.status("nginx")?.pid).toBe(pid)
      expect(await sup.stop()).toBe(0)
      expect(await greetingAt(port)).toBeUndefined()
    })
  },
)
