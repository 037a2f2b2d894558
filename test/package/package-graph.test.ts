import { describe, expect, it } from "vitest"
import { parseFullIdent } from "../../src/package/ident.ts"
import { createGraph } from "../../src/package/package-graph.ts"

const full = (name: string) => `acme/${name}/1/1`

function graphOf(edges: Readonly<Record<string, readonly string[]>>) {
  return createGraph(
    Object.entries(edges).map(([name, deps]) => ({
      ident: parseFullIdent(full(name)),
      deps: deps.map((dep) => parseFullIdent(full(dep))),
    })),
  )
}

describe("the graph of installed packages", () => {
  it("is walked level by level in both directions, each package once", () => {
    const graph = graphOf({ app: ["web", "log"], web: ["lib"], log: ["lib"], lib: [] })
    expect(graph.transitiveDeps(full("app"))).toEqual([full("web"), full("log"), full("lib")])
    expect(graph.transitiveDependents(full("lib"))).toEqual([full("web"), full("log"), full("app")])
  })

  it("ends at what is not installed, and does not go round in circles", () => {
    const graph = graphOf({ a: ["b", "missing"], b: ["a"] })
    expect(graph.deps(full("a"))).toEqual([full("b"), full("missing")])
    expect(graph.transitiveDeps(full("a"))).toEqual([full("b")])
    expect(graph.transitiveDependents(full("a"))).toEqual([full("b")])
    expect(graph.transitiveDeps(full("unknown"))).toEqual([])
  })
})
