import net from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { footprintOf, supervisionOf, whileAnswering } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"

const KILOBYTES_GROWN_MAX = 96 * 1024
const CONNECTIONS = 10_000
/** At once: our own descriptors are limited, too. */
const WAVE = 1_000

let hab: Hab
let sup: SupervisorRun
let supervisors: number[]
/** How to reach the two servers: the HTTP gateway and the control socket. */
const servers: Record<string, net.NetConnectOpts> = {}

beforeAll(async () => {
  hab = createHab()
  sup = hab.supervise()
  const line = await sup.sees("Starting http-gateway on ")
  const [host = "", port = "0"] = line.slice(line.lastIndexOf(" ") + 1).split(":")
  servers["HTTP gateway"] = { host, port: Number(port) }
  servers["control socket"] = { path: hab.path("hab/sup/default/run/control.sock") }
  await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
  supervisors = supervisionOf(sup)
})

afterAll(async () => {
  expect(supervisionOf(sup)).toEqual(supervisors)
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

/** Connects and says `text`; resolves when the other side closed, or refused. */
function say(server: string, text: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let reply = ""
    const socket = open(server, text)
    socket.on("data", (chunk) => (reply += chunk)).once("close", () => resolve(reply))
  })
}

function open(server: string, text: string | Uint8Array): net.Socket {
  const socket = net.connect(servers[server] as net.NetConnectOpts)
  socket.on("error", () => undefined)
  socket.write(text)
  return socket
}

const GARBAGE: readonly (readonly [string, string | Uint8Array])[] = [
  ["bytes", Uint8Array.from({ length: 100_000 }, (_, index) => (index * 131) % 256)],
  ["a header without end", `GET / HTTP/1.1\r\nx: ${"y".repeat(1_000_000)}`],
  [
    "lengths that contradict each other",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx",
  ],
  ["a negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"],
  ["chunks that are none", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ["a path that leaves", "GET /../../../etc/passwd HTTP/1.0\r\n\r\n"],
  ["JSON that is none", "POST /services/load HTTP/1.0\r\nContent-Length: 3\r\n\r\n{[}"],
  ["JSON of the wrong shape", 'POST /services/load HTTP/1.0\r\nContent-Length: 13\r\n\r\n{"ident":[[]]}'],
  [
    "a body larger than it may be",
    `POST /services/load HTTP/1.0\r\nContent-Length: 3000000\r\n\r\n${" ".repeat(3_000_000)}`,
  ],
]

describe.each(["HTTP gateway", "control socket"])("the %s", (server) => {
  it.each(GARBAGE)("is fed %s: it refuses, and status answers", async (_, text) => {
    const reply = await say(server, text)
    expect(reply).not.toMatch(/^HTTP\/1\.1 2/)
    expect(hab.run("svc", "status").code).toBe(0)
  })

  it("has clients that say a byte and no more: they are dropped, and status answers throughout", async () => {
    const before = footprintOf(hab, sup)
    const sockets = Array.from({ length: 200 }, () => open(server, "GET /services HTTP/1.1\r\nHost: x\r\nx"))
    const closed = sockets.map((socket) => new Promise((resolve) => socket.resume().once("close", resolve)))
    const answered = await whileAnswering(hab, () => Promise.all(closed))
    expect(answered).toBeGreaterThan(0)
    await until("their descriptors are closed", () => footprintOf(hab, sup).descriptors <= before.descriptors)
  })

  it("has 10,000 connections: it serves as many as it can, holds none afterwards, and status answers throughout", async () => {
    const before = footprintOf(hab, sup)
    const answered = await whileAnswering(hab, async () => {
      for (let made = 0; made < CONNECTIONS; made += WAVE) {
        const sockets = Array.from({ length: WAVE }, () => open(server, "GET /services HTTP/1.0\r\n\r\n").resume())
        await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))))
      }
    })
    expect(answered).toBeGreaterThan(0)
    await until("their descriptors are closed", () => footprintOf(hab, sup).descriptors <= before.descriptors)
    expect(footprintOf(hab, sup).kilobytes - before.kilobytes).toBeLessThan(KILOBYTES_GROWN_MAX)
  })
})
