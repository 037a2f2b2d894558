import { describe, expect, it } from "vitest"
import { ConfigDateTime, ConfigFloat } from "../../src/config/value.ts"
import { compileTemplate } from "../../src/templating/engine.ts"
import { BLOCK_HELPERS, HELPERS, helperNames } from "../../src/templating/helper-table.ts"
import type { TemplateContext } from "../../src/templating/values.ts"

function render(text: string, context: TemplateContext): string {
  return compileTemplate({ path: "t", text }).render(context).text
}

function refusal(text: string, context: TemplateContext): string {
  try {
    render(text, context)
  } catch (error) {
    return (error as Error).message
  }
  return "accepted"
}

const release = "20240101000000"
const deps = [
  { origin: "core", name: "a", version: "1.0", release },
  { origin: "core", name: "a", version: "2.0", release },
  { origin: "acme", name: "redis-c", version: "7", release },
]

describe("Habitat's helpers (spec supervisor §5.3)", () => {
  const context = {
    s: "a.b.c",
    l: ["x", 1, new ConfigFloat(2), null, [true, "q"], { dropped: 1 }],
    t: new Map<string, unknown>([
      ["z", new ConfigFloat(1)],
      ["8080", "é"],
      ["d", new ConfigDateTime("2024-02-29")],
    ]),
    pkg: { deps },
  } as TemplateContext

  it.each([
    ['{{pkgPathFor "core/a"}}', `/hab/pkgs/core/a/1.0/${release}`],
    ['{{pkgPathFor "core/a/2.0"}}', `/hab/pkgs/core/a/2.0/${release}`],
    [`{{pkgPathFor "acme/redis-c/7/${release}"}}`, `/hab/pkgs/acme/redis-c/7/${release}`],
    ['[{{pkgPathFor "core/zzz"}}]', "[]"],
    ["{{strConcat s l t nope}}{{strConcat}}", "a.b.c[x,1,2.0,null,[true,q],{dropped:1}]null"],
    ['{{strJoin l ", "}}', "x, 1, 2.0, null, [true,q]"],
    ['{{strReplace s "." "$&"}}', "a$&b$&c"],
    ['{{strReplace s "" "-"}}', "-a-.-b-.-c-"],
    ['{{toUppercase s}}{{toLowercase "ÀB"}}', "A.B.Càb"],
    ["{{toJson t}}", '{\n  "z": 1.0,\n  "8080": "é",\n  "d": "2024-02-29"\n}'],
    ['{{toJson nope}}{{toJson "a/b"}}', 'null"a/b"'],
    ["{{toToml t}}", 'z = 1.0\n8080 = "é"\nd = 2024-02-29\n'],
    ['{{toToml s}} {{toToml "it\'s"}} {{toToml t.d}}', '"a.b.c" "it\'s" 2024-02-29'],
    ["{{toYaml t}}{{toYaml s}}", "z: 1.0\n'8080': é\nd: 2024-02-29\na.b.c\n"],
    ["{{#if (toJson nope)}}a text, so true{{/if}}", "a text, so true"],
  ])("%s prints %j", (text, printed) => {
    expect(render(text, context)).toBe(printed)
  })

  it.each([
    ["{{pkgPathFor 5}}", "pkgPathFor needs an identifier such as core/redis, not the number 5"],
    ['{{pkgPathFor "redis"}}', "pkgPathFor needs an identifier such as core/redis, not 'redis'"],
    ["{{pkgPathFor nope}}", "pkgPathFor needs an identifier such as core/redis, not nothing"],
    ['{{strJoin s ","}}', "strJoin needs a list to join, not the text 'a.b.c'"],
    ["{{strJoin l 1}}", "strJoin needs a separator, not the number 1"],
    ['{{strReplace s 1 "x"}}', "strReplace needs the text to replace, not the number 1"],
    ['{{strReplace s "a" l}}', "strReplace needs a replacement, not a list"],
    ["{{toLowercase t}}", "toLowercase needs a text, not a table"],
    ["{{toUppercase true}}", "toUppercase needs a text, not true"],
    ["{{toUppercase t.d}}", "toUppercase needs a text, not the date 2024-02-29"],
    ["{{toToml nope}}", "toToml cannot say 'nothing' in TOML"],
    ["{{toToml l}}", "toToml cannot say 'nothing' in TOML"],
    ["{{strJoin long s}}", `not the text '${"x".repeat(40)}…'`],
  ])("%s is refused", (text, message) => {
    expect(refusal(text, { ...context, long: "x".repeat(100) })).toContain(message)
  })

  it("finds packages where the package itself is, or where it is told", () => {
    const pkg = { deps, path: `/srv/root/hab/pkgs/acme/x/1/${release}`, ident: `acme/x/1/${release}` }
    expect(render('{{pkgPathFor "core/a"}}', { pkg })).toBe(`/srv/root/hab/pkgs/core/a/1.0/${release}`)
    const template = compileTemplate({ path: "t", text: '{{#with pkg}}{{pkgPathFor "core/a"}}{{/with}}' })
    expect(template.render({ pkg }, { packagesRoot: "/p" }).text).toBe(`/p/core/a/1.0/${release}`)
    expect(render('[{{pkgPathFor "core/a"}}]', {})).toBe("[]")
  })

  it("takes the else part of eachAlive where there is no list, not where nobody is alive", () => {
    const template = "[{{#eachAlive m}}{{@index}}{{@first}}{{@last}} {{else}}none{{/eachAlive}}]"
    expect(render(template, {})).toBe("[none]")
    expect(render(template, { m: [{ alive: false }] })).toBe("[]")
    expect(render(template, { m: [{ alive: false }, { alive: true }, { alive: true }, { alive: false }] })).toBe(
      "[1truefalse 2falsetrue ]",
    )
  })

  it("ignores what eachAlive cannot be sure of", () => {
    const members = ["text", { alive: true, n: 1 }, { n: 2 }, { alive: false, n: 3 }, new Map([["alive", true]])]
    expect(
      render("{{#eachAlive m as |v i|}}{{i}}/{{@index}}:{{v.n}}{{#if @last}}.{{/if}} {{/eachAlive}}", { m: members }),
    ).toBe("1/1:1 2/2:. ")
  })
})

describe("the table of helpers", () => {
  it("says of each how it is used and what it does", () => {
    for (const [name, { usage, summary }] of [...HELPERS, ...Object.entries(BLOCK_HELPERS)]) {
      expect(usage).toContain(name)
      expect(summary).toMatch(/^[A-Z].*\.$/)
    }
    expect(helperNames()).toHaveLength(HELPERS.size + Object.keys(BLOCK_HELPERS).length)
  })
})
