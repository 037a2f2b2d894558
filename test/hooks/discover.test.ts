import { describe, expect, it } from "vitest"
import { discoverHooks } from "../../src/hooks/discover.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

describe("discovering the hooks of a package", () => {
  it("finds scripts by their exact names without extension, in the order they run", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/pkg/hooks/lib")
    for (const name of ["run.sh", "pre-start", "init", "post-run", "hooks.toml", ".gitkeep"]) {
      files.writeFile(`/pkg/hooks/${name}`, "#!/bin/sh\n")
    }
    const hooks = discoverHooks({ files }, "/pkg")
    expect(hooks.map((hook) => [hook.event, hook.file, hook.template])).toEqual([
      ["pre-start", "init", "/pkg/hooks/init"],
      ["pre-start", "pre-start", "/pkg/hooks/pre-start"],
      ["post-start", "post-run", "/pkg/hooks/post-run"],
      ["run", "run", "/pkg/hooks/run.sh"],
    ])
    expect(hooks.map((hook) => hook.preset.retry?.max)).toEqual([undefined, undefined, 0, undefined])
  })

  it("finds nothing where there is no hooks folder", () => {
    expect(discoverHooks({ files: memoryFileSystem() }, "/pkg")).toEqual([])
  })

  it("takes one script for each hook, by its exact name, and none of Windows", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/pkg/hooks")
    for (const name of ["health_check", "reload", "run", "run.sh", "init.ps1", "Init"]) {
      files.writeFile(`/pkg/hooks/${name}`, "#!/bin/sh\n")
    }
    expect(discoverHooks({ files }, "/pkg").map((hook) => hook.template)).toEqual(["/pkg/hooks/run"])
  })
})
