import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import http, { type IncomingMessage, type RequestListener } from "node:http"
import https from "node:https"
import net, { type AddressInfo } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { systemHttpClient } from "../../src/host/http-client.ts"
import { proxyOf } from "../../src/host/http-proxy.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const client = systemHttpClient()
/** Others beside it are trusted all the same. */
const BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

function listening(server: http.Server | https.Server): Promise<number> {
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)))
}

const serve = async (listener: RequestListener) => `http://127.0.0.1:${await listening(http.createServer(listener))}`

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ""
  for await (const part of incoming) text += part
  return text
}

describe("a request to a server on the web", () => {
  it("sends a text or a file, and gives the whole answer", async () => {
    const url = await serve(async (request, response) => {
      response.setHeader("x-method", request.method ?? "")
      response.writeHead(409).end(await textOf(request))
    })
    const file = `${temporaryDirectory()}/body`
    writeFileSync(file, "from a file")
    const put = await client.request({ method: "PUT", url, body: "text", headers: { a: "b" } })
    expect(put).toMatchObject({ tag: "answered", status: 409, body: "text", headers: { "x-method": "PUT" } })
    expect(await client.request({ method: "POST", url, body: { file } })).toMatchObject({ body: "from a file" })
  })

  it("hears why a file is refused, and does not send it", async () => {
    const server = http.createServer()
    server.on("checkContinue", (_, response) => response.writeHead(401, { connection: "close" }).end("no token"))
    const url = `http://127.0.0.1:${await listening(server)}`
    const file = `${temporaryDirectory()}/large`
    writeFileSync(file, Buffer.alloc(8 * 1024 * 1024))
    expect(await client.request({ method: "POST", url, body: { file } })).toMatchObject({
      status: 401,
      body: "no token",
    })
  })

  it("follows redirects of what it reads, and keeps the token from other servers", async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end("there")
    })
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: request.url === "/a" ? "/b" : `${other}/c` }).end()
    })
    const headers = { authorization: "Bearer s3cr3t" }
    expect(await client.request({ method: "GET", url: `${url}/a`, headers })).toMatchObject({ body: "there" })
    expect(seen).toEqual(["Bearer s3cr3t", "Bearer s3cr3t", undefined])
    expect(await client.request({ method: "POST", url: `${url}/a`, body: "x" })).toMatchObject({ status: 302 })
  })

  it("gives up a server that is silent, one that is not there, and one that does not end what it began", async () => {
    const silent = await serve(() => undefined)
    const torn = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" })
      response.write("half", () => response.destroy())
    })
    expect(await client.request({ method: "GET", url: silent, silentMs: 50 })).toEqual({
      tag: "failed",
      why: "nothing arrived for 0.05 s",
      sent: true,
    })
    expect(await client.request({ method: "GET", url: torn })).toMatchObject({ tag: "failed", sent: true })
    const closed = await client.request({ method: "GET", url: "http://127.0.0.1:1" })
    expect(closed).toMatchObject({ tag: "failed", sent: false, why: expect.stringContaining("ECONNREFUSED") })
    expect(await client.request({ method: "GET", url: "no url" })).toMatchObject({ tag: "failed", sent: false })
  })

  it("gives up a server that trickles: its headers, its answer, the text of a redirect", async () => {
    const clock = fakeClock()
    const patient = systemHttpClient({}, clock)
    const begun = net.createServer((socket) => {
      socket.on("error", () => undefined).write("HTTP/1.1 200 OK\r\nx", () => clock.advance(60_000))
    })
    const port = await new Promise<number>((resolve) => {
      begun.listen(0, "127.0.0.1", () => resolve((begun.address() as AddressInfo).port))
    })
    onTestFinished(() => void begun.close())
    const ask = (url: string) => patient.request({ method: "GET", url })
    expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({ tag: "failed", why: "nothing arrived for 60 s" })

    const destination = `${temporaryDirectory()}/file`
    const trickling = await serve((_, response) => void response.write("a"))
    const onMoved = () => clock.advance(60_000)
    const download = await patient.download({ url: trickling, destination, onMoved })
    expect(download).toMatchObject({ tag: "failed", why: "fewer than 600 bytes moved in 60 s" })
    expect(readFileSync(destination, "utf8")).toBe("a")

    const turning = await serve((_, response) => {
      response.writeHead(302, { location: "/elsewhere" }).write("a", () => clock.advance(60_000))
    })
    expect(await ask(turning)).toMatchObject({ tag: "failed", why: expect.stringMatching(/60 s$/) })
  })

  it("ends when it is told to", async () => {
    const stop = new AbortController()
    const url = await serve(() => stop.abort())
    expect(await client.request({ method: "GET", url, signal: stop.signal })).toMatchObject({ tag: "failed" })
  })
})

describe("a download", () => {
  it("goes on where it ended, and begins anew when the file is another one", async () => {
    const destination = `${temporaryDirectory()}/file`
    writeFileSync(destination, "abc")
    const ranges: (string | undefined)[] = []
    const url = await serve(({ headers: { range } }, response) => {
      ranges.push(range)
      if (range === "bytes=3-") response.writeHead(206).end("def")
      else if (range === undefined) response.end("whole")
      else response.writeHead(416).end()
    })
    expect(await client.download({ url, destination })).toEqual({ tag: "done" })
    expect(readFileSync(destination, "utf8")).toBe("abcdef")
    expect(await client.download({ url, destination })).toMatchObject({ tag: "answered", status: 416 })
    expect(existsSync(destination)).toBe(false)
    expect(await client.download({ url, destination })).toEqual({ tag: "done" })
    expect(ranges).toEqual(["bytes=3-", "bytes=6-", undefined])
  })
})

