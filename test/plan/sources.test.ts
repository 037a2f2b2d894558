import { describe, expect, it } from "vitest"
import { fetchSource } from "../../src/plan/sources.ts"
import type { Downloader } from "../../src/ports/downloader.ts"
import { type MemoryFileSystem, memoryFileSystem } from "../support/memory-file-system.ts"

const FOO = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c" // sha256 of "foo\n"

function shop(content: Record<string, string>, served: Record<string, string> = {}) {
  const files = memoryFileSystem(content)
  const asked: string[] = []
  const downloader: Downloader = {
    async download(url, destination) {
      asked.push(url)
      const text = served[url]
      if (text === undefined) return { tag: "failed", why: "getaddrinfo ENOTFOUND h" }
      files.writeFile(destination, text)
      return { tag: "done" }
    },
  }
  const fetch = (sha256: string, url = "http://h/x.tgz") =>
    fetchSource({ files, downloader }, { url, destination: "/src/x.tgz", sha256, sourceCache: "/cache" })
  return { files, asked, fetch }
}

const names = (files: MemoryFileSystem) => Object.keys(files.snapshot("/"))

describe("a source of a plan", () => {
  it("is taken from the build's folder when its checksum is right", async () => {
    const { fetch, asked } = shop({ "/src/x.tgz": "foo\n" })
    expect((await fetch(FOO)).status).toBe(0)
    expect(asked).toEqual([])
  })

  it("is taken from the operator's cache, which may be read only", async () => {
    const { fetch, files, asked } = shop({ "/cache/x.tgz": "foo\n" })
    expect(await fetch(FOO)).toEqual({ status: 0, fields: ["Using /cache/x.tgz: its checksum is right"] })
    expect(files.readText("/src/x.tgz")).toBe("foo\n")
    expect(asked).toEqual([])
  })

  it("is downloaded when what is there is wrong, and kept in the cache when it is right", async () => {
    const { fetch, files } = shop({ "/src/x.tgz": "bad", "/cache/x.tgz": "old" }, { "http://h/x.tgz": "foo\n" })
    expect(await fetch(FOO)).toEqual({ status: 0, fields: ["Downloaded x.tgz"] })
    expect([files.readText("/src/x.tgz"), files.readText("/cache/x.tgz")]).toEqual(["foo\n", "foo\n"])
  })

  it("with another checksum is left for do_verify to refuse, and not kept", async () => {
    const { fetch, files } = shop({}, { "http://h/x.tgz": "other" })
    expect((await fetch(FOO)).status).toBe(0)
    expect(files.readText("/src/x.tgz")).toBe("other")
    expect(names(files)).not.toContain("/cache/x.tgz")
  })

  it("without a checksum is fetched each time", async () => {
    const { fetch, files, asked } = shop({ "/src/x.tgz": "old" }, { "http://h/x.tgz": "new" })
    await fetch("")
    expect(files.readText("/src/x.tgz")).toBe("new")
    expect(asked).toHaveLength(1)
  })

  it("that cannot be had leaves nothing and says why and what to do without a network", async () => {
    const { fetch, files } = shop({ "/src/x.tgz": "old" })
    const answer = await fetch(FOO)
    expect(answer.status).toBe(1)
    expect(answer.fields[0]).toContain("http://h/x.tgz could not be downloaded: getaddrinfo ENOTFOUND h")
    expect(answer.fields[0]).toContain("put the file into /cache")
    expect(names(files)).not.toContain("/src/x.tgz")
    expect((await fetch(FOO, "not a url")).fields[0]).toContain("this is not a URL")
  })
})
