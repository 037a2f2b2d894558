import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import type { Progress } from "../../../src/base/progress.ts"
import { discoverHooks } from "../../../src/hooks/discover.ts"
import { chooseCredentials } from "../../../src/package/credentials.ts"
import { parseFullIdent } from "../../../src/package/ident.ts"
import { readMetadata } from "../../../src/package/metadata.ts"
import { renderService } from "../../../src/supervisor/config/render-service.ts"
import type { Release } from "../../../src/supervisor/release.ts"
import { type Changes, mergeChanges, NO_CHANGES } from "../../../src/supervisor/service/change-response.ts"
import type { TemplateMode } from "../../../src/supervisor/spec/spec.ts"
import { fakeUsers } from "../../support/fake-users.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const PKG = "/hab/pkgs/acme/web/1.0/1"
const SVC = "/hab/svc/web"

/** A service with a run hook and the templates given, which render with `port`. */
function serviceWith(templates: Readonly<Record<string, string>>) {
  const given = {
    TARGET: "x86_64-linux\n",
    IDENT: "acme/web/1.0/1\n",
    "hooks/run": "#!/bin/sh\n# {{cfg.port}}\n",
    ...templates,
  }
  const files = memoryFileSystem(
    Object.fromEntries(Object.entries(given).map(([name, text]) => [`${PKG}/${name}`, text])),
  )
  const users = fakeUsers({ current: { name: "me", uid: 1000 } })
  const pkg = {
    ident: parseFullIdent("acme/web/1.0/1"),
    path: PKG,
    innerPath: PKG,
    target: "x86_64-linux",
  } as Release["pkg"]
  const metadata = readMetadata({ files }, pkg)
  const hooks = discoverHooks({ files }, PKG)
  const release: Release = {
    ident: pkg.ident,
    pkg,
    metadata,
    credentials: chooseCredentials(users, metadata),
    env: {},
    variables: {},
    templates: PKG,
    hooks,
    declared: [],
  }
  const said: Progress[] = []
  const context = {
    files,
    users,
    layout: createLayout({ root: "/", enclosed: true }),
    env: {},
    report: (fact: Progress) => said.push(fact),
    warned: new Set<string>(),
  }
  let written: Changes = NO_CHANGES
  const render = (port: number, mode: TemplateMode = "lenient"): Changes => {
    written = NO_CHANGES
    renderService(context, { name: "web", release, data: { cfg: { port } }, mode }, (changes) => {
      written = mergeChanges(written, changes)
    })
    return written
  }
  const lines = () => said.flatMap((fact) => ("text" in fact ? [fact.text] : []))
  return { files, render, lines, written: () => written }
}

