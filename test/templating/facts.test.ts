import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { type JsonValue, parseJson } from "../../src/config/json.ts"
import { compileTemplate } from "../../src/templating/engine.ts"
import type { TemplateValue } from "../../src/templating/values.ts"

const file = "fixtures/templates/facts.json"
const facts = parseJson(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"), file) as ReadonlyMap<
  string,
  readonly ReadonlyMap<string, JsonValue>[]
>

function render(fact: ReadonlyMap<string, JsonValue>): string {
  const context = Object.fromEntries(fact.get("sees") as ReadonlyMap<string, TemplateValue>)
  return compileTemplate({ path: "t", text: fact.get("template") as string }).render(context).text
}

describe.each([...facts])("what the reference prints (spec supervisor §5.2, §5.3): %s", (_, rows) => {
  for (const fact of rows) {
    it(fact.get("title") as string, () => {
      const refused = fact.get("refused")
      if (refused === undefined) expect(render(fact)).toBe(fact.get("prints"))
      else {
        const code = refused === "when compiled" ? "TEMPLATE_INVALID" : "TEMPLATE_RENDER_FAILED"
        expect(() => render(fact)).toThrow(expect.objectContaining({ code }))
      }
    })
  }
})
