import { once } from "node:events"
import { readFileSync } from "node:fs"
import http from "node:http"
import https from "node:https"
import net from "node:net"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { systemHttp } from "../../src/host/http-server.ts"
import type { HttpListener, HttpReply, HttpRequest, HttpServer, TlsMaterial } from "../../src/ports/http-server.ts"
import { until } from "../support/until.ts"

const servers: HttpServer[] = []
const sockets: net.Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await server.close()
})

async function serve(answer: (request: HttpRequest) => HttpReply, tls?: TlsMaterial): Promise<number> {
  const address = { host: "127.0.0.1", port: 0 }
  const server = await systemHttp.listen({ address, answer, ...(tls === undefined ? {} : { tls }) })
  servers.push(server)
  return server.address.port
}

function connect(port: number): net.Socket {
  const socket = net.connect(port, "127.0.0.1")
  socket.on("error", () => undefined)
  sockets.push(socket)
  return socket
}

/** What comes back for these bytes until the server closes. */
async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port)
  let text = ""
  socket.on("data", (chunk) => (text += chunk))
  socket.write(bytes)
  await once(socket, "close")
  return text
}

const hello = (): HttpReply => ({ tag: "text", status: 200, type: "text/plain", body: "hello" })
const lastGet = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

describe("the HTTP server", () => {
  it("hands over method, target and authorization, and sends the answer", async () => {
    const seen: HttpRequest[] = []
    const port = await serve((request) => {
      seen.push(request)
      return { tag: "text", status: 404, headers: { "retry-after": "1" } }
    })
    const reply = await fetch(`http://127.0.0.1:${port}/a/b?c=d`, { headers: { authorization: "Bearer x" } })
    expect([reply.status, reply.headers.get("retry-after"), await reply.text()]).toEqual([404, "1", ""])
    expect(seen).toEqual([{ method: "GET", target: "/a/b?c=d", authorization: "Bearer x" }])
  })

  it("answers 500 when answering throws, and goes on", async () => {
    let calls = 0
    const port = await serve(() => {
      if (++calls === 1) throw new Error("a bug")
      return hello()
    })
    expect(await exchange(port, lastGet)).toMatch(/^HTTP\/1\.1 500 /)
    expect(await exchange(port, lastGet)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ["bytes that are no HTTP", Buffer.from([0, 1, 2, 0xff, 0xfe, 13, 10, 13, 10]), /^HTTP\/1\.1 400 /],
    ["headers larger than 8 KiB", `GET / HTTP/1.1\r\nx: ${"y".repeat(9000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ["a TLS handshake", Buffer.from("16030100a50100", "hex"), /^HTTP\/1\.1 400 /],
  ])("refuses %s", async (_, bytes, expected) => {
    const port = await serve(hello)
    expect(await exchange(port, bytes)).toMatch(expected)
    expect(await exchange(port, lastGet)).toMatch(/hello$/)
  })

  it("never takes the body of a request for the next request", async () => {
    const targets: string[] = []
    const port = await serve(({ target }) => {
      targets.push(target)
      return hello()
    })
    const inner = "GET /inner HTTP/1.1\r\nHost: x\r\n\r\n"
    await exchange(port, `POST /outer HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`)
    expect(targets).toEqual(["/outer"])
  })

  it("answers one request at a time: who sends more before the answer is cut off", async () => {
    let answers = 0
    const port = await serve(() => {
      answers++
      return hello()
    })
    const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    await exchange(port, get.repeat(1000))
    expect(answers).toBeLessThan(2)
    const socket = connect(port)
    for (let count = 0; count < 3; count++) {
      socket.write(get)
      expect(String(await once(socket, "data"))).toMatch(/hello$/)
    }
  })

  it("refuses large answers while 16 MiB of others are not taken, and small ones never", async () => {
    const body = "x".repeat(7 * 1024 * 1024)
    const port = await serve(({ target }) => ({ tag: "text", status: 200, body: target === "/large" ? body : "small" }))
    const hoarders = ["a", "b"].map(() => connect(port).pause())
    for (const socket of hoarders) socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    await until("too much is pending", async () => (await statusOf("/large")) === 503)
    expect(await statusOf("/small")).toBe(200)
    for (const socket of hoarders) socket.destroy()
    await until("it is answered again", async () => (await statusOf("/large")) === 200)
  })

  it("holds at most 512 connections at once and serves again when they are gone", async () => {
    const port = await serve(hello)
    let refused = 0
    const many = Array.from({ length: 530 }, () => connect(port).once("close", () => refused++))
    await until("the connections over the limit are closed", () => refused >= 18)
    for (const socket of many) socket.destroy()
    await until("it serves again", async () => (await exchange(port, lastGet)).endsWith("hello"))
  })

  it("tells a stream that its reader is slow, that it reads again, and that it is gone", async () => {
    const listeners: HttpListener[] = []
    let resumed = 0
    let gone = 0
    const open = (listener: HttpListener) => {
      listeners.push(listener)
      listener.onDrained(() => resumed++)
      return () => void gone++
    }
    const port = await serve(() => ({ tag: "stream", type: "text/event-stream", open }))
    const request = http.get({ port, host: "127.0.0.1", agent: false })
    const [response] = (await once(request, "response")) as [http.IncomingMessage]
    response.pause()
    const [listener] = listeners
    const page = "x".repeat(64 * 1024)
    let pages = 0
    while (listener?.write(page) === true || pages < 2) pages++
    response.resume()
    await until("the reader caught up", () => resumed > 0)
    request.destroy()
    await until("the reader is gone", () => gone === 1)
  })

  it("ends streams when it closes", async () => {
    const port = await serve(() => ({ tag: "stream", type: "text/event-stream", open: () => () => undefined }))
    const reply = await fetch(`http://127.0.0.1:${port}/`)
    await servers.pop()?.close()
    expect(await reply.text()).toBe("")
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  describe("with TLS", () => {
    const pem = (name: string) =>
      readFileSync(fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url)), "utf8")
    const material = { key: pem("server.key.pem"), certificates: pem("server.pem") }
    const client = { key: pem("client.key.pem"), cert: pem("client.pem") }

    /** The status of the answer, or how the connection failed. */
    function get(port: number, options: https.RequestOptions = {}): Promise<number | string> {
      return new Promise((resolve) => {
        const request = https.get(
          { port, host: "127.0.0.1", ca: pem("ca.pem"), agent: false, ...options },
          (response) => {
            response.resume()
            resolve(response.statusCode ?? 0)
          },
        )
        request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      })
    }

    it("answers whoever trusts its certificate, and nobody without TLS", async () => {
      const port = await serve(hello, material)
      expect(await get(port)).toBe(200)
      expect(await exchange(port, lastGet)).not.toContain("hello")
    })

    it("wants a certificate of the authorities, where there are any", async () => {
      const port = await serve(hello, { ...material, authorities: pem("ca.pem") })
      expect(await get(port)).not.toBe(200)
      expect(await get(port, client)).toBe(200)
    })

    it("rejects material that is no good", async () => {
      await expect(serve(hello, { ...material, key: "no key" })).rejects.toThrow()
      await expect(serve(hello, { ...material, key: client.key })).rejects.toThrow()
    })
  })

  it("rejects with the system's error when the port is taken", async () => {
    const port = await serve(hello)
    const again = systemHttp.listen({ address: { host: "127.0.0.1", port }, answer: hello })
    await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" })
  })
})
