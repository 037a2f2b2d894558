import { describe, expect, it } from "vitest"
import { controlOptionsOf } from "../../../src/cli/options/control-options.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const NOTHING = {
  listenCtl: undefined,
  ctlServerCertificate: undefined,
  ctlServerKey: undefined,
  ctlClientCaCertificate: undefined,
}

const place = {
  host: {
    files: memoryFileSystem({
      "/hab/cache/keys/ctl/ctl-gateway-1.key.pem": "",
      "/hab/cache/keys/ctl/ctl-gateway-1.crt.pem": "",
      "/hab/cache/keys/ctl/ctl-gateway-2.key.pem": "",
      "/hab/cache/keys/ctl/ctl-gateway-2.crt.pem": "",
      "/work/own.key": "",
      "/work/empty": undefined,
    }),
    cwd: "/work",
  },
  layout: { cacheKeys: "/hab/cache/keys" },
}
const optionsOf = (given: Partial<typeof NOTHING | Record<string, unknown>>) =>
  controlOptionsOf({ ...NOTHING, ...given } as typeof NOTHING, place)

describe("where control is taken", () => {
  it("is the socket alone, unless an address is given", () => {
    expect(optionsOf({})).toBeUndefined()
    expect(optionsOf({ listenCtl: "127.0.0.1" })).toEqual({ address: { host: "127.0.0.1", port: 9632 } })
  })

  it("finds the newest key and certificate for bare flags, and takes files as they are named", () => {
    const bare = optionsOf({ listenCtl: "[::1]:1", ctlServerCertificate: [], ctlServerKey: [] })
    expect(bare?.tls).toEqual({
      key: "/hab/cache/keys/ctl/ctl-gateway-2.key.pem",
      certificates: "/hab/cache/keys/ctl/ctl-gateway-2.crt.pem",
    })
    const named = { ctlServerCertificate: ["/c.pem"], ctlServerKey: ["own.key"], ctlClientCaCertificate: [] }
    expect(optionsOf({ listenCtl: "h", ...named })?.tls).toEqual({
      key: "/work/own.key",
      certificates: "/c.pem",
      authorities: ["/hab/cache/keys/ctl/ctl-gateway-1.crt.pem", "/hab/cache/keys/ctl/ctl-gateway-2.crt.pem"],
    })
  })

  it("needs both a key and a certificate, and says where there is none", () => {
    expect(() => optionsOf({ listenCtl: "h", ctlServerKey: [] })).toThrow("both a key and a certificate")
    const empty = { listenCtl: "h", ctlServerKey: ["empty"], ctlServerCertificate: [] }
    expect(() => optionsOf(empty)).toThrow("/work/empty holds no ctl-gateway-*.key.pem")
  })
})
