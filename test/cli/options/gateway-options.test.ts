import { describe, expect, it } from "vitest"
import { gatewayOptionsOf } from "../../../src/cli/options/gateway-options.ts"

const none = {
  listenHttp: "127.0.0.1:9631",
  httpDisable: false,
  key: undefined,
  certs: undefined,
  caCerts: undefined,
}
const options = (given: Partial<Parameters<typeof gatewayOptionsOf>[0]>) =>
  gatewayOptionsOf({ ...none, ...given }, "/at")

describe("where the HTTP gateway listens", () => {
  it("is loopback unless asked", () => {
    expect(options({})).toEqual({ address: { host: "127.0.0.1", port: 9631 } })
    expect(options({ listenHttp: "0.0.0.0" })).toEqual({ address: { host: "0.0.0.0", port: 9631 } })
  })

  it("is nowhere when it is disabled", () => {
    expect(options({ httpDisable: true })).toBeUndefined()
  })

  it("takes PEM files relative to the working directory", () => {
    expect(options({ key: "k.pem", certs: "/c.pem", caCerts: "ca.pem" })?.tls).toEqual({
      key: "/at/k.pem",
      certificates: "/c.pem",
      authorities: ["/at/ca.pem"],
    })
  })

  it("refuses half of TLS and what is no address", () => {
    for (const given of [{ key: "k" }, { certs: "c" }, { caCerts: "a" }, { key: "k", caCerts: "a" }]) {
      expect(() => options(given)).toThrowError(expect.objectContaining({ code: "USAGE" }))
    }
    expect(() => options({ listenHttp: "nowhere at all" })).toThrowError(
      expect.objectContaining({ code: "LISTEN_ADDRESS_INVALID" }),
    )
  })
})
