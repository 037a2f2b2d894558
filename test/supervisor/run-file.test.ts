import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { refreshRunFile } from "../../src/supervisor/run-file.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const PACKAGE = "/srv/x/hab/pkgs/acme/redis/7.2.4/1"
const HOOKS = "/srv/x/hab/svc/redis/hooks"
const owner = { uid: 0, gid: 70 }

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
