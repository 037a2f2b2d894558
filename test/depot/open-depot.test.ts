import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { fileAddress, parseDepotAddress } from "../../src/depot/addresses.ts"
import { openDepot } from "../../src/depot/open-depot.ts"
import type { HttpClient } from "../../src/ports/http-client.ts"
import { depotWorld, webOver } from "../support/depot-world.ts"
import { fakeClock } from "../support/fake-clock.ts"

/** Opens a depot that notes the headers it is asked with. */
function opened(address: string, token?: string) {
  const world = depotWorld()
  const web = webOver(world)
  const seen: (string | undefined)[] = []
  const httpClient: Pick<HttpClient, "request" | "download"> = {
    download: web.download,
    request(call) {
      seen.push(call.headers?.["authorization"])
      return web.request(call)
    },
  }
  const layout = createLayout({ root: "/", enclosed: true })
  const machine = { ...world.context, env: {}, layout, target: "x86_64-linux" }
  const depot = openDepot({ ...machine, httpClient, clock: fakeClock(), report: () => undefined }, address, token)
  return { depot, seen }
}

describe("the address of a depot", () => {
  it.each([
    ["/srv/depot/", { tag: "directory", path: "/srv/depot" }],
    ["file:///srv/my%20depot", { tag: "directory", path: "/srv/my depot" }],
    ["https://a", { tag: "server", url: "https://a/v1", mirrors: [] }],
    ["http://a:1/b/v1/, http://c", { tag: "server", url: "http://a:1/b/v1", mirrors: ["http://c/v1"] }],
  ])("%s is understood", (text, address) => expect(parseDepotAddress(text)).toEqual(address))

  it.each([
    "depot",
    "./depot",
    "localhost:80",
    "ftp://a",
    "http://a b",
    "file://host/a",
    "file:///",
    "file:///a%zz",
    "file:///a%00",
    "",
  ])("is not '%s'", (text) =>
    expect(() => parseDepotAddress(text)).toThrowError(expect.objectContaining({ code: "DEPOT_URL_INVALID" })),
  )

  it.each(["/srv/depot", "/srv/it's (a) 50% de#pot, my, own?", "/srv/fünf"])("of the folder %s is one word", (path) => {
    const address = fileAddress(path)
    expect(address).toMatch(/^file:\/\/[\w/%.-]+$/)
    expect(parseDepotAddress(address)).toEqual({ tag: "directory", path })
  })

  it("holds no password, and none is shown", () => {
    const error = { code: "DEPOT_URL_INVALID", message: "the address of the depot at a holds a name or a password" }
    expect(() => parseDepotAddress("https://me:s3cr3t@a")).toThrowError(expect.objectContaining(error))
  })
})

describe("an access token", () => {
  it("is sent without the blanks around it, and none is sent when nothing is left", async () => {
    const [given, blank] = [opened("http://a", " s3cr3t\n"), opened("http://a", " ")]
    for (const { depot } of [given, blank]) await depot.keys("acme")
    expect([...given.seen, ...blank.seen]).toEqual(["Bearer s3cr3t", undefined])
  })

  it.each(["two words", "t\u00f6k\u20acn"])("that cannot be one is refused at once: %s", (token) =>
    expect(() => opened("http://a", token)).toThrowError(expect.objectContaining({ code: "DEPOT_TOKEN_UNKNOWN" })),
  )
})

describe("what a depot over HTTP cannot be asked", () => {
  it("is refused before it is: channels and origins that cannot be named so", async () => {
    const { depot, seen } = opened("http://a", "s3cr3t")
    for (const channel of ["", "..", "a/b", "a\nb"]) {
      await expect(depot.createChannel("acme", channel)).rejects.toMatchObject({ code: "CHANNEL_INVALID" })
    }
    await expect(depot.createOrigin("ACME")).rejects.toMatchObject({ code: "ORIGIN_INVALID" })
    expect(seen).toEqual([])
  })

  it("is whatever is not below its own path", async () => {
    const { depot } = opened("http://a/wrong/v1")
    await expect(depot.search("web", 9)).rejects.toMatchObject({ code: "DEPOT_ANSWER_INVALID" })
  })
})