describe("rendering a service (spec supervisor §2.5, §5.6)", () => {
  it("writes hooks, the run file and config once, and then only what differs", () => {
    const { files, render, lines } = serviceWith({ "config/a.conf": "port {{cfg.port}}", "config/sub/b.conf": "same" })
    expect(render(1)).toEqual({ hooks: ["run"], config: ["a.conf", "sub/b.conf"] })
    expect(render(1)).toEqual(NO_CHANGES)
    expect(render(2)).toEqual({ hooks: ["run"], config: ["a.conf"] })
    expect(files.readText(`${SVC}/run`)).toBe("#!/bin/sh\n# 2\n")
    expect(lines()).toContain(`Created configuration file ${SVC}/config/sub/b.conf`)
    expect(lines()).toContain(`Modified configuration file ${SVC}/config/a.conf`)
  })

  it("writes nothing at all when one file cannot be rendered", () => {
    const { files, render } = serviceWith({
      "config/a.conf": "{{cfg.port}}",
      "config/z.conf": "{{#if cfg.broken}}{{/if}}{{#eachAlive cfg.port}}{{/eachAlive}}",
    })
    expect(() => render(1)).toThrow(/config\/z\.conf:1:/)
    expect(files.stat(`${SVC}/hooks/run`)).toBeUndefined()
    expect(files.stat(`${SVC}/config/a.conf`)).toBeUndefined()
  })

  it("tells what was written although a later file is in the way", () => {
    const { files, render, written } = serviceWith({
      "config/a.conf": "{{cfg.port}}",
      "config/b/c.conf": "{{cfg.port}}",
    })
    render(1)
    files.removeFile(`${SVC}/config/b/c.conf`)
    files.removeDirectory(`${SVC}/config/b`)
    files.writeFile(`${SVC}/config/b`, "a file of the operator")
    expect(() => render(2)).toThrow(expect.objectContaining({ code: "RENDER_TARGET_INVALID" }))
    expect(written().hooks).toEqual(["run"])
    expect(files.readText(`${SVC}/config/b`)).toBe("a file of the operator")
  })

  it("keeps the previous file where a directory is in its place, and names it", () => {
    const { files, render } = serviceWith({ "config/a.conf": "{{cfg.port}}", "config/b.conf": "{{cfg.port}}" })
    render(1)
    files.removeFile(`${SVC}/config/b.conf`)
    files.makeDirectories(`${SVC}/config/b.conf`)
    expect(() => render(2)).toThrow(/config\/b\.conf cannot be rendered: a directory is in the way/)
    expect(files.readText(`${SVC}/config/a.conf`)).toBe("1")
  })

  it("warns of an undefined variable in lenient mode, and refuses it in strict mode", () => {
    const { files, render, lines } = serviceWith({ "config/a.conf": "port {{cfg.prot}}{{cfg.port}}" })
    expect(render(1).config).toEqual(["a.conf"])
    expect(lines()).toContain("config/a.conf:1:8: 'cfg.prot' is not defined")
    expect(() => render(2, "strict")).toThrow(/config\/a\.conf:1:8: 'cfg\.prot' is not defined/)
    expect(files.readText(`${SVC}/config/a.conf`)).toBe("port 1")
  })

  it("says a warning once, and again when it went and came back", () => {
    const { render, lines } = serviceWith({
      "config/a.conf": "{{#if (lt cfg.port 9)}}{{cfg.prot}}{{/if}}{{#if (eq cfg.port 2)}}{{cfg.hots}}{{/if}}",
    })
    const warnings = () =>
      lines()
        .filter((line) => line.endsWith("is not defined"))
        .map((line) => line.split(" ")[1])
    render(1)
    render(3)
    expect(warnings()).toEqual(["'cfg.prot'"])
    render(2)
    expect(warnings()).toEqual(["'cfg.prot'", "'cfg.hots'"])
    render(9)
    render(1)
    expect(warnings()).toEqual(["'cfg.prot'", "'cfg.hots'", "'cfg.prot'"])
  })

  it("keeps a hook that cannot be rendered as it was, and goes on with the rest", () => {
    const { files, render, lines } = serviceWith({
      "hooks/init": "#!/bin/sh\n{{#if (eq cfg.port 2)}}{{toUppercase cfg.port}}{{/if}}old",
      "config/a.conf": "{{cfg.port}}",
    })
    render(1)
    expect(render(2)).toEqual({ hooks: ["run"], config: ["a.conf"] })
    expect(files.readText(`${SVC}/hooks/init`)).toBe("#!/bin/sh\nold")
    expect(lines().at(-1)).toBeDefined()
    expect(lines().join("\n")).toContain("Failed to compile init hook: hooks/init:2:26: toUppercase needs a text")
  })

  it("copies files named in .hab-raw as they are", () => {
    const { files, render } = serviceWith({ "config/.hab-raw": "*.json\n", "config/dash.json": "{{job}} {{cfg.port}}" })
    expect(render(1).config).toEqual(["dash.json"])
    expect(files.readText(`${SVC}/config/dash.json`)).toBe("{{job}} {{cfg.port}}")
    expect(files.stat(`${SVC}/config/.hab-raw`)).toBeUndefined()
  })
})
