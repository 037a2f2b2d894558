import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { printTomlPath, printTomlValue } from "../../src/config/print-toml.ts"
import { parseToml, stringifyToml } from "../../src/config/toml.ts"
import { ConfigDateTime, ConfigFloat, type ConfigTable, type ConfigValue, toPlain } from "../../src/config/value.ts"

function read(text: string): ConfigTable {
  return parseToml(text, "default.toml")
}

function refusal(text: string): string {
  try {
    read(text)
  } catch (error) {
    return (error as Error).message
  }
  return "accepted"
}

describe("parseToml keeps what JavaScript would lose (decisions 34)", () => {
  it("keeps whole floats floats and integers integers", () => {
    expect([...read("a = 1.0\nb = 1\nc = -0.0\nd = 1e3\ne = 1_000\nf = 0x1e\ng = +5\nh = [1.0, 2]")]).toEqual([
      ["a", new ConfigFloat(1)],
      ["b", 1],
      ["c", new ConfigFloat(-0)],
      ["d", new ConfigFloat(1000)],
      ["e", 1000],
      ["f", 30],
      ["g", 5],
      ["h", [new ConfigFloat(1), 2]],
    ])
  })

  it("keeps 64-bit integers exact", () => {
    const table = read("a = 9007199254740993\nb = -9223372036854775808\nc = [0x7fffffffffffffff]\nd = 9007199254740991")
    expect([...table.values()]).toEqual([
      9007199254740993n,
      -9223372036854775808n,
      [9223372036854775807n],
      9007199254740991,
    ])
  })

  it("keeps dates exactly as written", () => {
    const dates = [
      "1979-05-27T07:32:00Z",
      "1979-05-27 07:32:00.5-07:00",
      "1979-05-27T07:32:00",
      "1979-05-27",
      "07:32:00",
    ]
    for (const date of dates) {
      expect(read(`a = ${date} # comment`).get("a")).toEqual(new ConfigDateTime(date))
      expect(read(`a = [${date},${date}]`).get("a")).toEqual([new ConfigDateTime(date), new ConfigDateTime(date)])
    }
  })

  it("keeps infinities and not-a-number apart", () => {
    const values = [...read("a = inf\nb = -inf\nc = nan\nd = -nan\ne = +inf").values()].map((value) => toPlain(value))
    expect(values).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ])
  })

  it("keeps the order of the file, for keys like 8080 too", () => {
    expect([...read("z = 1\n8080 = 2\n1 = 3\na = 4\n[ports]\n443 = 'x'\n80 = 'y'").keys()]).toEqual([
      "z",
      "8080",
      "1",
      "a",
      "ports",
    ])
  })

  it("treats __proto__, constructor and the like as ordinary keys", () => {
    const table = read("__proto__ = 1\nconstructor.prototype.x = 2\n[hasOwnProperty]\n__proto__ = {toString = 3}")
    expect(stringifyToml(table)).toBe(
      "__proto__ = 1\n\n[constructor.prototype]\nx = 2\n\n[hasOwnProperty]\n__proto__ = { toString = 3 }\n"
        .replace("__proto__ = { toString = 3 }", "\n[hasOwnProperty.__proto__]\ntoString = 3")
        .replace("[hasOwnProperty]\n\n", ""),
    )
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined()
    const plain = toPlain(table)
    expect(Object.getPrototypeOf(plain)).toBeNull()
    expect(Object.entries(plain)).toContainEqual(["__proto__", 1])
  })

  it("reads arrays of tables, dotted keys, every string and a byte order mark", () => {
    const text = `\ufeffa.b = "x\\ty"\nc = '''\nl'1\nl2'''\nd = 'C:\\x' # c\n[[s]]\nn = 1\n[[s]]\n[s.t]\n"k k" = [[], [{ a = true }]]\n`
    expect(JSON.stringify(toPlain(read(text)))).toBe(
      '{"a":{"b":"x\\ty"},"c":"l\'1\\nl2","d":"C:\\\\x","s":[{"n":1},{"t":{"k k":[[],[{"a":true}]]}}]}',
    )
  })
})

