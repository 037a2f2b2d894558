import { spawnSync } from "node:child_process"
import net from "node:net"
import { afterAll, describe, expect, it } from "vitest"
import { readerOf } from "../support/doc-page.ts"
import { hasEtcd } from "../support/etcd.ts"
import { createHab, type Hab, processesOf } from "../support/hab.ts"
import { until } from "../support/until.ts"

const MACHINES = ["one", "two", "three", "proxy"] as const
const hasPrograms = ["redis-server", "redis-cli", "haproxy"].every(
  (program) => spawnSync(program, ["-v"]).error === undefined,
)

const redis = (port: number, ...words: string[]) =>
  spawnSync("redis-cli", ["-p", String(port), ...words], { encoding: "utf8", timeout: 5_000 }).stdout.trim()

/** Three ports, of which one leads and the others follow it with all they have. */
function isWhole(ports: readonly number[], followers: number): boolean {
  const roles = ports.map((port) => redis(port, "role").split("\n"))
  return (
    roles.filter(([role]) => role === "master").length === 1 &&
    roles.filter(([role, , , state]) => role === "slave" && state === "connected").length === followers
  )
}

/** Writes one number after the other through the proxy, and knows which redis confirmed to be on two machines. */
function createWriter(port: number) {
  const confirmed: number[] = []
  let next = 0
  let stopped = false
  let socket: net.Socket | undefined
  const begin = () => {
    if (stopped) return
    const current = ++next
    let answer = ""
    socket = net.connect({ port, host: "127.0.0.1" })
    const over = () => {
      socket?.destroy()
      // +OK, and how many followers have it.
      if (/^\+OK\r\n:[1-9]/.test(answer)) confirmed.push(current)
      setImmediate(begin)
    }
    let isOver = false
    const once = () => {
      if (isOver) return
      isOver = true
      over()
    }
    socket.on("error", once)
    socket.on("close", once)
    socket.on("data", (bytes) => {
      answer += String(bytes)
      if (/^\+OK\r\n:\d+\r\n$|^-/.test(answer)) once()
    })
    socket.write(`SET number:${current} ${current}\r\nWAIT 1 1000\r\n`)
  }
  begin()
  return {
    confirmed,
    stop: () => {
      stopped = true
      socket?.destroy()
    },
  }
}

describe.skipIf(!hasEtcd || !hasPrograms)("the tutorial of a replicated redis (needs etcd, redis, haproxy)", () => {
  let hab: Hab | undefined

  afterAll(() => {
    if (hab === undefined) return
    const roots = MACHINES.map((machine) => `${hab?.root}/${machine}`)
    for (const pid of roots.flatMap(processesOf)) spawnSync("kill", ["-9", String(pid)])
    // Redis writes its title over its environment: its processes are found by their pid only.
    const services = MACHINES.slice(0, 3).map((machine) => `${machine}/hab/svc/redis/PID`)
    for (const file of [...services, "etcd.pid"]) {
      const pid = hab.readIfPresent(file)?.trim()
      if (pid !== undefined) spawnSync("kill", ["-9", pid])
    }
  })

  it("does what it says: a follower takes over, the proxy follows, and no confirmed write is lost", async () => {
    const here = createHab()
    hab = here
    const reader = readerOf("tutorial/replicated-redis.md", here)
    const ports = [7001, 7002, 7003]
    reader.followTo("5. Start them")
    await until("one leads and two follow", () => isWhole(ports, 2), 40_000)
    await until("the proxy knows the leader", () => /role:master/.test(redis(7000, "info", "replication")))
    await until("and those that follow", () => /role:slave/.test(redis(7009, "info", "replication")))
    reader.followTo("7. Write")
    const writer = createWriter(7000)
    await until("writes are confirmed", () => writer.confirmed.length > 20)
    reader.followTo("8. Let the leader's machine die")
    const dead = 7001 + (MACHINES as readonly string[]).indexOf(here.read("dead").trim())
    const left = ports.filter((port) => port !== dead)
    await until("another leads", () => isWhole(left, 1), 40_000)
    const before = writer.confirmed.length
    await until("writes are confirmed again", () => writer.confirmed.length > before + 20)
    reader.followTo("9. What was confirmed is there")
    expect(redis(7000, "get", "greeting")).toBe("hello")
    await until("the dead one follows", () => isWhole(ports, 2), 40_000)
    writer.stop()
    const values = redis(7000, "mget", ...writer.confirmed.map((number) => `number:${number}`)).split("\n")
    expect(values.map(Number)).toEqual(writer.confirmed)
    reader.followTo("10. Stop")
    await until("nothing of it is left", () =>
      MACHINES.every((machine) => processesOf(here.path(machine)).length === 0),
    )
  })
})
