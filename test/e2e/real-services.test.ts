import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import net from "node:net"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { canMakeNamespaces, configOf, lacksImageTools, startContainer, unpacked } from "../support/container.ts"
import { createHab, type Hab, processesOf, project, type SupervisorRun } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { until } from "../support/until.ts"

const BUILD_MS = 600_000
const sources = path.join(project, ".cache/sources")
const canBuild =
  ["gcc", "make"].every((tool) => spawnSync(tool, ["--version"]).status === 0) &&
  ["nginx-1.22.1.tar.gz", "redis-7.0.15.tar.gz"].every((name) => existsSync(path.join(sources, name)))

/** A connection that stays open. `asks` sends a text and resolves with what came once it matches. */
async function connection(port: number) {
  const socket = net.connect({ port, host: "127.0.0.1" })
  let received = ""
  let ended = false
  socket.on("data", (bytes) => {
    received += String(bytes)
  })
  for (const event of ["error", "close"]) socket.on(event, () => (ended = true))
  await until("it is connected or refused", () => ended || socket.readyState === "open")
  return {
    isOpen: () => !ended,
    close: () => socket.destroy(),
    async asks(text: string, answer: RegExp): Promise<string> {
      received = ""
      socket.write(text)
      return until(`${answer} answers`, () => (answer.test(received) ? received : undefined))
    },
  }
}
type Connection = Awaited<ReturnType<typeof connection>>

/** One exchange on a connection of its own; undefined when nobody listens. */
async function reply(port: number, text: string, answer: RegExp): Promise<string | undefined> {
  const opened = await connection(port).catch(() => undefined)
  try {
    return opened?.isOpen() ? await opened.asks(text, answer) : undefined
  } finally {
    opened?.close()
  }
}

const GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

