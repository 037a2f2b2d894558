import { describe, expect, it } from "vitest"
import { checkTemplates } from "../../src/templating/check.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const DEFAULTS = `
port = 8080
host = "localhost"
[server]
name = "web"
[empty]
[[backends]]
address = "10.0.0.1"
[[backends]]
address = "10.0.0.2"
weight = 5
`

function check(files: Readonly<Record<string, string>>, binds?: readonly string[]) {
  const placed = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/plan/${name}`, text]))
  const context = { files: memoryFileSystem({ "/plan/default.toml": DEFAULTS, ...placed }) }
  return checkTemplates(context, { directory: "/plan", ...(binds === undefined ? {} : { binds }) })
}

function found(text: string, binds?: readonly string[], file = "config/a.conf"): string[] {
  return check({ [file]: text }, binds).map(({ path, line, column, message, hint }) => {
    const place = path === file ? `${line}:${column}` : `${path}:${line}:${column}`
    return `${place} ${message}${hint === undefined ? "" : `; ${hint}`}`
  })
}

describe("checkTemplates finds", () => {
  it.each([
    ["a\n  {{cfg.prot}}", "2:5 'cfg.prot' is not defined; did you mean 'cfg.port'?"],
    ["{{cfg.server.nmae}}", "1:3 'cfg.server.nmae' is not defined; did you mean 'cfg.server.name'?"],
    ["{{cgf.port}}", "1:3 'cgf.port' is not defined; did you mean 'cfg'?"],
    ["{{port}}", "1:3 'port' is not defined"],
    ["{{cfg.port.x}}", "1:3 'cfg.port.x' is not defined"],
    ["{{pkg.svc_usr}}", "1:3 'pkg.svc_usr' is not defined; did you mean 'pkg.svc_user'?"],
    ["{{sys.hostnam}}", "1:3 'sys.hostnam' is not defined; did you mean 'sys.hostname'?"],
    ["{{svc.me.sys.ipp}}", "1:3 'svc.me.sys.ipp' is not defined; did you mean 'svc.me.sys.ip'?"],
    ["{{#each cfg.backends as |b|}}{{b.adress}}{{/each}}", "1:32 'b.adress' is not defined; did you mean 'b.address'?"],
    ["{{#each cfg.backends}}{{../port}}{{/each}}", "1:25 '../port' is not defined"],
    ["{{#each cfg.backends}}{{wieght}}{{/each}}", "1:25 'wieght' is not defined; did you mean 'weight'?"],
    ["{{#with cfg.server}}{{cfg.port}}{{/with}}", "1:23 'cfg.port' is not defined"],
    ["{{#each cfg.nope}}{{/each}}", "1:9 'cfg.nope' is not defined"],
    ["{{@index}}", "1:3 '@index' is not defined"],
    ["{{cfg.backends.length}}", "1:3 cfg.backends.length: a list has numbered items"],
    ["{{toUpperCase cfg.host}}", "1:3 the helper 'toUpperCase' is not defined; did you mean 'toUppercase'?"],
    [
      "{{#server}}{{/server}}",
      "1:4 the helper 'server' is not defined; sections are not supported: write {{#each server}}, {{#with server}} or {{#if server}}",
    ],
    ["{{strJoin cfg.backends}}", "1:3 strJoin is called with too little; it is used as {{strJoin list separator}}"],
    ["{{> sub/part}}", "1:1 the partial 'sub/part' does not exist"],
    ["{{#if cfg.tls}}", "1:1 the block 'if' is never closed; add {{/if}}"],
    ["{{strConcat (toJson cfg.nope)}}", "1:21 'cfg.nope' is not defined"],
    ["{{#if (nope cfg.x)}}{{/if}}", "1:8 the helper 'nope' is not defined"],
  ])("%j", (text, finding) => {
    expect(found(text)).toEqual([finding])
  })

  it("names of binds where they are known", () => {
    expect(found("{{bind.databse.first.sys.ip}}", ["database"])).toEqual([
      "1:3 'bind.databse.first.sys.ip' is not defined; did you mean 'bind.database'?",
    ])
    expect(
      found("{{#eachAlive bind.db.members as |m|}}{{m.sys.ip}}{{m.cfg.whatever}}{{m.sis}}{{/eachAlive}}", ["db"]),
    ).toEqual(["1:70 'm.sis' is not defined; did you mean 'm.sys'?"])
    expect(found("{{bind.any.first.x}}")).toEqual([])
  })

  it("what install hooks do not see", () => {
    const text = "#!/bin/sh\n{{pkg.svc_config_install_path}} {{svc.me}}"
    expect(found(text, undefined, "hooks/install")).toEqual(["2:35 'svc.me' is not defined"])
    expect(found(text, undefined, "hooks/uninstall.sh")).toEqual(["2:35 'svc.me' is not defined"])
    expect(found("{{sys.ip}}", undefined, "config_install/x")).toEqual(["1:3 'sys.ip' is not defined"])
    expect(found("{{svc.me.member_id}}", undefined, "hooks/install-check")).toEqual([])
  })

  it("mistakes of partials through the eyes of those who include them, in their own file", () => {
    const files = {
      "config/main": "{{> sub/part.conf cfg.server extra=1}}",
      "config/sub/part.conf": "{{name}} {{extra}}\n{{nmae}}",
    }
    expect(check(files)).toEqual([
      {
        path: "config/sub/part.conf",
        line: 2,
        column: 3,
        message: "'nmae' is not defined",
        hint: "did you mean 'name'?",
        frame: "  1 | {{name}} {{extra}}\n  2 | {{nmae}}\n    |   ^",
      },
    ])
  })

  it("all of it, with the lines around", () => {
    const findings = check({ "config/a": "x\n{{nope}}\ny", "config/b": "{{#if", "hooks/run": "{{cfg.nope}}" })
    expect(findings.map(({ path, frame }) => [path, frame])).toEqual([
      ["config/a", "  1 | x\n  2 | {{nope}}\n    |   ^\n  3 | y"],
      ["config/b", "  1 | {{#if\n    | ^"],
      ["hooks/run", "  1 | {{cfg.nope}}\n    |   ^"],
    ])
  })
})

