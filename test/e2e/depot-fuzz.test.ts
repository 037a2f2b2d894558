import net from "node:net"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { serveDepot } from "../support/depot-server.ts"
import { createHab } from "../support/hab.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

/** A hundred in every run of the tests, ten thousand in `npm run fuzz`. */
const RUNS = Math.min(Number(process.env["FUZZ_RUNS"] ?? 150), 10_000)
const TIMEOUT_MS = 3_600_000
const IDENT = "acme/web/1.0.0/20240101000000"

/** Sends bytes and gives what comes back until the server ends the connection. */
function send(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ""
    const socket = net.connect(port, "127.0.0.1", () => socket.end(bytes))
    socket.on("data", (chunk) => (text += chunk.toString("latin1")))
    // A server that refuses a request need not read the rest of it.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(error)
      else resolve(text)
    })
    socket.on("close", () => resolve(text))
  })
}

const mutation = fc.oneof(
  fc.record({ tag: fc.constant("byte" as const), at: fc.nat(400), value: fc.nat(255) }),
  fc.record({ tag: fc.constant("cut" as const), at: fc.nat(400) }),
  fc.record({
    tag: fc.constant("insert" as const),
    at: fc.nat(400),
    text: fc.oneof(
      fc.string(),
      fc.constantFrom("\r\n\r\n", "\u0000", "../../", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "é"),
    ),
  }),
)

function mutate(bytes: Buffer, change: typeof mutation extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const at = change.at % Math.max(bytes.length, 1)
  switch (change.tag) {
    case "byte":
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([change.value]), bytes.subarray(at + 1)])
    case "cut":
      return bytes.subarray(0, at)
    case "insert":
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(change.text, "latin1"), bytes.subarray(at)])
  }
}

describe("mutated bytes sent to a depot server", () => {
  it(
    "never end it, and never change what it gives others",
    async () => {
      const hab = createHab()
      await trustTestKey(hab)
      const hart = await writeHart(hab, { ident: IDENT })
      const server = await serveDepot(hab)
      const as = ["--url", server.url, "--auth", server.token]
      hab.does("pkg", "upload", hart, ...as, "--channel", "base")
      const before = hab.list(".")
      const port = Number(new URL(server.url).port)
      const request = (method: string, path: string, body = "") =>
        Buffer.from(
          `${method} /v1/depot/${path}?target=x86_64-linux HTTP/1.1\r\nHost: depot\r\nConnection: close\r\n` +
            `Authorization: Bearer ${server.token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        )
      const requests = [
        request("GET", "channels/acme/base/pkgs/web/latest"),
        request("GET", `pkgs/${IDENT}/download`),
        request("POST", `pkgs/acme/other/1/1`, "HART-1\nacme-20240102030405\nBLAKE2b\nAAAA\n\nx"),
        request("PUT", `channels/acme/stable/pkgs/web/1.0.0/20240101000000/promote`),
        request("POST", "origins", '{"name":"acme"}'),
        request("GET", "pkgs/search/web"),
      ]
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...requests),
          fc.array(mutation, { minLength: 1, maxLength: 5 }),
          async (bytes, changes) => {
            const answer = await send(port, changes.reduce(mutate, bytes))
            expect(answer).not.toMatch(/^HTTP\/1.1 500/)
          },
        ),
        { numRuns: RUNS },
      )
      expect(hab.list(".")).toEqual(before)
      const other = createHab({ HAB_BLDR_URL: server.url })
      expect(other.does("pkg", "install", IDENT)).toContain("complete with 1 new")
      expect(await server.stop()).toBe(0)
    },
    TIMEOUT_MS,
  )
})
