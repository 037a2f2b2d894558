import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseJson, printJson } from "../../src/config/json.ts"
import { printFloat } from "../../src/config/print-float.ts"
import { ConfigDateTime, ConfigFloat } from "../../src/config/value.ts"

describe("parseJson", () => {
  it("keeps floats, large integers and the order of keys", () => {
    expect(
      parseJson(' {"z": 1.0, "8080": 9007199254740993, "a": [1, -2.5e1, null, true, "\\u00e9\\n"]} ', "x"),
    ).toEqual(
      new Map<string, unknown>([
        ["z", new ConfigFloat(1)],
        ["8080", 9007199254740993n],
        ["a", [1, new ConfigFloat(-25), null, true, "é\n"]],
      ]),
    )
  })

  it.each([
    ["", "mock.json:1:1 is not JSON: a value is missing"],
    ['{"a": 1,\n "b" 2}', "mock.json:2:6 is not JSON: a ':' is missing"],
    ['{"a": 1 "b": 2}', "mock.json:1:9 is not JSON: a ',' or '}' is missing"],
    ["[1, 2", "mock.json:1:6 is not JSON: a ',' or ']' is missing"],
    ["[1] x", "mock.json:1:5 is not JSON: nothing may follow the value"],
    ['{"port: 1234', "a string is missing or never ends"],
    ["{port: 1}", "a string is missing or never ends"],
    ["[01]", "a ',' or ']' is missing"],
    ["[".repeat(200), "nested deeper than 100 levels"],
  ])("refuses %j with the place", (text, message) => {
    expect(() => parseJson(text, "mock.json")).toThrow(expect.objectContaining({ code: "JSON_INVALID" }))
    expect(() => parseJson(text, "mock.json")).toThrow(message)
  })

  it("agrees with JavaScript's own parser wherever that loses nothing", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const lossless = printJson(parseJson(text, "x"))
        expect(JSON.stringify(JSON.parse(lossless))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 200 },
    )
  })
})

describe("printJson", () => {
  it("prints on one line or indented", () => {
    const value = new Map<string, unknown>([
      ["a", [1, new ConfigFloat(2), [], new Map()]],
      ["b", new ConfigDateTime("1979-05-27")],
      ["c", null],
    ]) as Parameters<typeof printJson>[0]
    expect(printJson(value)).toBe('{"a":[1,2.0,[],{}],"b":"1979-05-27","c":null}')
    expect(printJson(value, 2)).toBe(
      '{\n  "a": [\n    1,\n    2.0,\n    [],\n    {}\n  ],\n  "b": "1979-05-27",\n  "c": null\n}',
    )
  })

  it.each([
    [1, "1.0", "1.0"],
    [1.5, "1.5", "1.5"],
    [1e15, "1000000000000000.0", "1000000000000000.0"],
    [1e16, "1e+16", "1e16"],
    [1e21, "1e+21", "1e21"],
    [6.62607015e-34, "6.62607015e-34", "6.62607015e-34"],
    [1e-5, "0.00001", "0.00001"],
    [1.5e-6, "1.5e-6", "1.5e-6"],
    [-0, "-0.0", "-0.0"],
    [123.456, "123.456", "123.456"],
    [Number.POSITIVE_INFINITY, "null", ".inf"],
    [Number.NaN, "null", ".nan"],
  ])("prints the float %d as the reference does", (value, json, yaml) => {
    expect([printFloat(value, "json"), printFloat(value, "yaml")]).toEqual([json, yaml])
  })
})
