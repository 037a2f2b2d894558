import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type JsonValue, parseJson } from "../../src/config/json.ts"
import { mergeConfig } from "../../src/config/merge.ts"
import { type ConfigTable, parseToml, toPlain } from "../../src/config/toml.ts"
import { compileTemplate } from "../../src/templating/engine.ts"
import type { TemplateContext, TemplateValue } from "../../src/templating/values.ts"
import { hasShared, sharedPath } from "../support/shared.ts"

type Vector = ReadonlyMap<string, JsonValue>

function vectorsOf(file: string, part = "vectors"): Vector[] {
  if (!hasShared) return []
  const document = parseJson(readFileSync(sharedPath(`vectors/templates/${file}`), "utf8"), file) as Vector
  return document.get(part) as unknown as Vector[]
}

/** default.toml, user.toml and mock data merged in that order, as `plan render` sees them. */
function mergedInputs(inputs: ReadonlyMap<string, string>): ConfigTable {
  const under = (name: string) => new Map([["cfg", parseToml(inputs.get(name) ?? "", name)]])
  const mock = parseJson(inputs.get("mock_data") ?? "{}", "mock_data") as ConfigTable
  return mergeConfig(mergeConfig(under("default_toml"), under("user_toml")), mock)
}

function contextOf(vector: Vector): TemplateContext {
  return Object.fromEntries(vector.get("context") as ReadonlyMap<string, TemplateValue>)
}

function render(vector: Vector, template = vector.get("template") as string): string {
  return compileTemplate({ path: "t", text: template }).render(contextOf(vector)).text
}

function check(vector: Vector): void {
  const expected = vector.get("expected")
  if (typeof expected === "string") expect(render(vector)).toBe(expected)
  else if (expected instanceof Map) {
    const code = expected.get("error") === "parse" ? "TEMPLATE_INVALID" : "TEMPLATE_RENDER_FAILED"
    expect(() => render(vector)).toThrow(expect.objectContaining({ code }))
  } else if (vector.has("expected_contains")) {
    for (const part of vector.get("expected_contains") as string[]) expect(render(vector)).toContain(part)
  } else if (vector.has("equals_template")) {
    expect(render(vector)).toBe(render(vector, vector.get("equals_template") as string))
  } else {
    expect(vector.get("expected_ok")).toBe(true)
    render(vector)
  }
}

describe.skipIf(!hasShared)("the reference's own template facts", () => {
  for (const file of ["dev.json", "engine.json"]) {
    for (const vector of vectorsOf(file)) it(`${file}: ${vector.get("name")}`, () => check(vector))
  }

  for (const vector of vectorsOf("dev.json").filter((candidate) => candidate.has("inputs"))) {
    it(`inputs merge into the context: ${vector.get("name")}`, () => {
      const merged = mergedInputs(vector.get("inputs") as ReadonlyMap<string, string>)
      expect(toPlain(merged)).toEqual(toPlain(vector.get("context") as ConfigTable))
    })
  }

  for (const vector of vectorsOf("dev.json", "deprecated_syntax")) {
    it(`brackets without a dot: ${vector.get("name")}`, () => {
      const [input, expected] = [vector.get("input") as string, vector.get("expected") as string]
      const compile = () => compileTemplate({ path: "t", text: input })
      if (input === expected) return void compile()
      const corrected = expected.split("\n").find((line, index) => line !== input.split("\n")[index]) ?? ""
      const hint = `write {{${/\{\{ (.*) \}\}/.exec(corrected)?.[1]}}}`
      expect(compile).toThrow(expect.objectContaining({ code: "TEMPLATE_INVALID", hint }))
    })
  }
})