describe("a transfer", () => {
  it("tells how much of the file has moved, what an earlier attempt moved included", async () => {
    const told: unknown[] = []
    const onMoved = (moved: unknown) => void told.push(moved)
    const url = await serve(async (request, response) => {
      if (request.method === "POST") return void response.end(await textOf(request))
      if (request.headers.range === undefined) return void response.end("def")
      response.writeHead(206, { "content-length": "3" }).end("def")
    })
    const destination = `${temporaryDirectory()}/file`
    writeFileSync(destination, "abc")
    await client.download({ url, destination, onMoved })
    await client.request({ method: "POST", url, body: { file: destination }, onMoved })
    writeFileSync(destination, "")
    await client.download({ url, destination, onMoved })
    expect(told).toEqual([
      { bytes: 6, total: 6 },
      { bytes: 6, total: 6 },
      { bytes: 3, total: 3 },
    ])
  })
})

describe("a download that the own disk refuses", () => {
  it("is no failure of the server", async () => {
    const url = await serve((_, response) => response.end("content"))
    const destination = `${temporaryDirectory()}/none/file`
    await expect(client.download({ url, destination })).rejects.toMatchObject({ code: "ENOENT", path: destination })
  })
})

describe("proxies", () => {
  it("are those of the environment, but not for what no_proxy names", () => {
    const no_proxy = "localhost,.corp, x.org:8080,10.1.0.0/16,fd00::/8,::1,192.0.2.7"
    const env = { http_proxy: "proxy:3128", HTTPS_PROXY: "http://u:p@secure", no_proxy }
    const of = (url: string) => (proxyOf(new URL(url), env) as URL | undefined)?.href
    expect(of("http://bldr.example")).toBe("http://proxy:3128/")
    expect(of("https://bldr.example")).toBe("http://u:p@secure/")
    for (const url of ["http://localhost", "https://a.corp", "http://corp", "http://x.org:8080"])
      expect(of(url)).toBeUndefined()
    for (const host of ["10.1.2.3", "[fd00::7]:81", "[::1]", "192.0.2.7"]) expect(of(`http://${host}`)).toBeUndefined()
    for (const host of ["x.org", "10.2.2.3", "[fe00::7]", "192.0.2.70"]) expect(of(`http://${host}`)).toBeDefined()
    expect(proxyOf(new URL("http://a"), { ...env, no_proxy: "*" })).toBeUndefined()
    expect(proxyOf(new URL("http://a"), { http_proxy: "" })).toBeUndefined()
  })

  it("are named when they are not there, or no proxies at all", async () => {
    const ask = (http_proxy: string) => systemHttpClient({ http_proxy }).request({ method: "GET", url: "http://bldr" })
    const dead = { tag: "failed", why: "through the proxy 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9", sent: false }
    expect(await ask("127.0.0.1:9")).toEqual(dead)
    for (const address of ["socks5://127.0.0.1:9", ":x"]) {
      const why = `http_proxy is '${address}', which is no address of an HTTP proxy, such as http://proxy.example.com:3128`
      expect(await ask(address)).toEqual({ tag: "failed", why, sent: false, lasting: true })
    }
  })

  it("are given the whole URL, and their credentials", async () => {
    const proxy = await serve((request, response) =>
      response.end(`${request.url} ${request.headers.host} ${request.headers["proxy-authorization"]}`),
    )
    const behind = systemHttpClient({ http_proxy: proxy.replace("//", "//user:pass@") })
    const answer = await behind.request({ method: "GET", url: "http://bldr.invalid/v1?x=1" })
    expect(answer).toMatchObject({ body: "http://bldr.invalid/v1?x=1 bldr.invalid Basic dXNlcjpwYXNz" })
    expect(await behind.call({ method: "GET", url: "http://bldr.invalid" }, 5_000)).toMatchObject({ tag: "failed" })
  })

  const lacksOpenssl = spawnSync("openssl", ["version"]).status !== 0
  it.skipIf(lacksOpenssl)("make a tunnel for what is encrypted (needs openssl)", async () => {
    const directory = temporaryDirectory()
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    const name = ["-subj", "/CN=bldr.invalid", "-addext", "subjectAltName=DNS:bldr.invalid"]
    spawnSync("openssl", [...made, ...name, "-keyout", `${directory}/key`, "-out", `${directory}/cert`])
    const [key, cert] = [readFileSync(`${directory}/key`), readFileSync(`${directory}/cert`, "utf8")]
    const port = await listening(https.createServer({ key, cert }, (_, response) => response.end("secret")))
    const proxy = http.createServer()
    proxy.on("connect", (request, socket) => {
      if (request.url !== "bldr.invalid:443") {
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
        return
      }
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      const target = net.connect(port, "127.0.0.1")
      socket
        .on("error", () => undefined)
        .pipe(target.on("error", () => undefined))
        .pipe(socket)
      onTestFinished(() => void target.destroy())
    })
    const behind = systemHttpClient({ https_proxy: `http://127.0.0.1:${await listening(proxy)}` })
    const ask = (url: string, tls = {}) => behind.request({ method: "GET", url, tls })
    expect(await ask("https://bldr.invalid", { alsoTrusted: `${BROKEN}${cert}` })).toMatchObject({ body: "secret" })
    expect(await ask("https://bldr.invalid", { unverified: true })).toMatchObject({ body: "secret" })
    expect(await ask("https://bldr.invalid")).toMatchObject({
      tag: "failed",
      lasting: true,
      why: expect.stringContaining("self"),
    })
    expect(await ask("https://other.invalid", { unverified: true })).toMatchObject({
      tag: "failed",
      why: expect.stringContaining("answered 403 for other.invalid:443"),
    })
  })
})
