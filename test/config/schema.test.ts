import { describe, expect, it } from "vitest"
import { parseJson, printJson } from "../../src/config/json.ts"
import { type ConfigLayer, combineLayers } from "../../src/config/layers.ts"
import { generateSchema, type JsonSchema } from "../../src/config/schema.ts"
import { parseToml } from "../../src/config/toml.ts"
import { enforceSchema, parseSchema, printSchema, secretPaths } from "../../src/config/validate.ts"

const DEFAULTS = `
port = 8080
ratio = 1.0
name = "web"
day = 2024-02-29
on = true
tags = ["a", "b"]
mixed = [1, "a"]
none = []
[server]
workers = 4
[[backends]]
host = "h"
[[backends]]
host = "i"
weight = 5
[empty]
`

function layer(name: ConfigLayer["name"], where: string, text: string): ConfigLayer {
  return { name, where, text, table: parseToml(text, where) }
}

/** What a schema finds wrong with a user.toml over nothing. */
function problems(schema: string, user: string): string[] {
  try {
    enforceSchema(combineLayers([layer("user", "user.toml", user)]), parseSchema(schema, "config.schema.json"), "web")
  } catch (error) {
    const { code, problems } = error as { code: string; problems: { where: string; message: string }[] }
    expect(code).toBe("CONFIG_INVALID")
    return problems.map(({ where, message }) => `${where} ${message}`)
  }
  return []
}

describe("generateSchema", () => {
  const schema = generateSchema(parseToml(DEFAULTS, "default.toml"), "web")

  it("says types and defaults of default.toml", () => {
    expect(JSON.parse(printJson(schema))).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "web",
      type: "object",
      properties: {
        port: { type: "integer", default: 8080 },
        ratio: { type: "number", default: 1 },
        name: { type: "string", default: "web" },
        day: { type: "string", format: "date", default: "2024-02-29" },
        on: { type: "boolean", default: true },
        tags: { type: "array", items: { type: "string" }, default: ["a", "b"] },
        mixed: { type: "array", default: [1, "a"] },
        none: { type: "array", default: [] },
        server: { type: "object", properties: { workers: { type: "integer", default: 4 } } },
        backends: {
          type: "array",
          items: { type: "object", properties: { host: { type: "string" }, weight: { type: "integer" } } },
          default: [{ host: "h" }, { host: "i", weight: 5 }],
        },
        empty: { type: "object" },
      },
    })
    expect(printSchema(schema)).toContain('"default": 1.0')
  })

  it("can itself be enforced: its defaults fit, other types do not, unknown keys do", () => {
    const text = printSchema(schema)
    expect(problems(text, DEFAULTS)).toEqual([])
    expect(problems(text, "extra = 1\nratio = 2\n[server]\nmore = 'x'")).toEqual([])
    expect(problems(text, "port = 'x'\nserver = 1\nbackends = [{host = 1}]")).toEqual([
      'port must be an integer, not "x" (user.toml)',
      "server must be a table, not 1 (user.toml)",
      "backends.0.host must be a text, not 1",
    ])
  })
})

