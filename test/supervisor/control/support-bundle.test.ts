import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { writeSupportBundle } from "../../../src/supervisor/control/support-bundle.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const STATE = "/r/hab/sup/default"

describe("a support bundle", () => {
  it("holds the supervisor's directory without secrets and what was uploaded", () => {
    const files = memoryFileSystem({
      [`${STATE}/MEMBER_ID`]: "member",
      [`${STATE}/CTL_SECRET`]: "ctl secret",
      [`${STATE}/specs/web.spec`]: 'ident = "acme/web"\n',
      [`${STATE}/data/applied/web.default/1.secret.toml`]: "password",
    })
    writeSupportBundle(files, layout, "/r/bundle.tar.gz")
    const archive = gunzipSync(files.readFile("/r/bundle.tar.gz")).toString("latin1")
    for (const name of ["hab/sup/default/MEMBER_ID", "hab/sup/default/specs/web.spec"]) expect(archive).toContain(name)
    expect(archive).toContain('ident = "acme/web"')
    expect(archive).not.toMatch(/ctl secret|password|CTL_SECRET/)
    expect(files.stat("/r/bundle.tar.gz")?.mode).toBe(0o600)
    expect(files.readDirectory("/r").map(({ name }) => name)).toEqual(["bundle.tar.gz", "hab"])
  })

  it("needs a supervisor that ran", () => {
    const none = memoryFileSystem({ "/r": undefined })
    const write = () => writeSupportBundle(none, layout, "/r/b")
    expect(write).toThrowError(expect.objectContaining({ code: "SUPERVISOR_ABSENT" }))
  })
})
