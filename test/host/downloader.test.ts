import { readFileSync, writeFileSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "vitest"
import { systemDownloader } from "../../src/host/downloader.ts"
import { systemHttpClient } from "../../src/host/http-client.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const downloader = systemDownloader(systemHttpClient())

/** What a download from a server of ours came to, and the bytes it left. */
async function downloadFrom(listener: RequestListener, signal?: AbortSignal) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const file = `${temporaryDirectory()}/file`
  writeFileSync(file, "")
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.tgz`
  const outcome = await downloader.download(url, file, signal === undefined ? {} : { signal })
  server.closeAllConnections()
  server.close()
  return { outcome, text: readFileSync(file, "utf8") }
}

describe("the downloader", () => {
  it("writes what the server sends, through redirects", async () => {
    const { outcome, text } = await downloadFrom((request, response) => {
      if (request.url === "/x.tgz") response.writeHead(302, { location: "/other" }).end()
      else response.end("content")
    })
    expect([outcome, text]).toEqual([{ tag: "done" }, "content"])
  })

  it("says what the server answered when that is no file", async () => {
    const { outcome } = await downloadFrom((_, response) => response.writeHead(404).end("<html>"))
    expect(outcome).toEqual({ tag: "failed", why: "the server answered 404 Not Found" })
  })

  it("fails when the connection breaks half-way", async () => {
    const { outcome } = await downloadFrom((_, response) => {
      response.writeHead(200, { "content-length": "100" })
      response.write("half", () => response.destroy())
    })
    expect(outcome.tag).toBe("failed")
  })

  it("ends when it is told to", async () => {
    const stop = new AbortController()
    const { outcome } = await downloadFrom((_, response) => {
      response.write("first")
      stop.abort()
    }, stop.signal)
    expect(outcome.tag).toBe("failed")
  })

  it("copies file URLs and names what is missing", async () => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/a b`, "text")
    expect(await downloader.download(`file://${directory}/a%20b`, `${directory}/copy`)).toEqual({ tag: "done" })
    expect(readFileSync(`${directory}/copy`, "utf8")).toBe("text")
    const missing = await downloader.download(`file://${directory}/none`, `${directory}/copy`)
    expect(missing).toMatchObject({ tag: "failed", why: expect.stringContaining("ENOENT") })
  })

  it("refuses what it cannot speak", async () => {
    const outcome = await downloader.download("ftp://h/x", `${temporaryDirectory()}/x`)
    expect(outcome).toMatchObject({ tag: "failed", why: expect.stringContaining("'ftp:' URLs are not supported") })
  })
})
