import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { planHooks, writeHooks } from "../../src/hooks/compile.ts"
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
    const hooks = discoverHooks({ files }, PACKAGE)
    const plan = planHooks({ files, layout }, { service: "redis", hooks, context: { cfg } })
    const changed: string[] = []
    writeHooks({ files, report }, plan.hooks, owner, (file) => changed.push(file))
    return { changed, failed: plan.failed }
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
