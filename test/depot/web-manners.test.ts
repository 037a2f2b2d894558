import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { VERSION } from "../../src/base/version.ts"
import { webManners } from "../../src/depot/web-manners.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

function mannersOf(url: string, env: Record<string, string> = {}, content: Record<string, string | undefined> = {}) {
  const files = memoryFileSystem({ "/proc/sys/kernel/osrelease": "6.1.0\n", ...content })
  return webManners({ files, env, layout, target: "x86_64-linux" }, url)
}

describe("requests to a depot", () => {
  it("say who asks, and are as patient as the environment wants", () => {
    const headers = { "user-agent": `hab/${VERSION} (x86_64-linux; 6.1.0)` }
    expect(mannersOf("http://depot")).toEqual({ headers })
    expect(mannersOf("http://depot", { HAB_CLIENT_SOCKET_TIMEOUT: "5" })).toEqual({ headers, silentMs: 5000 })
    expect(mannersOf("http://depot", { HAB_CLIENT_SOCKET_TIMEOUT: "soon" })).toEqual({ headers })
  })

  it("trust the certificates of cache/ssl and core/cacerts too, or any", () => {
    const cacerts = "/r/hab/pkgs/core/cacerts/2024/20240101000000"
    const content = {
      "/r/hab/cache/ssl/own.pem": PEM,
      "/r/hab/cache/ssl/notes": "none",
      [`${cacerts}/TARGET`]: "x86_64-linux\n",
      [`${cacerts}/ssl/cert.pem`]: PEM.replace("AAAA", "BBBB"),
    }
    const { tls } = mannersOf("https://depot", {}, content)
    expect(tls?.alsoTrusted).toMatch(/AAAA[\s\S]*BBBB/)
    expect(mannersOf("https://depot").tls).toBeUndefined()
    const named = { SSL_CERT_FILE: "/etc/own.pem" }
    const own = { "/etc/own.pem": PEM.replace("AAAA", "CCCC"), "/r/hab/cache/ssl/folder": undefined }
    expect(mannersOf("https://depot", named, { ...content, ...own }).tls?.alsoTrusted).toMatch(/CCCC[\s\S]*AAAA/)
    for (const wrong of [{}, { "/etc/own.pem": "none" }]) {
      const error = {
        code: "CERTIFICATES_INVALID",
        message: expect.stringContaining("SSL_CERT_FILE is '/etc/own.pem'"),
      }
      expect(() => mannersOf("https://depot", named, wrong)).toThrowError(expect.objectContaining(error))
    }
    expect(mannersOf("https://depot", { HAB_SSL_CERT_VERIFY_NONE: "0" }, content).tls).toEqual({ unverified: true })
    expect(mannersOf("http://depot", {}, content).tls).toBeUndefined()
  })
})