describe("checkTemplates leaves alone", () => {
  it.each([
    "{{#if cfg.tls}}{{cfg.tls.cert}}{{/if}}",
    "{{cfg.tls}} {{#unless cfg.tls}}{{/unless}}",
    "{{#with cfg.tls as |t|}}{{t.cert}}{{cert}}{{/with}}",
    "{{#if (and cfg.tls (not cfg.plain))}}{{cfg.plain.x}}{{/if}}",
    "{{#each cfg.extra}}{{anything}}{{@key}}{{else}}none{{/each}}",
    "{{#each cfg.backends as |b|}}{{#if b.tls}}{{b.tls}}{{/if}}{{b.weight}}{{/each}}",
    "{{#each cfg.empty}}{{this.x}}{{@key}}{{@../index}}{{/each}}".replace("{{@../index}}", ""),
    "{{#each cfg.server as |value key|}}{{key}}={{value}}{{#unless @last}},{{/unless}}{{/each}}",
    "{{#eachAlive svc.members as |m i|}}{{i}}{{m.cfg.port}}{{m.pkg.version}}{{#if @first}}{{/if}}{{/eachAlive}}",
    "{{svc.leader.sys.ip}}{{svc.org}}{{svc.update_leader.member_id}}",
    "{{pkg.env.ANY}}{{pkg.exports.any}}{{pkg.deps.[0].name}}{{lookup cfg.backends 0}}",
    "{{#each pkg.exposes as |port|}}{{port}}{{/each}}",
    '{{#*inline "p"}}{{x}}{{/inline}}{{> p x=1}}',
    "{{#> missing}}{{cfg.port}}{{/missing}}",
    "{{{{raw}}}}{{nope}}{{{{/raw}}}} \\{{nope}} {{! {{nope}} }}",
    "{{@root.cfg.port}}{{this.cfg.port}}{{cfg/port}}",
  ])("%s", (text) => {
    expect(found(text)).toEqual([])
  })

  it("what is not ours: files of .hab-raw, binary files, plans without templates", () => {
    expect(check({ "config/.hab-raw": "*.json", "config/grafana.json": "{{job}}", "config/bin": "\u0000{{x" })).toEqual(
      [],
    )
    expect(checkTemplates({ files: memoryFileSystem({ "/plan": undefined }) }, { directory: "/plan" })).toEqual([])
  })
})
