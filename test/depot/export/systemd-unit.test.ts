import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { systemdUnit } from "../../../src/depot/export/systemd-unit.ts"

const page = readFileSync(fileURLToPath(new URL("../../../docs/how-to/run-under-systemd.md", import.meta.url)), "utf8")
const path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

describe("an exported systemd unit", () => {
  it("is the unit of the how-to", () => {
    const unit = systemdUnit({ program: "/usr/local/bin/hab", path, scope: "system" })
    expect(unit).toBe(/```ini\n([\s\S]*?)```/.exec(page)?.[1])
  })

  it("loads a service in a root of its own, for the systemd of a user", () => {
    const unit = systemdUnit({ program: "/opt/hab", path: ["/bin"], root: "/srv/a", ident: "acme/web", scope: "user" })
    expect(unit).toContain("\nEnvironment=FS_ROOT=/srv/a\nEnvironment=PATH=/bin\nExecStart=/opt/hab sup run acme/web\n")
    expect(unit).toContain("WantedBy=default.target\n")
  })

  it("says blanks, specifiers, variables and quotes as systemd reads them", () => {
    const unit = systemdUnit({ program: "/a b/hab", path: ["/x%y/$z"], root: '/r "q"', scope: "system" })
    expect(unit).toContain('ExecStart="/a b/hab" sup run\n')
    expect(unit).toContain("Environment=PATH=/x%%y/$$z\n")
    expect(unit).toContain('Environment="FS_ROOT=/r \\"q\\""\n')
  })
})
