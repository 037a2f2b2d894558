import { describe, expect, it } from "vitest"
import { parseListenAddress, printListenAddress } from "../../../src/supervisor/gateway/listen-address.ts"

describe("an address to listen on", () => {
  it.each([
    ["127.0.0.1:9631", "127.0.0.1", 9631],
    ["0.0.0.0", "0.0.0.0", 9631],
    ["localhost:0", "localhost", 0],
    ["[::1]:80", "::1", 80],
    ["[::]", "::", 9631],
  ])("%s", (text, host, port) => {
    expect(parseListenAddress(text, 9631)).toEqual({ host, port })
  })

  it.each(["", ":9631", "127.0.0.1:", "127.0.0.1:65536", "::1:9631", "a b:1", "http://x:1", "1.2.3.4:-1"])(
    "refuses '%s'",
    (text) => {
      expect(() => parseListenAddress(text, 9631)).toThrowError(
        expect.objectContaining({ code: "LISTEN_ADDRESS_INVALID" }),
      )
    },
  )

  it("is printed as it is read", () => {
    for (const text of ["127.0.0.1:9631", "[::1]:80"])
      expect(printListenAddress(parseListenAddress(text, 1))).toBe(text)
  })
})
