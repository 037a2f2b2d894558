import { readFileSync, writeFileSync } from "node:fs"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import type { Progress } from "../../src/base/progress.ts"
import { remoteDepot } from "../../src/depot/remote-depot.ts"
import { systemHttpClient } from "../../src/host/http-client.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import type { Clock } from "../../src/ports/clock.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const IDENT = parseFullIdent("acme/web/1.0.0/20240102030405")
const REVISION = { name: "acme", revision: "20240102030405" }

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end("no")
const text =
  (content: string, code = 200): Answer =>
  (_, response) =>
    void response.writeHead(code).end(content)
const torn: Answer = (_, response) => {
  response.writeHead(200, { "content-length": "10" })
  response.write("01234", () => response.destroy())
}

/** A server that answers one request after the other like this, and then always like the last. */
async function serve(...answers: Answer[]) {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(`${request.method} ${request.headers.range ?? ""}`.trim())
    answer?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.closeAllConnections())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

type Around = Readonly<{ mirrors?: readonly string[]; web?: Clock; onTransfer?: (bytes: number) => void }>

/** A depot at these URLs; pauses pass at once and are noted. */
function depotAt(url: string, { mirrors = [], web, onTransfer }: Around = {}) {
  const pauses: number[] = []
  const clock: Clock = {
    ...fakeClock(),
    schedule(delayMs, run) {
      pauses.push(delayMs)
      queueMicrotask(run)
      return () => undefined
    },
  }
  const told: Progress[] = []
  const report = (fact: Progress) => {
    told.push(fact)
    if (fact.tag === "transfer") onTransfer?.(fact.bytes)
  }
  const context = { httpClient: systemHttpClient({}, web), clock, report }
  return { pauses, told, depot: remoteDepot(context, { url, mirrors, token: "s3cr3t", manners: { headers: {} } }) }
}

describe("a depot", () => {
  it("is seen to take and give files, part by part, until each is over", async () => {
    const { url } = await serve((request, response) => void request.resume().on("end", () => response.end("content")))
    const { depot, told } = depotAt(url)
    const file = `${temporaryDirectory()}/file`
    await depot.fetch(IDENT, "x86_64-linux", file)
    writeFileSync(file, "longer than it was")
    await depot.upload({ path: file, ident: IDENT, target: "x86_64-linux", checksum: "", force: false })
    expect(told).toEqual([
      { tag: "transfer", bytes: 7, total: 7 },
      { tag: "transfer-over" },
      { tag: "transfer", bytes: 18, total: 18 },
      { tag: "transfer-over" },
    ])
  })
})

describe("a depot that has no place for a package", () => {
  it.each([
    [424, "it would depend on itself"],
    [501, "its platform is not supported there"],
  ])("says so with %i, and is not asked again", async (code, declined) => {
    const { url, asked } = await serve((request, response) => {
      request.resume().on("end", () => response.writeHead(code).end())
    })
    const file = `${temporaryDirectory()}/file`
    writeFileSync(file, "content")
    const upload = { path: file, ident: IDENT, target: "x86_64-linux", checksum: "", force: false }
    expect(await depotAt(url).depot.upload(upload)).toEqual({ declined })
    expect(asked).toHaveLength(1)
  })
})

describe("a depot that takes so many requests at a time", () => {
  const busy =
    (headers: Readonly<Record<string, string>>): Answer =>
    (_, response) =>
      void response.writeHead(429, { "content-type": "text/html", ...headers }).end(PAGE)
  const PAGE = "<html><head><title>429 Too Many\n Requests</title></head><body>slow down</body></html>"

  it("is asked again when it wants to be", async () => {
    const date = "Fri, 27 Nov 2026 14:00:00 GMT"
    const later = { date, "retry-after": "Fri, 27 Nov 2026 14:00:09 GMT" }
    const { asked, url } = await serve(busy({ "retry-after": "7" }), busy(later), busy({}), text("SIG-PUB-1"))
    const { depot, pauses, told } = depotAt(url)
    expect(await depot.key(REVISION)).toBe("SIG-PUB-1")
    expect({ asked: asked.length, pauses }).toEqual({ asked: 4, pauses: [7000, 9000, 2000] })
    const note = `${url}: [429] 429 Too Many Requests, and not before 7 s have passed; trying again in 7 s`
    expect(told[0]).toEqual({ tag: "note", text: note })
  })

  it("is not waited for when that is too long", async () => {
    const { asked, url } = await serve(busy({ "retry-after": "3600" }))
    const error = { code: "DEPOT_UNREACHABLE", hint: expect.stringContaining("try again later") }
    await expect(depotAt(url).depot.key(REVISION)).rejects.toMatchObject(error)
    expect(asked).toHaveLength(1)
  })
})

