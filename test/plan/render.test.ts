import { readdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { printJson } from "../../src/config/json.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { createStore } from "../../src/package/store.ts"
import { type RenderPlanRequest, renderPlan } from "../../src/plan/render.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { toJsonValue } from "../../src/templating/values.ts"
import { planTree } from "../../src/templating/write-changed.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { realContext, realTemplates } from "../support/real-templates.ts"
import { planValues } from "./plan-values.ts"

const layout = createLayout({ root: "/", enclosed: true })

function render(
  given: Readonly<Record<string, string>>,
  request: Partial<RenderPlanRequest> = {},
  installed: Record<string, string> = {},
) {
  const plan = Object.fromEntries(Object.entries(given).map(([name, text]) => [`/plan/${name}`, text]))
  return renderIn(memoryFileSystem({ ...plan, ...installed }), {
    directory: "/plan",
    defaultToml: "/plan/default.toml",
    ...request,
  })
}

function renderIn(
  files: FileSystem,
  request: Pick<RenderPlanRequest, "directory" | "defaultToml"> & Partial<RenderPlanRequest>,
) {
  const store = createStore({ files, layout, target: "x86_64-linux" })
  const rendered = renderPlan({ files, layout, store }, { values: undefined, members: 3, mode: "lenient", ...request })
  const texts = rendered.files.map(({ path: name, bytes }) => [name, Buffer.from(bytes).toString()])
  return {
    texts: Object.fromEntries(texts) as Record<string, string>,
    warnings: rendered.warnings.map(({ message }) => message),
    logs: rendered.logs,
  }
}

describe("hab plan render (spec package §7.3)", () => {
  it("merges default.toml, user.toml and the mock data into cfg, the later over the earlier", () => {
    const { texts } = render(
      {
        "default.toml": 'dir = "default"\nlevel = "default"\ncenter = "default"\n[t]\na = 1\nb = 1',
        "user.toml": 'level = "user"\ncenter = "user"\n[t]\nb = 2',
        "mock.json": '{"cfg": {"center": "mock", "t": {"c": 3.0}}, "anything": "else"}',
        "config/a.json": "{{cfg.dir}} {{cfg.level}} {{cfg.center}} {{toJson cfg.t}} {{anything}}",
      },
      { userToml: "/plan/user.toml", mockData: "/plan/mock.json" },
    )
    expect(texts["config/a.json"]).toBe('default user mock {\n  "a": 1,\n  "b": 2,\n  "c": 3.0\n} else')
  })

  it("makes up a group of members that are alive, and what each bind asks for", () => {
    const values = planValues({
      pkg_name: "web",
      pkg_origin: "acme",
      pkg_exports: new Map([["port", "http.port"]]),
      pkg_exposes: ["port"],
      pkg_binds: new Map([["db", "port host"]]),
      pkg_svc_user: "web",
    })
    const { texts, warnings } = render(
      {
        "default.toml": "[http]\nport = 80",
        "config/a": [
          "{{pkg.name}} {{pkg.svc_user}} {{pkg.exposes}} {{svc.me.cfg.port}} {{svc.members.1.sys.ip}}",
          "{{#eachAlive bind.db.members as |m|}}{{m.cfg.host}}:{{m.cfg.port}} {{/eachAlive}}",
          "{{sys.member_id}} {{bind.db.first.sys.hostname}} {{#if svc.leader}}led{{else}}none{{/if}}",
        ].join("\n"),
      },
      { values, members: 2 },
    )
    expect(warnings).toEqual([])
    expect(texts["config/a"]).toBe(
      ["web web [80] 80 10.0.0.2", "db-host:8080 db-host:8080 ", "00000000000000000000000000000001 db-1 none"].join(
        "\n",
      ),
    )
  })

  it("shows dependencies that are installed with their releases, and others with made-up ones", () => {
    const values = planValues({ pkg_name: "web", pkg_origin: "acme", pkg_deps: ["core/jre", "core/openssl/3"] })
    const installed = {
      "/hab/pkgs/core/jre/8/20200101000000/TARGET": "x86_64-linux",
      "/hab/pkgs/core/jre/8/20200101000000/IDENT": "core/jre/8/20200101000000",
    }
    const { texts } = render(
      { "config/a": '{{pkgPathFor "core/jre"}} {{pkgPathFor "core/openssl"}}' },
      { values },
      installed,
    )
    expect(texts["config/a"]).toBe("/hab/pkgs/core/jre/8/20200101000000 /hab/pkgs/core/openssl/3/20240102030405")
  })

  it("renders one template alone, with those that it includes", () => {
    const plan = {
      "config/a": "{{> b who='you'}}{{cfg.nope}}",
      "config/b": "for {{who}}{{cfg.neither}}",
      "hooks/run.sh": "#!/bin/sh",
    }
    const { texts, warnings } = render(plan, { template: "/plan/config/a" })
    expect(texts).toEqual({ "config/a": "for you" })
    expect(warnings).toContain("'cfg.nope' is not defined")
    expect(render({ "config/a": "{{log 'port' 80}}" }).logs).toEqual(["port 80"])
    expect(Object.keys(render(plan).texts)).toEqual(["config/a", "config/b", "hooks/run.sh"])
  })

  it("renders install hooks and config_install from the package alone", () => {
    const { texts } = render({
      "hooks/install": "{{pkg.svc_config_install_path}}[{{svc.group}}]",
      "hooks/init": "[{{svc.group}}]",
      "config_install/a": "{{pkg.name}}[{{sys.ip}}]",
    })
    expect(texts).toEqual({
      "config_install/a": "plan[]",
      "hooks/install": "/hab/svc/plan/config_install[]",
      "hooks/init": "[default]",
    })
  })

  it("refuses mock data that is no JSON object, missing files, and undefined variables in strict mode", () => {
    const plan = { "bad.json": "[1]", "worse.json": "{", "config/a": "{{cfg.nope}}" }
    expect(() => render(plan, { mockData: "/plan/bad.json" })).toThrow(/bad\.json holds no JSON object/)
    expect(() => render(plan, { mockData: "/plan/worse.json" })).toThrow(
      expect.objectContaining({ code: "JSON_INVALID" }),
    )
    expect(() => render(plan, { userToml: "/plan/none.toml" })).toThrow(/there is no file \/plan\/none\.toml/)
    expect(() => render(plan, { mode: "strict" })).toThrow(/config\/a:1:3: 'cfg\.nope' is not defined/)
  })

  it.each(readdirSync(realTemplates("")))(
    "gives the bytes of the supervisor for %s, given what its templates see",
    (program) => {
      const directory = realTemplates(program)
      const context = realContext(program)
      const mock = printJson(toJsonValue(context))
      const files: FileSystem = Object.create(systemFiles, {
        stat: {
          value: (file: string) =>
            file === "/mock.json" ? { kind: "file", size: mock.length } : systemFiles.stat(file),
        },
        readFile: { value: (file: string) => (file === "/mock.json" ? Buffer.from(mock) : systemFiles.readFile(file)) },
      })
      const { texts } = renderIn(files, {
        directory,
        defaultToml: path.join(directory, "default.toml"),
        mockData: "/mock.json",
      })
      const supervised = planTree({ files }, { from: `${directory}/config`, to: "/nowhere", context })
      expect(supervised.files.length).toBeGreaterThan(0)
      for (const { path: name, bytes } of supervised.files)
        expect(texts[`config/${name}`]).toBe(Buffer.from(bytes).toString())
    },
  )
})
