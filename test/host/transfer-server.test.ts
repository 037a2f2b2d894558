import { existsSync } from "node:fs"
import http from "node:http"
import { describe, expect, it, onTestFinished } from "vitest"
import { transfersBy } from "../../src/host/transfer-server.ts"
import type { TransferReply, TransferRequest } from "../../src/ports/transfer-server.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

/** Sends a byte of a long body, and resolves once the connection is over. */
function trickleTo(port: number): Promise<string> {
  const request = http.request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": "1000000" } })
  request.write("a")
  return new Promise((resolve) => {
    request.on("error", () => resolve("cut off"))
    request.on("response", (response) => resolve(`answered ${response.statusCode}`))
  })
}

describe("who sends a body a byte now and then", () => {
  it.each([
    ["a file", /^cut-short$/],
    ["a text", /^fewer|^nothing|aborted/],
  ])("is cut off: %s", async (kind, expected) => {
    const clock = fakeClock()
    const file = `${temporaryDirectory()}/upload`
    let tell: (outcome: unknown) => void = () => undefined
    const outcome = new Promise((resolve) => {
      tell = resolve
    })
    const answer = async (request: TransferRequest): Promise<TransferReply> => {
      const taking = kind === "a file" ? request.receive(file, 1e9) : request.receiveText(1e9)
      clock.advance(30_000)
      tell(await taking.catch((error: Error) => error.message))
      return { status: 422 }
    }
    const server = await transfersBy(clock).listen({ address: { host: "127.0.0.1", port: 0 }, answer })
    onTestFinished(() => server.close())
    expect(await trickleTo(server.address.port)).toBe("cut off")
    expect(await outcome).toMatch(expected)
    expect(existsSync(file)).toBe(false)
  })
})
