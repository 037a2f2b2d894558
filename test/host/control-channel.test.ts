import { once } from "node:events"
import { mkdirSync } from "node:fs"
import net from "node:net"
import { describe, expect, it } from "vitest"
import { systemControl } from "../../src/host/control-channel.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const ask = (socket: string, method: string) => systemControl.request(socket, { method, path: "/" }, 30_000)
const newSocket = () => `${temporaryDirectory()}/run/control.sock`

/** Something to wait for, and how it comes. */
function gate() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe("who asks a server that ends", () => {
  it("is answered if it asked before", async () => {
    const socket = newSocket()
    const asked = gate()
    const answer = gate()
    const server = await systemControl.serve(socket, async () => {
      asked.resolve()
      await answer.promise
      return { status: 200, body: "done" }
    })
    const reply = ask(socket, "POST")
    await asked.promise
    const closed = server.close()
    answer.resolve()
    expect(await reply).toEqual({ status: 200, body: "done" })
    await closed
    expect(await ask(socket, "POST")).toBeUndefined()
  })

  it("is told that nobody is there if it was connected only, and nothing of its wish is done", async () => {
    const socket = newSocket()
    let done = 0
    const server = await systemControl.serve(socket, async () => {
      done += 1
      return { status: 200, body: done }
    })
    const client = net.connect(socket)
    await once(client, "connect")
    const closed = server.close()
    await new Promise((resolve) => setImmediate(resolve))
    client.write("POST / HTTP/1.1\r\nHost: hab\r\nContent-Length: 0\r\n\r\n")
    const [bytes] = (await once(client, "data")) as [Buffer]
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 503 /)
    await closed
    expect(done).toBe(0)
  })

  it("is told when it is killed meanwhile: a question is as if nobody were there, a wish may have been heard", async () => {
    const socket = newSocket()
    mkdirSync(socket.slice(0, socket.lastIndexOf("/")))
    const server = net.createServer((client) => client.once("data", () => client.destroy())).listen(socket)
    await once(server, "listening")
    expect(await ask(socket, "GET")).toBeUndefined()
    await expect(ask(socket, "POST")).rejects.toMatchObject({
      code: "SUPERVISOR_SILENT",
      message: "the supervisor ended before it answered",
    })
    server.close()
  })
})

describe("a path that is not for a method", () => {
  it("says in its header which ones it is for", async () => {
    const address = { host: "127.0.0.1", port: 0 }
    const refused = { status: 405, body: {}, allow: ["GET", "POST"] } as const
    const server = await systemControl.serveRemote({ address, admit: () => undefined }, async () => refused)
    const reply = await fetch(`http://127.0.0.1:${server.address.port}/v1/services`, { method: "DELETE" })
    expect({ status: reply.status, allow: reply.headers.get("allow") }).toEqual({ status: 405, allow: "GET, POST" })
    await server.close()
  })
})
