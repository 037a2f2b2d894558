import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { parseToml } from "../../src/config/toml.ts"
import { compileTemplate, type RenderOptions, type Template } from "../../src/templating/engine.ts"
import type { TemplateContext } from "../../src/templating/values.ts"

function render(text: string, context: TemplateContext = {}, options: RenderOptions = {}): string {
  return compileTemplate({ path: "t.conf", text }).render(context, options).text
}

/** Any code points; the library's own unit for them takes seconds to build. */
const anyText = fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((points) => String.fromCodePoint(...points))

function refusal(text: string, context: TemplateContext = {}, options: RenderOptions = {}) {
  try {
    render(text, context, options)
  } catch (error) {
    if (error instanceof HabError) return { code: error.code, message: error.message, hint: error.hint }
    throw error
  }
  throw new Error(`accepted: ${text}`)
}

function registry(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Template> {
  return new Map(Object.entries(texts).map(([path, text]) => [path, compileTemplate({ path, text })]))
}

describe("values of default.toml print as they are written (decisions 34)", () => {
  const cfg = parseToml(
    "f = 1.0\nbig = 9007199254740993\nday = 2024-02-29\nat = 07:32:00\ninf = inf\nnan = nan\n8080 = 'http'\n443 = 'https'\nl = [1.0, [2, {}], 'x']",
    "default.toml",
  )

  it.each([
    ["{{cfg.f}} {{cfg.big}} {{cfg.day}} {{cfg.at}}", "1.0 9007199254740993 2024-02-29 07:32:00"],
    ["[{{cfg.inf}}{{cfg.nan}}]", "[]"],
    ["{{#if cfg.inf}}yes{{else}}no{{/if}} {{#if cfg.day}}yes{{/if}}", "no yes"],
    ["{{cfg.l}}", "[1.0, [2, [object]], x]"],
    ["{{cfg.8080}} {{cfg.[443]}}", "http https"],
    ["{{#each cfg as |v k|}}{{k}} {{/each}}", "f big day at inf nan 8080 443 l "],
    ["{{strConcat cfg.f cfg.big cfg.day}}", "1.090071992547409932024-02-29"],
    ["{{toJson cfg.l}}", '[\n  1.0,\n  [\n    2,\n    {}\n  ],\n  "x"\n]'],
    [
      '{{eq cfg.f 1.0}} {{eq cfg.f 1}} {{gt cfg.big 9007199254740992}} {{eq cfg.day "2024-02-29"}}',
      "true false true true",
    ],
  ])("%s prints %s", (text, printed) => {
    expect(render(text, { cfg })).toBe(printed)
  })
})

describe("what the reference accepts and Handlebars' grammar refuses", () => {
  const context = { x: 1, a: { 0: "zero", true: "T", false: "F", null: "N", undefined: "U", b: [["deep"]] } }

  it.each([
    ["{{ #if x }}y{{ /if }}", "y"],
    ["{{# if x }}y{{/ if }}", "y"],
    ["a {{ ~ x ~ }} b", "a1b"],
    ["{{~ #if x ~}} y {{ ~ else ~ }} n {{~ /if ~}}", "y"],
    ["{{\n#if\n  x\n}}y{{\n/if\n}}", "y"],
    ["{{a.0}} {{a.true}} {{a.false}} {{a.null}} {{a.undefined}}", "zero T F N U"],
    ["{{a.b.0.0}} {{a/b/0/0}} {{../a.0}} {{this.a.0}} {{@root.a.0}}", "deep deep zero zero zero"],
    ['{{lookup a "0"}} {{eq 1.5 1.5}} {{eq -1 -1}}', "zero true true"],
    ["{{len [1, 2, 3]}} {{eq [5] [5]}} {{#if []}}y{{else}}n{{/if}}", "3 true n"],
    ['{{strConcat "tab\\tquote\\"" \'single "double"\' "\\u00e9"}}', "tab\\tquote\\single \\double\\é"],
    ["{{ & x }} {{{ x }}} {{ > p }}", "1 1 partial"],
  ])("%j", (text, printed) => {
    expect(render(text, context, { partials: registry({ p: "partial" }) })).toBe(printed)
  })
})

describe("scopes", () => {
  const context = { r: "R", a: [{ n: "p", b: { k: 1 } }], x: "outer" }

  it.each([
    [
      "with opens a scope without @index",
      "{{#each a}}{{#with b}}[{{@index}}]{{../n}}{{../../r}}{{/with}}{{/each}}",
      "[]pR",
    ],
    ["too many ../ mean the scope at hand", "{{../../r}}{{#each a}}{{../../../n}}{{/each}}", "Rp"],
    [
      "block parameters hide data, this. does not see them",
      "{{#each a as |r|}}{{r.n}}[{{this.r}}]{{@root.r}}{{/each}}",
      "p[]R",
    ],
    [
      "block parameters reach into inner blocks and behind ../",
      "{{#each a as |m|}}{{#with m.b}}{{m.n}}{{../m.n}}{{/with}}{{/each}}",
      "pp",
    ],
    [
      "if, unless and comparisons open none",
      '{{#each a}}{{#eq n "p"}}{{#if n}}{{n}}{{../r}}{{@index}}{{/if}}{{/eq}}{{/each}}',
      "pR0",
    ],
    ["a key of a table is data, not a helper, when a path leads to it", "{{this.len}}{{./x}}", "outer"],
    [
      "inherited properties are not data",
      "[{{constructor}}{{__proto__}}{{a.constructor}}]",
      { code: "TEMPLATE_RENDER_FAILED" },
    ],
    [
      "inherited properties of tables are not data",
      "[{{constructor}}{{__proto__}}{{toString}}{{b.hasOwnProperty}}]",
      "[]",
    ],
  ])("%s", (_, text, printed) => {
    if (typeof printed === "string") expect(render(text, context)).toBe(printed)
    else expect(refusal(text, context)).toMatchObject(printed)
  })
})

describe("what the reference's engine settles (spec supervisor §5.2)", () => {
  const context: TemplateContext = {
    x: 1,
    zero: 0,
    nothing: null,
    nan: parseToml("x = nan", "x").get("x") as number,
    len: "data",
    t: { k: "v" },
    l: ["a", "b"],
    "a-b": 1,
    a_b: 2,
    a$b: 3,
    "a:b": 4,
    é: 5,
  }

  it.each([
    ["null prints nothing", "[{{nothing}}]", "[]"],
    ["integers print plain", "{{x}} {{zero}}", "1 0"],
    ["not-a-number is false", "{{#if nan}}yes{{else}}no{{/if}}", "no"],
    [
      "zero is false unless it is included",
      "{{#if zero}}y{{else}}n{{/if}}{{#if zero includeZero=true}}y{{else}}n{{/if}}",
      "ny",
    ],
    ["a name without a helper is data", "{{x}} {{t.k}} {{this.len}}", "1 v data"],
    ["bare keys may have - _ $ : and letters of any script", "{{a-b}}{{a_b}}{{a$b}}{{a:b}}{{é}}", "12345"],
    [
      "if, unless, each and with are there",
      "{{#if x}}i{{/if}}{{#unless zero}}u{{/unless}}{{#each l}}{{this}}{{/each}}{{#with t}}{{k}}{{/with}}",
      "iuabv",
    ],
    [
      "lookup, raw, log and len are there",
      '{{lookup l 1}}{{{{raw}}}}{{x}}{{{{/raw}}}}{{log "said"}}{{len l}}',
      "b{{x}}2",
    ],
    [
      "eq, ne, gt, gte, lt and lte are there",
      "{{eq x 1}} {{ne x 1}} {{gt x 0}} {{gte x 1}} {{lt x 1}} {{lte x 0}}",
      "true false true true false false",
    ],
    ["and, or and not are there", "{{and x zero}} {{or zero x}} {{not x}}", "false true false"],
    ["a comment alone on its line takes the line with it", "a\n  {{! one }}  \n{{!-- two --}}\nb", "a\nb"],
    ["a partial alone on its line takes the line with it", "a\n{{> p}}\nb", "a\nPb"],
    ["the end of the text ends a line too", "a\n{{#if x}}\nb\n{{/if}}", "a\nb\n"],
    [
      "what a helper prints is a text to the next",
      '{{#if (toJson zero)}}text{{/if}} {{toUppercase (toJson "a")}}',
      'text "A"',
    ],
  ])("%s", (_, text, printed) => {
    expect(render(text, context, { partials: registry({ p: "P" }) })).toBe(printed)
  })

  it("a helper goes before data of its name", () => {
    expect(refusal("{{len}}", context).message).toContain("len is called with too little")
  })
})

describe("conditions as blocks", () => {
  it.each([
    ["{{#eq x 1}}y{{else}}n{{/eq}}{{#ne x 1}}y{{else}}n{{/ne}}", "yn"],
    ["{{#and x 1}}y{{/and}}{{#or z x}}y{{/or}}{{#not z}}y{{/not}}", "yyy"],
    ["{{#if z}}a{{else eq x 1}}b{{else}}c{{/if}}", "b"],
    ["{{#if x includeZero=true}}{{/if}}{{#if zero includeZero=true}}z{{/if}}{{#unless zero}}u{{/unless}}", "zu"],
    [
      '{{gt 53 "35"}} {{lt "-1.00" 0}} {{gt "b" "a"}} {{gt "x" 1}} {{lte x x}} {{gte true false}}',
      "true true true false true true",
    ],
    ['{{len "é"}} {{len x}} {{lookup l 0}}{{lookup l "0"}}{{lookup l -1}}{{lookup x "a"}}', "2 0 a"],
    ["{{if x}}{{#len l}}ignored{{/len}}", "1"],
  ])("%s", (text, printed) => {
    expect(render(text, { x: 1, zero: 0, l: ["a"] })).toBe(printed)
  })
})

describe("partials", () => {
  const partials = registry({
    "sub/file.conf": "<{{x}}{{y}}{{@root.x}}{{../x}}>",
    "lines.txt": "one\n{{x}}\n\n",
    layout: "[{{> @partial-block}}|{{> @partial-block}}]",
    outer: "({{#> layout}}{{> @partial-block}}{{/layout}})",
    self: "{{> self}}",
    ping: "{{> pong}}",
    pong: "{{> ping}}",
  })
  const context = { x: 1, t: { x: 2 }, name: "sub/file.conf" }

  it.each([
    ["are named by their path", '{{> sub/file.conf}}{{> "sub/file.conf"}}', "<111><111>"],
    ["take a context and a hash", "{{> sub/file.conf t y=3}}{{> sub/file.conf y=t.x}}", "<2312><1211>"],
    ["may have a computed name", '{{> (lookup this "name") t}}', "<212>"],
    ["indent every line by what stands before them", "a:\n  {{> lines.txt}}\nb\n", "a:\n  one\n  1\n  \nb\n"],
    ["are not indented within a line", "a: {{> lines.txt}}\nb", "a: one\n1\n\n\nb"],
    ["may be defined inline, and replaced", '{{#*inline "p"}}i{{x}}{{/inline}}{{> p}}{{> p t}}', "i1i2"],
    ["may stand around a block", "{{#> layout}}{{x}}{{/layout}}{{#> outer}}in{{/outer}}", "[1|1]([in|in])"],
    ["may be missing when they have a block", "{{#> nope}}{{x}}{{/nope}}", "1"],
    ["see inline partials of their block", '{{#> layout}}{{#*inline "q"}}Q{{/inline}}{{> q}}{{/layout}}', "[Q|Q]"],
  ])("%s", (_, text, printed) => {
    expect(render(text, context, { partials })).toBe(printed)
  })

  it.each([
    ["{{> self}}", "self:1:1: the template 'self' includes itself"],
    ["{{> ping}}", "partials include each other more than 60 levels deep"],
    ["{{> layuot}}", "t.conf:1:1: the partial 'layuot' does not exist"],
    ["{{> @partial-block}}", "the partial '@partial-block' does not exist"],
    ['{{> (lookup this "t")}}', "the name of a partial must be a text"],
  ])("refuse %s", (text, message) => {
    expect(refusal(text, context, { partials })).toMatchObject({
      code: "TEMPLATE_RENDER_FAILED",
      message: expect.stringContaining(message),
    })
  })

  it("name their own file in errors and warnings", () => {
    const own = registry({ "bad.conf": "x\n{{nope 1}}", "warn.conf": "\n {{prot}}" })
    expect(refusal("{{> bad.conf}}", context, { partials: own }).message).toContain("bad.conf:2:3: the helper 'nope'")
    const { warnings } = compileTemplate({ path: "t", text: "{{> warn.conf}}" }).render({ port: 1 }, { partials: own })
    expect(warnings).toEqual([
      { path: "warn.conf", line: 2, column: 4, message: "'prot' is not defined", hint: "did you mean 'port'?" },
    ])
  })
})

describe("a template is refused at its place", () => {
  it.each([
    ["a\n{{#if x}}\nb", "t.conf:2:1: the block 'if' is never closed", "add {{/if}}"],
    ["{{#if x}}{{/each}}", "t.conf:1:10: {{/each}} cannot close 'if' of line 1", undefined],
    ["x{{/if}}", "t.conf:1:2: {{/if}} closes nothing", undefined],
    ["x\n  {{cfg.x", "t.conf:2:3: this tag never ends", "close it with }}, or write \\{{ for two literal braces"],
    ["{{{x}}", "t.conf:1:1: '{{{' is closed by '}}' only", undefined],
    ["{{! c", "t.conf:1:1: this comment never ends", "end it with }}"],
    ["{{!-- c }}", "t.conf:1:1: this comment never ends", "end it with --}}"],
    ["{{{{raw}}}}x", "t.conf:1:1: this raw block never ends", "end it with {{{{/raw}}}}"],
    ["{{{{raw", "t.conf:1:1: this tag never ends", "close it with }}}}"],
    ["{{else}}", "t.conf:1:1: this {{else}} is outside any block", undefined],
    ["{{^x}}{{/x}}", "inverse sections such as {{^x}} are not supported", "use {{#unless …}}"],
    ["ab {{ foo[bar][baz] }}", "t.conf:1:10: '[' needs a '.' in front of it", "write {{foo.[bar].[baz]}}"],
    ["{{foo=1}}", "t.conf:1:6: '=' makes no sense here", undefined],
    ["\r\n{{#each a as |x}}{{/each}}", "t.conf:2:16: '}}' makes no sense here", undefined],
    ["{{a.b.this}}", "t.conf:1:3: Invalid path: a.b.this", undefined],
    ['{{strConcat "a\\qb"}}', 't.conf:1:13: "a\\qb" is not a value', undefined],
    ["{{* deco}}", "decorators are not supported", undefined],
    ["{{#*other}}{{/other}}", "the decorator 'other' is not defined", undefined],
    ["{{#*inline x}}{{/inline}}", "an inline partial needs a name in quotes", undefined],
    ["{{> p a b}}", "a partial takes one context at most", undefined],
    ["{{x}} \ufdd0", "t.conf:1:7: this is no character", undefined],
    ["{{#if x}}".repeat(300) + "{{/if}}".repeat(300), "blocks are nested deeper than 200 levels", undefined],
    [`{{#if ${"(not ".repeat(300)}x${")".repeat(300)}}}{{/if}}`, "nested deeper than 100 levels", undefined],
  ])("%#: %.60s", (text, message, hint) => {
    const refused = refusal(text)
    expect([refused.code, refused.message]).toEqual(["TEMPLATE_INVALID", expect.stringContaining(message)])
    if (hint !== undefined) expect(refused.hint).toBe(hint)
  })

  it("with the lines around it", () => {
    expect(refusal("first\n  {{#if cfg.x}}\nthird\n").message).toBe(
      "t.conf:2:3: the block 'if' is never closed\n  1 | first\n  2 |   {{#if cfg.x}}\n    |   ^\n  3 | third",
    )
  })
})

describe("a rendering is refused at its place", () => {
  it.each([
    ["\n {{nope x}}", "t.conf:2:4: the helper 'nope' is not defined", "the helpers are and, each, eachAlive"],
    ["{{toUpperCase x}}", "the helper 'toUpperCase' is not defined", "did you mean 'toUppercase'?"],
    ["{{#list}}{{/list}}", "the helper 'list' is not defined", "sections are not supported: write {{#each list}}"],
    ["{{list.length}}", "list.length: a list has numbered items, no 'length'", "write {{len list}}"],
    ["{{#if}}{{/if}}", "if is called with too little", "it is used as {{#if value}}"],
    ["{{toJson}}", "toJson is called with too little", "it is used as {{toJson value}}"],
    ["{{toUppercase (len list)}}", "toUppercase needs a text, not the number 1", undefined],
    ["{{#eachAlive 5}}{{/eachAlive}}", "eachAlive needs a list of members, not the number 5", undefined],
    [
      "{{#eachAlive odd}}{{/eachAlive}}",
      "eachAlive needs members whose 'alive' is true or false, not the text 'yes'",
      undefined,
    ],
    ["{{#if (nope)}}{{/if}}", "the helper 'nope' is not defined", undefined],
  ])("%j", (text, message, hint) => {
    const refused = refusal(text, { x: 1, list: [1], odd: [{ alive: "yes" }] })
    expect([refused.code, refused.message]).toEqual(["TEMPLATE_RENDER_FAILED", expect.stringContaining(message)])
    if (hint !== undefined) expect(refused.hint).toContain(hint)
  })

  it("only where it is reached", () => {
    expect(render("{{#if no}}{{nope x}}{{#list}}{{/list}}{{/if}}ok")).toBe("ok")
  })
})

describe("a template that explodes is stopped", () => {
  const context = { l: Array.from({ length: 100 }, (_, index) => index), s: "x".repeat(100), p: "again" }
  const limits = { output: 50_000, steps: 20_000 }
  const partials = registry({ again: "{{> more s=(strConcat s s)}}", more: "{{> again s=(strConcat s s)}}" })

  it.each([
    ["in steps", "{{#each l}}{{#each ../l}}{{#each ../../l}}{{/each}}{{/each}}{{/each}}", "more than 20000 steps"],
    ["in size", "{{#each l}}{{#each ../l}}{{../../s}}{{/each}}{{/each}}", "grows beyond 50000 characters"],
    ["in size of a value", '{{> (lookup this "p")}}', "what strConcat gives is too long"],
  ])("%s", (_, text, message) => {
    expect(refusal(text, context, { partials, limits })).toMatchObject({
      code: "TEMPLATE_TOO_LARGE",
      message: expect.stringMatching(`^(?:t\\.conf|again|more):1:\\d+: .*${message}`),
    })
  })

  it("by limits no real template comes near", () => {
    const rows = Array.from({ length: 1000 }, () => context.l)
    expect(() =>
      render("{{#each rows}}{{#each this}}{{#if this}}{{this}}{{/if}}{{/each}}{{/each}}", { rows }),
    ).not.toThrow()
    expect(render("{{s}}", { s: "x".repeat(10_000_000) })).toHaveLength(10_000_000)
  })
})

describe("an undefined variable", () => {
  function warnings(text: string, context: TemplateContext = { cfg: { port: 80, list: [] } }): string[] {
    return compileTemplate({ path: "t", text })
      .render(context)
      .warnings.map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? `; ${hint}` : ""}`)
  }

  it.each([
    ["a\n  {{cfg.prot}}", ["2:5 'cfg.prot' is not defined; did you mean 'cfg.port'?"]],
    ["{{cgf.port}}", ["1:3 'cgf.port' is not defined; did you mean 'cfg'?"]],
    ['{{toJson cfg.x}} {{strConcat "a" cfg.y}}', ["1:10 'cfg.x' is not defined", "1:34 'cfg.y' is not defined"]],
    ["{{#each cfg.x}}{{/each}}", ["1:9 'cfg.x' is not defined"]],
    ["{{cfg.list.[3]}}", ["1:3 'cfg.list.3' is not defined"]],
    ["{{@key}}", ["1:3 '@key' is not defined"]],
  ])("is warned of in %j", (text, expected) => {
    expect(warnings(text)).toEqual(expected)
  })

  it.each([
    "{{#if cfg.x}}{{cfg.x}}{{/if}}",
    "{{#unless cfg.x}}no{{/unless}}",
    "{{#with cfg.x}}{{y}}{{/with}}",
    "{{#if (and cfg.x (not cfg.y))}}{{/if}}",
    "{{#if (eq cfg.x 1)}}{{else if cfg.y}}{{/if}}",
    "{{#each cfg.x}}{{else}}none{{/each}}",
    "{{#eq cfg.x 1}}{{/eq}}",
    "{{cfg.nothing}}",
  ])("is expected in %s", (text) => {
    expect(warnings(text, { cfg: { nothing: null } })).toEqual([])
  })

  it("is warned of once per place, and a hundred times at most", () => {
    expect(warnings("{{#each l}}{{x}}{{/each}}", { l: [1, 2, 3] })).toHaveLength(1)
    expect(warnings("{{x}}\n".repeat(300))).toHaveLength(100)
  })

  it("is an error in strict mode, all of them at once", () => {
    const render = () =>
      compileTemplate({ path: "t", text: "{{x}}\n{{cfg.prot}}" }).render({ cfg: { port: 1 } }, { mode: "strict" })
    expect(render).toThrow(
      expect.objectContaining({
        code: "TEMPLATE_RENDER_FAILED",
        message: "t:1:3: 'x' is not defined",
        problems: [
          { where: "t:1:3", message: "'x' is not defined" },
          { where: "t:2:3", message: "'cfg.prot' is not defined; did you mean 'cfg.port'?" },
        ],
      }),
    )
  })
})

describe("compiling", () => {
  it("happens once per content", () => {
    const source = { path: "a", text: "{{x}} once" }
    expect(compileTemplate(source)).toBe(compileTemplate({ ...source }))
    expect(compileTemplate(source)).not.toBe(compileTemplate({ ...source, path: "b" }))
  })

  it("leaves text without tags alone, whatever it holds", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!text.includes("{{"))
        expect(render(text)).toBe(text)
      }),
    )
  })

  it("refuses an else part in an inline partial with a place, although the grammar names none", () => {
    expect(() => compileTemplate({ path: "x", text: 'a\n{{#*inline "p"}}{{else}}{{/inline}}' })).toThrow(HabError)
  })

  it("never throws anything but its own errors", () => {
    const piece = fc.constantFrom(
      ...'{{|}}|{{{|}}}|{{#if x}}|{{/if}}|{{else}}|{{~|~}}|\\|\\{{|{{!--|--}}|{{{{raw}}}}|{{{{/raw}}}}|\n| |[|]|.|/|x|0|"|\'|(|)|as |=|#|>|*|^|&|@|..|{{> p}}|{{#*inline "p"}}|{{/inline}}|é|💡'.split(
        "|",
      ),
      "|",
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          render(pieces.join(""), { x: [{ x: 1 }] }, { partials: registry({ p: "{{x}}" }) })
        } catch (error) {
          expect(error).toBeInstanceOf(HabError)
        }
      }),
      { numRuns: 1500 },
    )
  })

  it("collects what {{log}} says", () => {
    const { text, logs } = compileTemplate({ path: "t", text: 'a{{log "x is" x}}b' }).render({ x: [1] })
    expect([text, logs]).toEqual(["ab", ["x is [1]"]])
  })
})
