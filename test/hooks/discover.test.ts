import { describe, expect, it } from "vitest"
import { classifyHookFiles, describeStray, discoverHooks } from "../../src/hooks/discover.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

describe("discovering the hooks of a package", () => {
  it("finds scripts by their exact names without extension, in the order they run", () => {
    const files = memoryFileSystem()
    files.makeDirectories("/pkg/hooks/lib")
    for (const name of ["run.sh", "pre-start", "init", "post-run", "hooks.toml", ".gitkeep"]) {
      files.writeFile(`/pkg/hooks/${name}`, "#!/bin/sh\n")
    }
    const { hooks, strays } = discoverHooks({ files }, "/pkg")
    expect(hooks.map((hook) => [hook.event, hook.file, hook.template])).toEqual([
      ["pre-start", "init", "/pkg/hooks/init"],
      ["pre-start", "pre-start", "/pkg/hooks/pre-start"],
      ["post-start", "post-run", "/pkg/hooks/post-run"],
      ["run", "run", "/pkg/hooks/run.sh"],
    ])
    expect(hooks.map((hook) => hook.preset.retry?.max)).toEqual([undefined, undefined, 0, undefined])
    expect(strays).toEqual([])
  })

  it("finds nothing where there is no hooks folder", () => {
    expect(discoverHooks({ files: memoryFileSystem() }, "/pkg")).toEqual({ hooks: [], strays: [] })
  })

  it("warns of files that are no hooks, with the name that was probably meant", () => {
    const { scripts, strays } = classifyHookFiles(["health_check", "reload", "run", "run.sh", "run.ps1", "Init"])
    expect([...scripts]).toEqual([["run", "run"]])
    expect(strays.map(describeStray)).toEqual([
      "hooks/health_check is not a lifecycle hook and never runs; did you mean 'health-check'?",
      "hooks/reload is not a lifecycle hook and never runs",
      "hooks/Init is not a lifecycle hook and never runs; did you mean 'init'?",
      "hooks/run.sh is left out: another file is the hook 'run' already",
      "hooks/run.ps1 is left out: PowerShell hooks run on Windows only",
    ])
  })
})
