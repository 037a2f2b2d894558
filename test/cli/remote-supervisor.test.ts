import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { remoteSupervisor } from "../../src/cli/remote-supervisor.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })

function remote(files: Record<string, string>, env: Record<string, string> = {}, given?: string) {
  return remoteSupervisor(
    { host: { files: memoryFileSystem({ "/hab/etc": undefined, ...files }), env }, layout },
    given,
  )
}
const SECRET = { "/hab/sup/default/CTL_SECRET": "of this machine\n" }

describe("the supervisor to ask", () => {
  it("is the one of this root when nobody names another", () => {
    expect(remote(SECRET)).toBeUndefined()
  })

  it("is the flag's, that of the environment, or that of cli.toml, in this order", () => {
    const files = { ...SECRET, "/hab/etc/cli.toml": 'listen_ctl = "file:1"' }
    expect(remote(files)?.url).toBe("http://file:1")
    expect(remote(files, { HAB_LISTEN_CTL: "env" })?.url).toBe("http://env:9632")
    expect(remote(files, { HAB_LISTEN_CTL: "env" }, "[::1]:3")?.url).toBe("http://[::1]:3")
  })

  it("is shown the secret of the environment, of cli.toml, or of this machine", () => {
    const files = { ...SECRET, "/hab/etc/cli.toml": 'ctl_secret = "of cli.toml"' }
    const shown = (...args: Parameters<typeof remote>) => remote(...args)?.authorization
    expect(shown(files, { HAB_CTL_SECRET: "of the environment" }, "h")).toBe("Bearer of the environment")
    expect(shown(files, {}, "h")).toBe("Bearer of cli.toml")
    expect(shown(SECRET, {}, "h")).toBe("Bearer of this machine")
    expect(() => remote({}, {}, "h")).toThrow("There is no secret for the supervisor")
  })

  it("is spoken to over TLS when cli.toml names a file for it", () => {
    const toml = 'ctl_server_ca_certificate = "/ca.pem"\nctl_server_name_indication = "sup"'
    expect(remote({ ...SECRET, "/hab/etc/cli.toml": toml, "/ca.pem": "CA" }, {}, "h")).toMatchObject({
      url: "https://h:9632",
      tls: { authorities: "CA", serverName: "sup" },
    })
    expect(() => remote({ ...SECRET, "/hab/etc/cli.toml": toml }, {}, "h")).toThrow(
      "/ca.pem, ctl_server_ca_certificate in cli.toml, cannot be read",
    )
  })
})
