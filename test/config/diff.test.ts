import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describeChange, diffConfig } from "../../src/config/diff.ts"
import { parseToml } from "../../src/config/toml.ts"

function diff(before: string, after: string): string[] {
  const changes = diffConfig(parseToml(before, "before"), parseToml(after, "after"))
  return changes.map((change) => describeChange(change, (path) => path.at(-1) === "password"))
}

describe("diffConfig", () => {
  it.each([
    ["nothing", "a = 1\n[b]\nc = [1]", "a = 1\nb.c = [1]", []],
    ["a value", "[server]\nport = 80", "[server]\nport = 8080", ["~ server.port: 80 → 8080"]],
    ["its type", "a = 1", "a = 1.0", ["~ a: 1 → 1.0"]],
    ["a key that comes, one that goes", "old = 1", "'new key' = 'x'", ["- old = 1", '+ "new key" = "x"']],
    ["a list, whole", "a = [1, 2]", "a = [1]", ["~ a: [1, 2] → [1]"]],
    ["a table that comes, key by key", "", "[a.b]\nc = 1\nd = 2", ["+ a.b.c = 1", "+ a.b.d = 2"]],
    ["a table that goes", "[a]\nb = 1", "", ["- a.b = 1"]],
    ["a table that becomes a value", "[a]\nb = 1", "a = 1", ["~ a: { b = 1 } → 1"]],
    ["an empty table", "", "[a]", ["+ a = {}"]],
    ["an empty table that is filled", "[a]", "[a]\nb = 1", ["+ a.b = 1"]],
    ["a secret", "password = 'a'", "password = 'b'", ["~ password: (secret) → (secret)"]],
  ])("shows %s", (_, before, after, lines) => {
    expect(diff(before, after)).toEqual(lines)
  })

  it("shows nothing between a table and itself, and something between any two different ones", () => {
    const table = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.oneof(fc.integer(), fc.constant("x")))
    fc.assert(
      fc.property(table, table, (a, b) => {
        const [before, after] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
        expect(diffConfig(before, before)).toEqual([])
        expect(diffConfig(before, after).length === 0).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
      }),
    )
  })
})

function sorted(value: Record<string, unknown>): unknown {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
}
