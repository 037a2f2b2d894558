import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { findProgram, statInner } from "../../src/package/programs.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

function rootWith() {
  const files = memoryFileSystem({ "/srv/hab/pkgs/a/bin/tool": "", "/srv/hab/pkgs/a/bin/text": "", "/usr/bin/ls": "" })
  files.chmod("/srv/hab/pkgs/a/bin/tool", 0o755)
  files.chmod("/usr/bin/ls", 0o755)
  files.makeDirectories("/srv/hab/pkgs/b/bin")
  files.symlink("/hab/pkgs/a/bin/tool", "/srv/hab/pkgs/b/bin/tool")
  files.symlink("../../b/bin/tool", "/srv/hab/pkgs/a/bin/again")
  files.symlink("loop", "/srv/hab/pkgs/b/bin/loop")
  return { files, layout: createLayout({ root: "/srv", enclosed: true }) }
}

describe("programs of packages", () => {
  it("are found through links that mean the root's /hab", () => {
    const context = rootWith()
    expect(statInner(context, "/hab/pkgs/a/bin/again")).toMatchObject({ kind: "file", mode: 0o755 })
    expect(statInner(context, "/hab/pkgs/b/bin/loop")).toBeUndefined()
    expect(statInner(context, "/hab/pkgs/b/bin/none")).toBeUndefined()
  })

  it("are looked for in the order of the PATH, executable files only, and never in relative folders", () => {
    const context = rootWith()
    const path = ["bin", "", "/hab/pkgs/b/bin", "/hab/pkgs/a/bin", "/usr/bin"]
    expect(findProgram(context, "tool", path)).toBe("/hab/pkgs/b/bin/tool")
    expect(findProgram(context, "ls", path)).toBe("/usr/bin/ls")
    expect(findProgram(context, "text", path)).toBeUndefined()
  })
})
