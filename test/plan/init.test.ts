import { describe, expect, it } from "vitest"
import { initPlan, SCAFFOLDINGS } from "../../src/plan/init.ts"
import { PLAN_TEMPLATES, type TemplateName } from "../../src/plan/init-templates.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const TEMPLATES = Object.keys(PLAN_TEMPLATES) as TemplateName[]

function init(changes: Partial<Parameters<typeof initPlan>[1]> = {}, tree: Readonly<Record<string, string>> = {}) {
  const files = memoryFileSystem({ "/work/web/keep": "", ...tree })
  const request = { cwd: "/work/web", origin: "acme", template: "c" as TemplateName, env: {}, ...changes }
  return { files, ...initPlan({ files }, request) }
}

describe("a new plan", () => {
  it("is in habitat/ and named after the folder, or in a folder of the name given", () => {
    const here = init()
    expect(here.directory).toBe("/work/web/habitat")
    expect(here.files.readText("/work/web/habitat/plan.sh")).toMatch(
      /^pkg_name=web\npkg_origin=acme\npkg_version=0\.1\.0\n/,
    )
    const named = init({ name: "api" })
    expect(named.directory).toBe("/work/web/api")
    expect(named.created).toEqual(["plan.sh", "default.toml", "README.md"])
    for (const folder of ["config", "hooks"])
      expect(named.files.stat(`/work/web/api/${folder}`)?.kind).toBe("directory")
  })

  it.each(TEMPLATES)("of the kind %s leaves no value open", (template) => {
    const { files, created, directory } = init({ template })
    const text = created.map((file) => files.readText(`${directory}/${file}`)).join("\n")
    expect(`${created.join(" ")} ${text}`).not.toMatch(/@[a-z_]+@/)
  })

  it("has an executable run hook when it is a service", () => {
    expect(init({ template: "node" }).files.stat("/work/web/habitat/hooks/run")?.mode).toBe(0o755)
    expect(init({ template: "binary" }).created).toContain("config/web.conf")
  })

  it("takes values of the plan from variables named pkg_…", () => {
    const env = { pkg_version: "2.0", pkg_maintainer: "Me <me@example.com>", OTHER: "x" }
    const { files } = init({ env })
    expect(files.readText("/work/web/habitat/plan.sh")).toMatch(
      /pkg_version=2\.0\npkg_maintainer="Me <me@example\.com>"/,
    )
  })

  it("never replaces what is there", () => {
    const { files, kept } = init({}, { "/work/web/habitat/plan.sh": "mine" })
    expect(kept).toEqual(["plan.sh"])
    expect(files.readText("/work/web/habitat/plan.sh")).toBe("mine")
  })

  it("can be Habitat's minimal one, with or without a scaffolding", () => {
    const minimal = init({ minimal: true }).files.readText("/work/web/habitat/plan.sh")
    expect(minimal).toMatch(/# pkg_scaffolding="some\/scaffolding"\n/)
    expect(minimal).toMatch(/pkg_shasum=""\npkg_deps=\(core\/glibc\)\npkg_build_deps=\(core\/make core\/gcc\)\n/)
    const both = init({ minimal: true, scaffolding: "ruby" }).files.readText("/work/web/habitat/plan.sh")
    expect(both).toMatch(/\npkg_scaffolding="core\/scaffolding-ruby"\n/)
  })

  it.each([...Object.entries(SCAFFOLDINGS), ["acme/frame/1.0", "acme/frame/1.0"], ["Node", "core/scaffolding-node"]])(
    "with the scaffolding %s depends on %s",
    (given, ident) => {
      const plan = init({ scaffolding: given }).files.readText("/work/web/habitat/plan.sh")
      expect(plan).toContain(`pkg_scaffolding="${ident}"\n`)
    },
  )

  it("refuses what is no scaffolding, and a folder whose name no package can have", () => {
    expect(() => init({ scaffolding: "perl" })).toThrow(/'perl' is no scaffolding/)
    expect(() => init({ cwd: "/work/my app" })).toThrow(/'my app' cannot be the name of a package/)
  })

  it("keeps results/ out of a repository, once", () => {
    const tree = { "/work/.git/HEAD": "", "/work/web/.gitignore": "node_modules" }
    const { files } = init({}, tree)
    expect(files.readText("/work/web/.gitignore")).toBe("node_modules\nresults/\n")
    initPlan({ files }, { cwd: "/work/web", origin: "acme", template: "c", env: {} })
    expect(files.readText("/work/web/.gitignore")).toBe("node_modules\nresults/\n")
    expect(init().files.lstat("/work/web/.gitignore")).toBeUndefined()
  })
})