describe("parseToml refuses", () => {
  it.each([
    ["a = 1\nb = = 2\n", "default.toml:2:5 is not TOML: unexpected character, expecting string, number"],
    ["a = 1\na = 2", "default.toml:2:6 is not TOML: can't redefine existing key"],
    ["a = ", "default.toml:1:5 is not TOML: key without value"],
    ['a = "x', "default.toml:1:7 is not TOML: unterminated string"],
    ["a = 9223372036854775808", "default.toml:1:5 is not TOML: the integer 9223372036854775808 does not fit"],
    ["x = 1\n\na = [1, 1e, 2]", "default.toml:3:"],
    ["a = 1979-13-45", "default.toml:1:"],
    ["a = \u0000", "default.toml:1:5 is not TOML"],
    [`a = ${"[".repeat(150)}${"]".repeat(150)}`, "nested deeper than 100 levels"],
    [`a${".a".repeat(150)} = 1`, "nested deeper than 100 levels"],
  ])("%j, with the place", (text, message) => {
    expect(refusal(text)).toContain(message)
  })

  it("with a stable code and the problem's place", () => {
    expect(() => read("=")).toThrow(
      expect.objectContaining({
        code: "TOML_INVALID",
        problems: [expect.objectContaining({ where: "default.toml:1:1" })],
      }),
    )
  })
})

describe("stringifyToml", () => {
  it("writes plain values first, then tables, with a blank line before each header", () => {
    const text =
      "b = 1.0\n[t]\n[t.u]\nx = 9007199254740993\n[[list]]\nd = 1979-05-27\n[list.inner]\ny = [1, [{ z = 1 }]]\n[empty]"
    const expected =
      "b = 1.0\n\n[t.u]\nx = 9007199254740993\n\n[[list]]\nd = 1979-05-27\n\n[list.inner]\ny = [1, [{ z = 1 }]]\n\n[empty]\n"
    expect(stringifyToml(read(text))).toBe(expected)
    expect(
      stringifyToml(
        new Map<string, ConfigValue>([
          ["t", new Map([["x", 1]])],
          ["s", 2],
        ]),
      ),
    ).toBe("s = 2\n\n[t]\nx = 1\n")
    expect(stringifyToml(new Map())).toBe("")
  })

  it.each([
    ["plain", '"plain"'],
    ['q"q', `'q"q'`],
    ["back\\slash", "'back\\slash'"],
    ["two\nlines", '"""\ntwo\nlines"""'],
    [`it's "both"`, `"""it's "both""""`],
    [`it's \\ both`, `'''it's \\ both'''`],
    ["bell\u0007", '"bell\\u0007"'],
    ["cr\r\nlf", '"""\ncr\\r\nlf"""'],
    ["tab\t", '"tab\\t"'],
    ['six""""""\n', `'''\nsix""""""\n'''`],
    [`''' six""""""\n`, '"""\n\'\'\' six""\\"""\\"\n"""'],
  ])("writes the string %j as %s", (text, written) => {
    expect(printTomlValue(text)).toBe(written)
    expect(read(`a = ${written}\n`).get("a")).toBe(text)
  })

  it.each([
    [1, "1.0"],
    [1.5, "1.5"],
    [1e21, "1000000000000000000000.0"],
    [1.25e-7, "0.000000125"],
    [-0, "-0.0"],
    [123456.789, "123456.789"],
    [Number.NaN, "nan"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ])("writes the float %d as %s", (value, written) => {
    expect(printTomlValue(new ConfigFloat(value))).toBe(written)
  })

  it("quotes keys only where it must", () => {
    expect(printTomlPath(["a-b_C1", "a b", 'q"', "é", "", "'\"", "8080"])).toBe(
      `a-b_C1."a b".'q"'."é"."".` + `"'\\"".8080`,
    )
  })

  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "8080", "a b", "é", "constructor"))
  const { table } = fc.letrec<{ value: ConfigValue; table: ConfigTable }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom('"', "'", "\\", "\n", "\r", "\t", "\u0000", "\u007f", "x", "💡") }),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.bigInt(2n ** 60n, 2n ** 63n - 1n),
      fc.double().map((value) => new ConfigFloat(value)),
      fc.constant(new ConfigDateTime("1979-05-27T07:32:00.999Z")),
      fc.array(tie("value"), { maxLength: 4 }),
      tie("table"),
    ),
    table: fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((entries) => new Map(entries)),
  }))

  it("writes what reads back equal, whatever the table", () => {
    fc.assert(
      fc.property(table, (value) => {
        const written = stringifyToml(value)
        expect(read(written)).toEqual(value)
        expect(stringifyToml(read(written))).toBe(written)
      }),
      { numRuns: 300 },
    )
  })
})
