import { describe, expect, it } from "vitest"
import { parseFullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { createGraph } from "../../src/package/package-graph.ts"
import { planPrune } from "../../src/package/prune.ts"

const installed: Record<string, readonly string[]> = {
  "a/web/1/1": ["a/lib/1/1"],
  "a/web/2/1": ["a/lib/2/1"],
  "a/web/3/1": ["a/lib/3/1"],
  "a/lib/1/1": [],
  "a/lib/2/1": [],
  "a/lib/3/1": [],
}

function prune(keep: number, roots: readonly string[] = [], packages = installed): string[] {
  const idents = Object.keys(packages).map(parseFullIdent)
  const graph = createGraph(
    idents.map((ident) => ({ ident, deps: (packages[stringifyIdent(ident)] ?? []).map(parseFullIdent) })),
  )
  return planPrune(idents, graph, { keep, isRoot: (ident) => roots.includes(stringifyIdent(ident)) }).map(
    stringifyIdent,
  )
}

describe("planning a prune", () => {
  it("keeps the newest of each package; who needs another goes before it, the oldest first", () => {
    expect(prune(1)).toEqual(["a/web/1/1", "a/lib/1/1", "a/web/2/1", "a/lib/2/1"])
    expect(prune(2)).toEqual(["a/web/1/1", "a/lib/1/1"])
    expect(prune(3)).toEqual([])
  })

  it("keeps what a service uses, with all it needs", () => {
    expect(prune(1, ["a/web/1/1"])).toEqual(["a/web/2/1", "a/lib/2/1"])
  })

  it("never removes hab itself, and ends where packages need each other", () => {
    const circle = {
      "chef/hab/1/1": [],
      "chef/hab/2/1": [],
      "a/x/1/1": ["a/y/1/1"],
      "a/y/1/1": ["a/x/1/1"],
      "a/x/2/1": [],
      "a/y/2/1": [],
    }
    expect(prune(1, [], circle).sort()).toEqual(["a/x/1/1", "a/y/1/1"])
  })
})
