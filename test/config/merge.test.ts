import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseJson, printJson } from "../../src/config/json.ts"
import { readEnvironmentLayer } from "../../src/config/layers.ts"
import { mergeConfig } from "../../src/config/merge.ts"
import { parseToml } from "../../src/config/toml.ts"
import { type ConfigTable, type ConfigValue, isConfigTable, toPlain } from "../../src/config/value.ts"

function merge(...layers: readonly string[]): ConfigTable {
  return layers
    .map((text, index) => parseToml(text, `layer ${index}`))
    .reduce((lower, higher) => mergeConfig(lower, higher))
}

function nested(depth: number, leaf: string): string {
  return `[${Array.from({ length: depth }, (_, index) => `t${index}`).join(".")}]\n${leaf}`
}

describe("mergeConfig (spec supervisor §5.4)", () => {
  it.each([
    ["tables merge key by key", "[s]\na = 1\nb = 2", "[s]\nb = 3\nc = 4", '{"s":{"a":1,"b":3,"c":4}}'],
    ["arrays are replaced whole", "a = [1, 2, 3]", "a = [4]", '{"a":[4]}'],
    ["arrays of tables are replaced whole", "[[a]]\nx = 1\n[[a]]\nx = 2", "[[a]]\ny = 3", '{"a":[{"y":3}]}'],
    ["a table replaces a scalar", "a = 1", "[a]\nb = 1", '{"a":{"b":1}}'],
    ["a scalar replaces a table", "[a]\nb = 1", "a = 1", '{"a":1}'],
    ["an empty table changes nothing", "[a]\nb = 1", "[a]", '{"a":{"b":1}}'],
    ["floats replace integers", "a = 1", "a = 1.0", '{"a":1.0}'],
    [
      "a replaced key keeps its place, new keys follow",
      "z = 1\n8080 = 2\na = 3",
      "b = 4\n8080 = 5\nz = 6",
      '{"z":6,"8080":5,"a":3,"b":4}',
    ],
    ["strange keys are ordinary", "__proto__ = 1", "constructor = 2\n__proto__ = 3", '{"__proto__":3,"constructor":2}'],
  ])("%s", (_, lower, higher, expected) => {
    expect(printJson(merge(lower, higher))).toBe(expected)
  })

  it("lets tables meet down to level 30, and no deeper", () => {
    expect(toPlain(merge(nested(30, "x = 1"), nested(30, "x = 2")))).toBeDefined()
    expect(() => merge(nested(31, "x = 1"), nested(31, "x = 2"))).toThrow(
      expect.objectContaining({ code: "CONFIG_TOO_DEEP", message: expect.stringContaining("t0.t1.t2") }),
    )
    expect(merge("", nested(40, "x = 1")).size).toBe(1)
  })

  it("never changes what it is given", () => {
    const lower = parseToml("[a]\nb = 1", "lower")
    const higher = parseToml("[a]\nc = 1\n[d]", "higher")
    mergeConfig(lower, higher)
    expect([printJson(lower), printJson(higher)]).toEqual(['{"a":{"b":1}}', '{"a":{"c":1},"d":{}}'])
  })
})

const { table: anyTable } = fc.letrec<{ value: ConfigValue; table: ConfigTable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 3 }),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie("table"),
  ),
  table: fc
    .array(fc.tuple(fc.constantFrom("a", "b", "1", "__proto__"), tie("value")), { maxLength: 3 })
    .map((entries) => new Map(entries)),
}))

describe("the laws of merging", () => {
  it("nothing below or above changes nothing", () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        expect(mergeConfig(table, new Map())).toEqual(table)
        expect(mergeConfig(new Map(), table)).toEqual(table)
        expect(printJson(mergeConfig(table, table))).toBe(printJson(table))
      }),
    )
  })

  it("what the higher layer says is said, what it leaves out stays", () => {
    fc.assert(
      fc.property(anyTable, anyTable, (lower, higher) => {
        const merged = mergeConfig(lower, higher)
        for (const [key, value] of merged) {
          const [below, above] = [lower.get(key), higher.get(key)]
          if (above === undefined) expect(value).toBe(below)
          else if (isConfigTable(above) && isConfigTable(below)) expect(value).toEqual(mergeConfig(below, above))
          else expect(value).toBe(above)
        }
        expect([...merged.keys()]).toEqual([...new Set([...lower.keys(), ...higher.keys()])])
      }),
    )
  })

  it("a layer applied twice is a layer applied once", () => {
    fc.assert(
      fc.property(anyTable, anyTable, (lower, higher) => {
        const once = mergeConfig(lower, higher)
        expect(printJson(mergeConfig(once, higher))).toBe(printJson(once))
      }),
    )
  })

  it("it is associative as long as no scalar stands between two tables", () => {
    fc.assert(
      fc.property(anyTable, anyTable, anyTable, (low, middle, high) => {
        const left = mergeConfig(mergeConfig(low, middle), high)
        const right = mergeConfig(low, mergeConfig(middle, high))
        fc.pre(!hidesTable(low, middle, high))
        expect(toPlain(left)).toEqual(toPlain(right))
      }),
    )
  })
})

/** A scalar of the middle layer hides a table below it from a table above it: then grouping matters, as for the reference. */
function hidesTable(low: ConfigTable, middle: ConfigTable, high: ConfigTable): boolean {
  return [...low].some(([key, value]) => {
    const [between, above] = [middle.get(key), high.get(key)]
    if (!isConfigTable(value) || !isConfigTable(above) || between === undefined) return false
    return isConfigTable(between) ? hidesTable(value, between, above) : true
  })
}

type Facts = {
  merged: { title: string; layers: string[]; gives?: unknown; refused?: string }[]
  environment: { title: string; package: string; set: Record<string, string>; gives?: unknown; refused?: string }[]
}

/** What the reference's own tests say of layers, in our words. */
const facts = JSON.parse(readFileSync(new URL("../../fixtures/config/facts.json", import.meta.url), "utf8")) as Facts

describe("the reference's facts of merging", () => {
  it.each(facts.merged)("$title", ({ layers, gives, refused }) => {
    const merged = () => merge("", ...layers)
    if (refused !== undefined) expect(merged).toThrow(expect.objectContaining({ code: refused }))
    else expect(toPlain(merged())).toEqual(toPlain(parseJson(JSON.stringify(gives), "x") as ConfigTable))
  })

  it.each(facts.environment)("$title", ({ package: name, set, gives, refused }) => {
    const read = () => readEnvironmentLayer(set, name)
    if (refused !== undefined) return expect(read).toThrow(expect.objectContaining({ code: refused }))
    const layer = read()
    expect(layer === undefined ? null : toPlain(layer.table)).toEqual(gives)
  })
})
