import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { type JsonValue, parseJson } from "../../src/config/json.ts"
import { ConfigDateTime, ConfigFloat } from "../../src/config/value.ts"
import { printYaml } from "../../src/templating/print-yaml.ts"

function yaml(json: string): string {
  return printYaml(parseJson(json, "x"))
}

describe("printYaml", () => {
  it.each([
    ['"x"', "x\n"],
    ["null", "null\n"],
    ["1.0", "1.0\n"],
    ["1e21", "1e21\n"],
    ["[]", "[]\n"],
    ["{}", "{}\n"],
    ["[1, [2, [3]], [], {}]", "- 1\n- - 2\n  - - 3\n- []\n- {}\n"],
    [
      '{"b": {"d": 1, "c": []}, "a": [{"x": 1, "y": [2]}, {"z": {}}]}',
      "b:\n  d: 1\n  c: []\na:\n- x: 1\n  'y':\n  - 2\n- z: {}\n",
    ],
    ['[{"k": "l1\\nl2"}, "m1\\nm2\\n"]', "- k: |-\n    l1\n    l2\n- |\n  m1\n  m2\n"],
    ['{"k": "l1\\n\\n  l2\\n\\n"}', "k: |+\n  l1\n\n    l2\n\n"],
    ['{"k": " lead\\nx"}', "k: |2-\n   lead\n  x\n"],
    ['{"k": "tail \\nx"}', 'k: "tail \\nx"\n'],
    ['{"k": "\\tx\\n\\ty\\n"}', "k: |\n  \tx\n  \ty\n"],
  ])("lays out %s", (json, expected) => {
    expect(yaml(json)).toBe(expected)
  })

  it.each([
    ["yes", "yes"],
    ["y", "'y'"],
    ["true", "'true'"],
    ["0123", "'0123'"],
    ["0x1F", "'0x1F'"],
    ["1_000", "1_000"],
    ["1.5e3", "'1.5e3'"],
    [".inf", "'.inf'"],
    ["~", "'~'"],
    ["", "''"],
    ["it's", "it's"],
    ["'q'", "'''q'''"],
    ["a: b", "'a: b'"],
    ["a:b", "a:b"],
    ["a #b", "'a #b'"],
    ["a#b", "a#b"],
    ["-x", "-x"],
    ["- x", "'- x'"],
    ["?", "'?'"],
    ["*.example.com", "'*.example.com'"],
    ["http://x/?a=1&b=2", "http://x/?a=1&b=2"],
    ["%x", "'%x'"],
    ["---", "'---'"],
    [" x ", "' x '"],
    ["tab\there", '"tab\\there"'],
    ["é ü", "é ü"],
    ["💡", '"\\U0001F4A1"'],
    ["\u0001", '"\\x01"'],
    ["2024-01-01", "2024-01-01"],
  ])("quotes %j as the reference does", (text, expected) => {
    expect(printYaml(text)).toBe(`${expected}\n`)
  })

  it("prints dates as they are written", () => {
    expect(printYaml(new Map([["d", new ConfigDateTime("07:32:00")]]))).toBe("d: 07:32:00\n")
  })

  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "grapheme" }),
      fc.string({
        unit: fc.constantFrom(" ", "\n", ":", "#", "-", "'", '"', "\t", "a", "\\", "💡", "\u0085", "\u2028"),
      }),
      fc.constantFrom("null", "1", "0x1", "y", "1e3", ".5", "---"),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => new ConfigFloat(float)),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  }))

  it("writes what an independent reader reads back", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(parse(printYaml(given), { mapAsMap: true, version: "1.2" })).toEqual(plain(given))
      }),
      { numRuns: 500 },
    )
  })
})

function plain(value: JsonValue): unknown {
  if (value instanceof ConfigFloat) return value.value
  if (Array.isArray(value)) return value.map((item) => plain(item as JsonValue))
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]))
  return value
}