describe("a depot that is out of order for a while", () => {
  it("is asked again when it failed twice", async () => {
    const { asked, url } = await serve(status(503), torn, text("SIG-PUB-1"))
    const { depot, pauses } = depotAt(url)
    expect(await depot.key(REVISION)).toBe("SIG-PUB-1")
    expect({ asked, pauses }).toEqual({ asked: ["GET", "GET", "GET"], pauses: [1000, 1000] })
  })

  it("gives the rest of a download that broke twice", async () => {
    const { asked, url } = await serve(torn, status(500), text("56789", 206))
    const { depot } = depotAt(url)
    const file = `${temporaryDirectory()}/file`
    await depot.fetch(IDENT, "x86_64-linux", file)
    expect(readFileSync(file, "utf8")).toBe("0123456789")
    expect(asked).toEqual(["GET", "GET bytes=5-", "GET bytes=5-"])
  })

  it("gives the rest of a download that came to a trickle, and is given up when that is all it does", async () => {
    const trickle: Answer = (_, response) => void response.write("01234")
    const { asked, url } = await serve(trickle, text("56789", 206))
    const web = fakeClock()
    const around = { web, onTransfer: (bytes: number) => web.advance(bytes < 10 ? 60_000 : 0) }
    const { depot } = depotAt(url, around)
    const file = `${temporaryDirectory()}/file`
    await depot.fetch(IDENT, "x86_64-linux", file)
    expect(readFileSync(file, "utf8")).toBe("0123456789")
    expect(asked).toEqual(["GET", "GET bytes=5-"])
    const never = await serve(trickle)
    await expect(depotAt(never.url, around).depot.fetch(IDENT, "x86_64-linux", `${file}2`)).rejects.toMatchObject({
      code: "DEPOT_UNREACHABLE",
      message: expect.stringContaining("fewer than 600 bytes moved in 60 s"),
    })
    expect(never.asked).toHaveLength(6)
  })

  it("is given up after six rounds; what it refuses is not asked again", async () => {
    const { asked, url } = await serve(status(502))
    const { depot, pauses } = depotAt(url)
    await expect(depot.key(REVISION)).rejects.toMatchObject({ code: "DEPOT_UNREACHABLE" })
    expect({ asked: asked.length, pauses }).toEqual({ asked: 6, pauses: [1000, 1000, 2000, 3000, 5000] })
    for (const [code, error] of [
      [403, "DEPOT_REFUSED"],
      [401, "DEPOT_TOKEN_UNKNOWN"],
      [501, "DEPOT_REFUSED"],
    ] as const) {
      const refusing = await serve(status(code))
      await expect(depotAt(refusing.url).depot.keys("acme")).rejects.toMatchObject({ code: error })
      expect(refusing.asked).toHaveLength(1)
    }
  })

  it("is given up at once where another try would end the same; a page for people is no depot's answer", async () => {
    const { url } = await serve(status(200))
    for (const [address, why] of [
      [url.replace("http:", "https:"), /does not speak TLS/],
      // A name that no machine has to ask a server about, which may not be within reach: its label is too long.
      [`http://${"x".repeat(64)}.invalid/v1`, /no host of that name/],
    ] as const) {
      const { depot, pauses } = depotAt(address)
      await expect(depot.key(REVISION)).rejects.toThrowError(why)
      expect(pauses).toEqual([])
    }
    const page: Answer = (_, response) => void response.writeHead(404, { "content-type": "text/html" }).end("<html>")
    const other = await serve(page)
    await expect(depotAt(other.url).depot.key(REVISION)).rejects.toMatchObject({ code: "DEPOT_ANSWER_INVALID" })
  })

  it("is given up at once when it says itself what is wrong with it", async () => {
    const said = { code: 500, msg: "tokens, line 3", error: "DEPOT_TOKENS_INVALID", hint: "mend it" }
    const { asked, url } = await serve(text(JSON.stringify(said), 500))
    const error = { code: "DEPOT_TOKENS_INVALID", message: "tokens, line 3", hint: "mend it" }
    await expect(depotAt(url).depot.createChannel("acme", "stable")).rejects.toMatchObject(error)
    await expect(depotAt(url).depot.key(REVISION)).rejects.toMatchObject(error)
    expect(asked).toHaveLength(2)
    const mirror = await serve(text("SIG-PUB-1"))
    expect(await depotAt(url, { mirrors: [mirror.url] }).depot.key(REVISION)).toBe("SIG-PUB-1")
  })

  it("is none when it answers with other JSON than a Builder", async () => {
    for (const answer of ["{}", "[]", "null", "7", '{"data":7}']) {
      const { url } = await serve(text(answer))
      const { depot } = depotAt(url)
      const asked = [depot.search("web", 9), depot.originInfo("acme"), ...(answer === "[]" ? [] : [depot.keys("acme")])]
      for (const one of asked) {
        const message = expect.stringContaining(`${url}/depot/`)
        await expect(one).rejects.toMatchObject({ code: "DEPOT_ANSWER_INVALID", message })
      }
      if (answer !== "[]") {
        await expect(depot.channels("acme")).rejects.toMatchObject({ code: "DEPOT_ANSWER_INVALID" })
      }
    }
  })

  it("has mirrors for what changes nothing, and none for what does", async () => {
    const [broken, mirror] = [await serve(status(500)), await serve(text("SIG-PUB-1"))]
    const { depot, pauses } = depotAt(broken.url, { mirrors: [mirror.url] })
    expect(await depot.key(REVISION)).toBe("SIG-PUB-1")
    expect(pauses).toEqual([])
    await expect(depot.createChannel("acme", "stable")).rejects.toMatchObject({ code: "DEPOT_UNREACHABLE" })
    expect(mirror.asked).toEqual(["GET"])
  })
})
