import { describe, expect, it } from "vitest"
import { type PlanFinding, planFindings, templateFindings } from "../../src/plan/check.ts"
import { locatePlan } from "../../src/plan/locate.ts"
import type { PlanValues } from "../../src/plan/variables.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { planValues } from "./plan-values.ts"

/** The findings of a plan in memory whose variables bash left with these values. */
function check(tree: Readonly<Record<string, string>>, changes: Partial<PlanValues> = {}): readonly PlanFinding[] {
  const named = Object.entries({ "plan.sh": "pkg_name=tree\n", ...tree }).map(([name, text]) => [`/p/${name}`, text])
  const files = memoryFileSystem(Object.fromEntries(named))
  const location = locatePlan({ files }, { context: "/p", target: "x86_64-linux" })
  const planText = files.readText("/p/plan.sh")
  const plan = { planFile: "/p/plan.sh", planText, values: planValues(changes), hasVersionFunction: false }
  return [...planFindings({ files }, { location, plan }), ...templateFindings({ files }, { location, plan })]
}

const short = (findings: readonly PlanFinding[]) =>
  findings.map(({ severity, path, line, column, message }) => `${severity} ${path}:${line}:${column} ${message}`)

describe("the check of a plan", () => {
  it("finds nothing in a plan without mistakes", () => {
    const plan = [
      "pkg_distname=Tree",
      'pkg_source="https://example.com/$pkg_distname.tar.gz"',
      "helper() { :; }",
      "do_build() { helper; }",
      "do_build_twice() { :; }",
      "do_install() { do_build_twice; do_default_install; }",
      "do_after_success() { :; }",
    ].join("\n")
    const tree = {
      "plan.sh": plan,
      "default.toml": "port = 80\n",
      "hooks/run": '#!{{pkgPathFor "core/bash"}}/bin/bash\n',
      "hooks/init.sh": "#!/bin/sh\necho {{cfg.port}}\n",
    }
    const values = {
      pkg_source: "https://example.com/Tree.tar.gz",
      pkg_shasum: "a".repeat(64),
      pkg_deps: ["core/bash/5.1"],
      pkg_exports: new Map([["port", "port"]]),
      pkg_exposes: ["port"],
      pkg_binds: new Map([["database", "port host"]]),
    }
    expect(check(tree, values)).toEqual([])
  })

  it("knows every variable of the format", () => {
    const scalars =
      "name origin version maintainer description upstream_url source filename shasum dirname scaffolding type"
    const service =
      "svc_run svc_user svc_group shutdown_signal shutdown_timeout_sec exports exposes binds binds_optional"
    const lists = "license deps build_deps lib_dirs bin_dirs include_dirs pconfig_dirs interpreters prefix"
    const ours =
      "release target svc_path svc_data_path svc_files_path svc_var_path svc_config_path svc_config_install_path svc_static_path artifact output_path"
    const names = `${scalars} ${service} ${lists} ${ours}`.split(" ")
    const found = check({ "plan.sh": names.map((name) => `pkg_${name}=x`).join("\n") })
    expect(found.filter(({ message }) => message.includes("no variable of the format"))).toEqual([])
  })

  it("names the place, what is wrong, what was meant, and shows the lines around it", () => {
    const [found] = check({ "plan.sh": "pkg_name=tree\n  pkg_licence=(MIT)\npkg_version=1.0\n" })
    expect(found).toEqual({
      severity: "warning",
      path: "plan.sh",
      line: 2,
      column: 3,
      message: "pkg_licence is no variable of the format, and nothing in the plan reads it",
      hint: "did you mean 'pkg_license'?",
      frame: "  1 | pkg_name=tree\n  2 |   pkg_licence=(MIT)\n    |   ^\n  3 | pkg_version=1.0",
    })
  })

  it.each<[string, Readonly<Record<string, string>>, Partial<PlanValues>, string]>([
    ["a callback misspelt", { "plan.sh": "do_biuld() { :; }" }, {}, "warning plan.sh:1:1 do_biuld is no callback"],
    ["a version that is missing", {}, { pkg_version: "" }, "error plan.sh:1:1 pkg_version is not set"],
    [
      "a bind with commas",
      { "plan.sh": "pkg_binds=(\n  [db]=port,host\n)" },
      { pkg_binds: new Map([["db", "port,host"]]) },
      "warning plan.sh:2:4 the bind 'db' asks for 'port,host'",
    ],
    [
      "a bind with a space in its name",
      { "plan.sh": "pkg_binds=([a b]=port)" },
      { pkg_binds: new Map([["a b", "port"]]) },
      "warning plan.sh:1:13 'a b' is not a name of a bind",
    ],
    [
      "a bind without keys",
      { "plan.sh": "pkg_binds=(db=port)" },
      { pkg_binds: new Map([["db", ""]]) },
      "warning plan.sh:1:12 the bind 'db' asks for no key",
    ],
    [
      "a bind that is required and optional",
      { "plan.sh": "pkg_binds=([db]=port)\npkg_binds_optional=([db]=port)" },
      { pkg_binds: new Map([["db", "port"]]), pkg_binds_optional: new Map([["db", "port"]]) },
      "warning plan.sh:2:22 the bind 'db' is both required and optional",
    ],
    [
      "an export that leads nowhere",
      { "plan.sh": "pkg_exports=([host]=srv.hots)", "default.toml": "[srv]\nhost = 'a'\n" },
      { pkg_exports: new Map([["host", "srv.hots"]]) },
      "warning plan.sh:1:21 'host' in pkg_exports leads to 'srv.hots', which is not in default.toml",
    ],
    [
      "an exposed key that is no port",
      { "plan.sh": "pkg_exposes=(port)", "default.toml": "port = 'x'\n" },
      { pkg_exports: new Map([["port", "port"]]), pkg_exposes: ["port"] },
      "error plan.sh:1:14 'port' in pkg_exposes leads to 'port', which is 'x'",
    ],
    [
      "a source without a checksum",
      { "plan.sh": "pkg_source=https://e.com/a.tgz" },
      { pkg_source: "https://e.com/a.tgz" },
      "warning plan.sh:1:1 pkg_shasum is not set",
    ],
    [
      "an absolute folder",
      { "plan.sh": "pkg_bin_dirs=(/bin)" },
      { pkg_bin_dirs: ["/bin"] },
      "warning plan.sh:1:15 '/bin' in pkg_bin_dirs is absolute",
    ],
    [
      "a dependency twice",
      { "plan.sh": "pkg_deps=(a/b a/b)" },
      { pkg_deps: ["a/b", "a/b"] },
      "warning plan.sh:1:11 'a/b' is in pkg_deps twice",
    ],
    [
      "a user without a group",
      { "plan.sh": "pkg_svc_user=root" },
      { pkg_svc_user: "root" },
      "warning plan.sh:1:1 pkg_svc_user is set and pkg_svc_group is not",
    ],
    ["default.toml that is no TOML", { "default.toml": "a = \n" }, {}, "error default.toml:1:"],
    [
      "an unknown hook",
      { "hooks/health_check": "#!/bin/sh\n" },
      {},
      "warning hooks/health_check:1:1 'health_check' is",
    ],
    ["a hook without a program", { "hooks/run": "echo\n" }, {}, "warning hooks/run:1:1 has no '#!' line"],
    ["a program that is no path", { "hooks/run": "#!sh\n" }, {}, "warning hooks/run:1:3 'sh' is not the path"],
    [
      "a program of a package that is no dependency",
      { "hooks/run": '#!{{ pkgPathFor "core/bash" }}/bin/bash\n' },
      {},
      "warning hooks/run:1:3 its '#!' line needs core/bash",
    ],
    [
      "a program below /hab/pkgs that is no dependency",
      { "hooks/run": "#!/hab/pkgs/core/bash/5.1/20240101010101/bin/bash\n" },
      { pkg_deps: ["core/glibc"] },
      "warning hooks/run:1:3 its '#!' line needs core/bash",
    ],
    ["Windows line endings", { "hooks/run": "#!/bin/sh\r\n" }, {}, "error hooks/run:1:1 has Windows line endings"],
    [
      "two files for one hook",
      { "hooks/run.sh": "#!/bin/sh\n", "hooks/run.py": "#!/bin/sh\n" },
      {},
      "error hooks:1:1 run.py and run.sh would both be the hook 'run'",
    ],
    [
      "a run hook beside pkg_svc_run",
      { "hooks/run": "#!/bin/sh\n" },
      { pkg_svc_run: "tree" },
      "warning hooks/run:1:1 pkg_svc_run is not used",
    ],
    [
      "a name no template can see",
      { "config/a": "{{cfg.prot}}" },
      {},
      "warning config/a:1:3 'cfg.prot' is not defined",
    ],
    ["a schema that is no JSON", { "config.schema.json": "{\n]" }, {}, "error config.schema.json:2:1"],
    [
      "a schema that cannot be enforced",
      { "config.schema.json": '{"properties": {"port": {"typ": "integer"}}}' },
      {},
      "error config.schema.json:1:1 #/properties/port/typ is not a keyword we enforce",
    ],
    [
      "a default that the schema refuses",
      { "default.toml": "port = 'x'", "config.schema.json": '{"properties": {"port": {"type": "integer"}}}' },
      {},
      "error default.toml:1:1 port must be",
    ],
    ["a text that is no template", { "config/a": "{{#if cfg}}" }, {}, "warning config/a:1:"],
  ])("finds %s", (_, tree, changes, expected) => {
    expect(short(check(tree, changes))).toEqual([expect.stringContaining(expected)])
  })

  it("does not blame the exports for a default.toml that cannot be read", () => {
    const values = { pkg_exports: new Map([["port", "port"]]), pkg_exposes: ["port"] }
    expect(short(check({ "default.toml": "port\n" }, values))).toEqual([expect.stringMatching(/^error default\.toml/)])
  })
})