describe("enforceSchema", () => {
  it.each([
    [
      '{"properties": {"a": {"type": ["integer", "string"]}}}',
      "a = 1.5",
      "a must be an integer or a text, not 1.5 (user.toml)",
    ],
    ['{"properties": {"a": {"type": "integer"}}}', "a = 2.0", undefined],
    ['{"properties": {"a": {"type": "number"}}}', "a = 9223372036854775807", undefined],
    [
      '{"properties": {"a": {"enum": ["debug", "info"]}}}',
      "a = 'inof'",
      'a must be one of "debug", "info", not "inof" (did you mean "info"?) (user.toml)',
    ],
    ['{"properties": {"a": {"const": 1}}}', "a = 2", "a must be 1, not 2 (user.toml)"],
    [
      '{"properties": {"a": {"minimum": 1, "maximum": 65535}}}',
      "a = 70000",
      "a must be at most 65535, unlike 70000 (user.toml)",
    ],
    [
      '{"properties": {"a": {"exclusiveMinimum": 0, "exclusiveMaximum": 1}}}',
      "a = 0",
      "a must be more than 0, unlike 0 (user.toml)",
    ],
    [
      '{"properties": {"a": {"exclusiveMaximum": 1.5, "minimum": 0}}}',
      "a = 1.5",
      "a must be less than 1.5, unlike 1.5 (user.toml)",
    ],
    ['{"properties": {"a": {"minimum": 1}}}', "a = 0", "a must be at least 1, unlike 0 (user.toml)"],
    ['{"properties": {"a": {"multipleOf": 8}}}', "a = 12", "a must be a multiple of 8, unlike 12 (user.toml)"],
    [
      '{"properties": {"a": {"minLength": 2, "maxLength": 3}}}',
      "a = '💡'",
      'a must have at least 2 characters, unlike "💡" (user.toml)',
    ],
    [
      '{"properties": {"a": {"maxLength": 3}}}',
      "a = 'long'",
      'a must have at most 3 characters, unlike "long" (user.toml)',
    ],
    ['{"properties": {"a": {"minItems": 1}}}', "a = []", "a must have at least 1 items, unlike a list (user.toml)"],
    ['{"properties": {"a": {"maxItems": 1}}}', "a = [1, 2]", "a must have at most 1 items, unlike a list (user.toml)"],
    ['{"properties": {"a": {"uniqueItems": true}}}', "a = [1, 1]", "a must not hold the same item twice (user.toml)"],
    ['{"properties": {"a": {"uniqueItems": true}}}', "a = [1, 1.0]", undefined],
    [
      '{"properties": {"a": {"minProperties": 1}}}',
      "a = {}",
      "a must have at least 1 keys, unlike a table (user.toml)",
    ],
    ['{"maxProperties": 1}', "a = 1\nb = 2", "(top level) must have at most 1 keys, unlike a table"],
    ['{"properties": {"a": {"pattern": "^[a-z]+$"}}}', "a = 'A'", 'a must match ^[a-z]+$, unlike "A" (user.toml)'],
    ['{"required": ["a"]}', "b = 1", "a is required"],
    [
      '{"properties": {"port": {}}, "additionalProperties": false}',
      "prot = 1",
      "prot is not a known key; did you mean 'port'? (user.toml)",
    ],
    [
      '{"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": {"type": "integer"}}',
      "x-a = 'y'\nb = 'z'",
      'b must be an integer, not "z" (user.toml)',
    ],
    ['{"patternProperties": {"^x-": {"type": "string"}}}', "x-a = 1", "x-a must be a text, not 1 (user.toml)"],
    [
      '{"propertyNames": {"maxLength": 3}}',
      "long = 1",
      'long must have at most 3 characters, unlike "long" (user.toml)',
    ],
    ['{"properties": {"a": {"items": {"type": "integer"}}}}', "a = [1, 'x']", 'a.1 must be an integer, not "x"'],
    [
      '{"properties": {"a": {"allOf": [{"minimum": 1}, {"maximum": 2}]}}}',
      "a = 3",
      "a must be at most 2, unlike 3 (user.toml)",
    ],
    [
      '{"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "boolean"}]}}}',
      "a = 3",
      "a must be a text, not 3 (user.toml)",
    ],
    [
      '{"properties": {"a": {"oneOf": [{"minimum": 1}, {"maximum": 2}]}}}',
      "a = 2",
      "a must fit exactly one of 2 forms, and fits 2 (user.toml)",
    ],
    ['{"properties": {"a": {"not": {"const": 0}}}}', "a = 0", "a must not be 0 (user.toml)"],
    ['{"properties": {"a": false}}', "a = 0", "a is not allowed (user.toml)"],
    [
      '{"properties": {"a": {"$ref": "#/$defs/port~1number"}}, "$defs": {"port/number": {"type": "integer"}}}',
      "a = 'x'",
      'a must be an integer, not "x" (user.toml)',
    ],
    [
      '{"properties": {"a": {"$ref": "#/properties/a"}}}',
      "a = 0",
      "a has a schema that refers to itself: #/properties/a (user.toml)",
    ],
    ['{"properties": {"d": {"type": "string", "format": "date"}}}', "d = 2024-02-29", undefined],
  ])("%s of %j: %s", (schema, user, problem) => {
    expect(problems(schema, user)).toEqual(problem === undefined ? [] : [problem])
  })

  it("names the layer each value comes from, all problems at once", () => {
    const layers = [layer("default", "default.toml", "a = 'x'\nb = 1"), layer("user", "user.toml", "b = 'y'")]
    const schema = parseSchema('{"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}', "s")
    expect(() => enforceSchema(combineLayers(layers), schema, "web")).toThrow(
      expect.objectContaining({
        message: 'the configuration of web is refused: a must be an integer, not "x" (default.toml)',
        problems: [expect.anything(), { where: "b", message: 'must be an integer, not "y" (user.toml)' }],
      }),
    )
  })
})

describe("parseSchema refuses what it could not enforce", () => {
  it.each([
    ['{"properties": {"a": {"if": {}}}}', "#/properties/a/if is not a keyword we enforce"],
    ['{"properties": {"a": 5}}', "#/properties/a must be a schema: an object, true or false"],
    ['{"properties": []}', "#/properties must be an object"],
    ['{"pattern": "["}', "#/pattern '[' is not a regular expression"],
    ['{"patternProperties": {"(": {}}}', "#/patternProperties '(' is not a regular expression"],
    ['{"$ref": "#/$defs/nope"}', "#/$ref '#/$defs/nope' leads nowhere in this file"],
    ['{"$ref": "https://example.com/x"}', "leads nowhere in this file"],
    ['{"type": "int"}', "#/type 'int' is not a type"],
    ['{"items": {"anyOf": [{"x": 1}]}}', "#/items/anyOf/0/x is not a keyword we enforce"],
    ["[]", "(the whole schema) must be an object"],
  ])("%s", (text, message) => {
    expect(() => parseSchema(text, "config.schema.json")).toThrow(
      expect.objectContaining({ code: "CONFIG_SCHEMA_INVALID", message: expect.stringContaining(message) }),
    )
  })

  it("with the place where it is not even JSON", () => {
    expect(() => parseSchema("{", "config.schema.json")).toThrow("config.schema.json:1:2 is not JSON")
  })
})

describe("secretPaths (decisions 22)", () => {
  it("covers a marked key and everything below it", () => {
    const schema = parseJson(
      '{"properties": {"db": {"properties": {"password": {"secret": true}}}, "keys": {"secret": true}}}',
      "x",
    ) as JsonSchema
    const isSecret = secretPaths(schema)
    expect([["db", "password"], ["keys"], ["keys", "a"]].map(isSecret)).toEqual([true, true, true])
    expect([["db"], ["db", "user"], ["nope", "password"], []].map(isSecret)).toEqual([false, false, false, false])
  })
})
