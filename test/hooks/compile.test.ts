import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { compileHooks, refreshRunFile } from "../../src/hooks/compile.ts"
import { discoverHooks } from "../../src/hooks/discover.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const PACKAGE = "/srv/x/hab/pkgs/acme/redis/7.2.4/1"
const HOOKS = "/srv/x/hab/svc/redis/hooks"
const owner = { uid: 0, gid: 70 }

function service(templates: Readonly<Record<string, string>>) {
  const content = Object.entries(templates).map(([name, text]) => [`${PACKAGE}/hooks/${name}`, text])
  const files = memoryFileSystem({ [HOOKS]: undefined, ...Object.fromEntries(content) })
  const told: string[] = []
  const report = (progress: Progress) => "text" in progress && told.push(progress.text)
  const compile = (cfg: Readonly<Record<string, string>>) => {
    const { hooks } = discoverHooks({ files }, PACKAGE)
    return compileHooks({ files, layout, report }, { service: "redis", hooks, context: { cfg }, owner })
  }
  return { files, told, compile }
}

describe("rendering the hooks of a service", () => {
  it("writes each script for its owner and the service's group only, and says which changed", () => {
    const { files, told, compile } = service({ init: "#!/bin/sh\necho {{cfg.word}}\n", "run.sh": "#!/bin/sh\n" })
    expect(compile({ word: "one" })).toEqual({ changed: ["init", "run"], failed: [] })
    expect(files.readText(`${HOOKS}/init`)).toBe("#!/bin/sh\necho one\n")
    expect(files.stat(`${HOOKS}/init`)).toMatchObject({ mode: 0o750, uid: 0, gid: 70 })
    expect(told).toEqual([
      `Modified hook content in ${HOOKS}/init`,
      `Modified hook content in ${HOOKS}/run`,
      "Hooks recompiled",
    ])
    expect(compile({ word: "one" })).toEqual({ changed: [], failed: [] })
    expect(compile({ word: "two" })).toEqual({ changed: ["init"], failed: [] })
  })

  it("keeps the old script of a template that is wrong, and renders the others", () => {
    const { files, compile } = service({ init: "#!/bin/sh\n", run: "#!/bin/sh\necho {{cfg.word}}\n" })
    compile({ word: "one" })
    files.writeFile(`${PACKAGE}/hooks/init`, "{{#if}}")
    const { changed, failed } = compile({ word: "two" })
    expect(changed).toEqual(["run"])
    expect(failed).toEqual([
      { file: "init", problem: expect.stringMatching(/^Failed to compile init hook: .*hooks\/init:1/) },
    ])
    expect(files.readText(`${HOOKS}/init`)).toBe("#!/bin/sh\n")
  })
})

describe("the run file of a service", () => {
  const RUN = "/srv/x/hab/svc/redis/run"
  const refresh = (content: Readonly<Record<string, string>>, hasRunHook: boolean) => {
    const files = memoryFileSystem({ "/srv/x/hab/svc/redis": undefined, ...content })
    const request = { service: "redis", hasRunHook, packageRun: `${PACKAGE}/run`, owner }
    return { files, again: () => refreshRunFile({ files, layout }, request) }
  }

  it("is a copy of the rendered run hook, else of the package's run file, written only when it differs", () => {
    const both = { [`${HOOKS}/run`]: "hook", [`${PACKAGE}/run`]: "file" }
    const { files, again } = refresh(both, true)
    expect([again(), again()]).toEqual(["changed", "unchanged"])
    expect(files.readText(RUN)).toBe("hook")
    expect(files.stat(RUN)).toMatchObject({ mode: 0o750, uid: 0, gid: 70 })
    files.chmod(RUN, 0o755)
    expect([again(), files.stat(RUN)?.mode]).toEqual(["unchanged", 0o750])
    const withoutHook = refresh(both, false)
    withoutHook.again()
    expect(withoutHook.files.readText(RUN)).toBe("file")
  })

  it("cannot be written when there is neither", () => {
    expect(refresh({}, false).again).toThrow(expect.objectContaining({ code: "RUN_FILE_MISSING" }))
  })
})
