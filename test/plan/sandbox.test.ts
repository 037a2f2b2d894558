import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { createStore } from "../../src/package/store.ts"
import { buildPaths } from "../../src/plan/build-paths.ts"
import type { BuildRequest } from "../../src/plan/build-state.ts"
import { requireSandbox, sandboxPlace, visiblePaths } from "../../src/plan/sandbox.ts"
import type { Enclosure } from "../../src/ports/enclosure.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { planValues } from "./plan-values.ts"

const TARGET = "x86_64-linux"

function world(cwd: string, enclosure: Enclosure = { enclosed: true, wrap: (argv) => argv }) {
  const layout = createLayout({ root: "/root", enclosed: true })
  const gcc = "/root/hab/pkgs/core/gcc/12/1"
  const files = memoryFileSystem({
    [`${gcc}/TARGET`]: TARGET,
    [`${gcc}/IDENT`]: "core/gcc/12/1\n",
    [`${gcc}/HOST_PATHS`]: "/usr/lib/gcc\nrelative\n\n/usr/bin/gcc\r\n/\n",
    "/work/plans/tree/plan.sh": "",
  })
  const store = createStore({ files, layout, target: TARGET })
  const request = { layout, store, enclosure, bashDirectory: "/opt/hab/plan" } as unknown as BuildRequest
  const location = {
    planFile: "/work/plans/tree/plan.sh",
    planContext: "/work/plans/tree",
    sourceContext: "/work/plans/tree",
    warnings: [],
  }
  return { host: { files, cwd }, request, location, paths: buildPaths({ layout, env: {}, cwd }) }
}

const shown = (unread: ReturnType<typeof world>, values?: ReturnType<typeof planValues>) =>
  visiblePaths(
    unread,
    unread.request.store.list(),
    values === undefined ? undefined : { values, place: sandboxPlace(unread, values) },
  ).map(({ from, at, writable }) => `${writable ? "rw" : "ro"} ${at}${from === at ? "" : ` ← ${from}`}`)

describe("what a sandboxed build sees", () => {
  it("is the project, the plan, the sources, its own folders, its dependencies and what these stand for", () => {
    expect(shown(world("/work"), planValues({ pkg_origin: "acme", pkg_name: "tree" }))).toEqual([
      "ro /work",
      "rw /work/plans/tree",
      "rw /hab/cache/src ← /root/hab/cache/src",
      "rw /hab/cache/build/acme-tree ← /root/hab/cache/build/acme-tree",
      "rw /hab/pkgs/acme/tree ← /root/hab/cache/build/acme-tree/package",
      "ro /hab/pkgs/core/gcc/12/1 ← /root/hab/pkgs/core/gcc/12/1",
      "ro /usr/bin/gcc",
      "ro /usr/lib/gcc",
      "ro /opt/hab/plan",
    ])
  })

  it("is nothing to write to while the plan is read for its dependencies", () => {
    expect(shown(world("/work")).filter((line) => line.startsWith("rw"))).toEqual([])
    expect(shown(world("/work"))).toContain("ro /hab/pkgs ← /root/hab/pkgs")
  })

  it.each(["/", "/elsewhere", "/root"])("is not the folder hab was called in when that is %s", (cwd) => {
    expect(shown(world(cwd))[0]).toBe("ro /work/plans/tree")
  })

  it("is refused where namespaces are", () => {
    const { request } = world("/", { enclosed: true, wrap: (argv) => argv, sandbox: () => undefined })
    expect(() => requireSandbox(request)).toThrow("namespaces are refused here")
  })
})