describe.skipIf(!canBuild)(
  "nginx and redis from their own tarballs under one supervisor (needs .cache/sources, gcc, make)",
  () => {
    let hab: Hab
    let sup: SupervisorRun
    let web: number
    let store: number
    const pids = () => ["nginx", "redis"].map((name) => hab.status(name)?.pid ?? 0)
    const supervisor = () => JSON.parse(hab.does("sup", "status", "--json")).pid as number
    const configureNginx = (greeting: string) =>
      hab.write("hab/user/nginx/config/user.toml", `[http]\nport = ${web}\ngreeting = "${greeting}"\n`)
    const configureRedis = (maxmemory: string) =>
      hab.write("hab/user/redis/config/user.toml", `port = ${store}\nmaxmemory = "${maxmemory}"\n`)

    beforeAll(async () => {
      hab = createHab({ HAB_CACHE_SRC_PATH: sources })
      hab.does("origin", "key", "generate", "demo")
      for (const name of ["nginx", "redis"]) {
        hab.does("pkg", "install", hab.does("pkg", "build", path.join(project, "plans", name)))
      }
      web = await freePort()
      store = await freePort()
      configureNginx("one")
      configureRedis("0")
      sup = hab.supervise()
      for (const name of ["nginx", "redis"]) hab.does("svc", "load", `demo/${name}`, "--health-check-interval", "1")
      hab.does("svc", "wait", "nginx", "redis", "--healthy", "--timeout", "60")
    }, BUILD_MS)

    afterAll(async () => {
      await sup?.stop()
    })

    it("take a changed configuration while they run: same processes, open connections stay", async () => {
      const before = pids()
      const [http, redis] = [await connection(web), await connection(store)]
      expect(await http.asks(GET, /<\/html>/)).toContain("X-Greeting: one")
      expect(await redis.asks("SET colour blue\r\n", /\+OK\r\n/)).toBeDefined()
      configureNginx("two")
      configureRedis("32mb")
      await until("nginx serves the new config", async () => /two/.test((await reply(web, GET, /<\/html>/)) ?? ""))
      await until("redis has the new limit", async () =>
        /33554432/.test(await redis.asks("CONFIG GET maxmemory\r\n", /maxmemory\r\n\$\d+\r\n\d+\r\n/)),
      )
      expect(pids()).toEqual(before)
      http.close()
      redis.close()
    })

    it("are started again when they are killed", async () => {
      const before = pids()
      for (const pid of before) process.kill(pid, "SIGKILL")
      await until("both have other processes", () => pids().every((pid, n) => pid !== 0 && pid !== before[n]))
      hab.does("svc", "wait", "nginx", "redis", "--healthy", "--timeout", "60")
      await until("nginx answers", async () => /two/.test((await reply(web, GET, /<\/html>/)) ?? ""))
    })

    it("keep their processes and connections when the supervisor is killed, replaced, and its launcher too", async () => {
      const before = pids()
      const connections: Connection[] = [await connection(web), await connection(store)]
      const [http, redis] = connections as [Connection, Connection]
      const stillServes = async () => {
        expect(await http.asks(GET, /<\/html>/)).toContain("200 OK")
        expect(await redis.asks("PING\r\n", /PONG/)).toBeDefined()
        expect(pids()).toEqual(before)
      }
      const old = supervisor()
      process.kill(old, "SIGKILL")
      await until("another supervisor answers", () => hab.run("sup", "status").code === 0 && supervisor() !== old)
      await stillServes()
      hab.does("sup", "restart")
      await stillServes()
      sup.child.kill("SIGKILL")
      await sup.ended()
      sup = hab.supervise()
      await until("another launcher adopted them", () => hab.run("sup", "status").code === 0 && pids()[0] === before[0])
      await stillServes()
      for (const one of connections) one.close()
    })

    it("run a newer release after load --force, with its data", async () => {
      expect(await reply(store, "SET colour green\r\n", /\+OK/)).toBeDefined()
      const installed = hab.does("pkg", "path", "demo/redis")
      const plan = path.join(hab.root, "redis")
      mkdirSync(plan)
      for (const part of ["hooks", "config", "default.toml"]) {
        cpSync(path.join(project, "plans/redis", part), path.join(plan, part), { recursive: true })
      }
      // The same program in another release: nothing is compiled twice.
      const text = readFileSync(path.join(project, "plans/redis/plan.sh"), "utf8").replace(
        /^pkg_s(ource|hasum)=.*$/gm,
        "",
      )
      const install = `do_build() { :; }\ndo_install() { cp -a "${installed}/bin/." "$pkg_prefix/bin/"; }\n`
      writeFileSync(path.join(plan, "plan.sh"), `${text}\n${install}`)
      hab.does("pkg", "install", hab.does("pkg", "build", plan))
      const newer = hab.does("pkg", "path", "demo/redis")
      expect(newer).not.toBe(installed)
      const [nginx, redis] = pids()
      hab.does("svc", "load", "demo/redis", "--force", "--wait", "--timeout", "60")
      await until("redis has another process", () => ![0, redis].includes(pids()[1]))
      expect(pids()[0]).toBe(nginx)
      expect(`/${hab.status("redis")?.ident}`).toBe(newer.slice(newer.indexOf("/demo/")))
      await until("redis has its data", async () => /green/.test((await reply(store, "GET colour\r\n", /\r\n/)) ?? ""))
    })

    it.skipIf(lacksImageTools || !canMakeNamespaces)(
      "nginx serves from an image in a root of its own, and ends with it (needs root, skopeo, umoci)",
      async () => {
        const image = hab.does("pkg", "export", "container", "demo/nginx", "--output", "image").split(" ")[0] ?? ""
        const { stdout } = spawnSync("skopeo", ["inspect", `oci:${image}:latest`], { encoding: "utf8" })
        expect(JSON.parse(stdout).Layers).toHaveLength(4)
        const rootfs = unpacked(hab, image)
        const port = await freePort()
        const userToml = path.join(rootfs, "hab/user/nginx/config/user.toml")
        mkdirSync(path.dirname(userToml), { recursive: true })
        writeFileSync(userToml, `[http]\nport = ${port}\ngreeting = "from the image"\n`)
        const container = startContainer(rootfs, configOf(image))
        const greets = async () => /X-Greeting: from the image/.test((await reply(port, GET, /<\/html>/)) ?? "")
        await until("nginx answers", greets)
        expect(container.run("hab", "svc", "status")).toMatch(/^demo\/nginx\S* +standalone +up +up /m)
        const processes = container.run("ps", "-e", "-o", "stat=,args=")
        expect(processes).toContain("nginx: worker process")
        expect(processes).not.toMatch(/^Z/m)
        process.kill(container.first(), "SIGTERM")
        expect(await container.ended).toBe(0)
        expect(await greets()).toBe(false)
      },
    )

    it("are gone when the supervisor is stopped", async () => {
      expect(await sup.stop()).toBe(0)
      expect(await reply(web, GET, /200/)).toBeUndefined()
      expect(processesOf(hab.root)).toEqual([])
    })
  },
)
