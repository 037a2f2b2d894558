import fs from "node:fs"
import { describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { planTree, renderHook, renderTree } from "../../src/templating/write-changed.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const context = { cfg: new Map([["port", 80]]) }
const tree = { from: "/pkg/config", to: "/svc/config", context }

function rendered(files: FileSystem, more: object = {}) {
  const { changed, added, unchanged } = renderTree({ files }, { ...tree, ...more })
  return { changed, added, unchanged }
}

function refusal(act: () => unknown) {
  try {
    act()
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string }
    return { code, message, hint }
  }
  throw new Error("nothing was refused")
}

describe("renderTree (spec supervisor §5.6)", () => {
  it("renders every regular file to the same relative path, private to owner and group", () => {
    const files = memoryFileSystem({
      "/pkg/config/a.conf": "port {{cfg.port}}\n",
      "/pkg/config/sub/deep/b.json": '{"port": {{toJson cfg.port}}}',
      "/pkg/config/plain.txt": "no tags",
    })
    files.symlink("/etc/passwd", "/pkg/config/link.conf")
    files.symlink("/pkg", "/pkg/config/loop")
    expect(rendered(files, { owner: { uid: 7, gid: 8 } })).toEqual({
      changed: ["a.conf", "plain.txt", "sub/deep/b.json"],
      added: ["a.conf", "plain.txt", "sub/deep/b.json"],
      unchanged: [],
    })
    expect(files.snapshot("/svc/config")).toEqual({
      "/svc/config": "d 770",
      "/svc/config/a.conf": "f 740 port 80\n",
      "/svc/config/plain.txt": "f 740 no tags",
      "/svc/config/sub": "d 770",
      "/svc/config/sub/deep": "d 770",
      "/svc/config/sub/deep/b.json": 'f 740 {"port": 80}',
    })
    for (const path of ["a.conf", "sub", "sub/deep/b.json"]) {
      expect(files.lstat(`/svc/config/${path}`)).toMatchObject({ uid: 7, gid: 8 })
    }
  })

  it("writes only what differs, and what is open to more than it should be", () => {
    const files = memoryFileSystem({
      "/pkg/config/same": "{{cfg.port}}",
      "/pkg/config/other": "{{cfg.port}}",
      "/pkg/config/narrow": "{{cfg.port}}",
      "/pkg/config/open": "{{cfg.port}}",
      "/svc/config/same": "80",
      "/svc/config/narrow": "80",
      "/svc/config/open": "80",
      "/svc/config/other": "81",
      "/svc/config/stale": "left by another release",
    })
    files.chmod("/svc/config/same", 0o740)
    files.chmod("/svc/config/narrow", 0o400)
    const inode = files.stat("/svc/config/same")?.inode
    expect(rendered(files)).toEqual({ changed: ["other"], added: [], unchanged: ["narrow", "open", "same"] })
    expect(files.stat("/svc/config/same")?.inode).toBe(inode)
    const modes = ["same", "narrow", "open"].map((name) => files.stat(`/svc/config/${name}`)?.mode.toString(8))
    expect(modes).toEqual(["740", "400", "740"])
    expect(files.readText("/svc/config/stale")).toBe("left by another release")
    expect(rendered(files)).toEqual({ changed: [], added: [], unchanged: ["narrow", "open", "other", "same"] })
  })

  it("plans without writing", () => {
    const files = memoryFileSystem({ "/pkg/config/a": "{{cfg.port}}", "/svc/config/a": "1" })
    const before = files.snapshot()
    expect(planTree({ files }, tree).files.map(({ path, change }) => `${path} ${change}`)).toEqual(["a modified"])
    expect(files.snapshot()).toEqual(before)
  })

  it("renders nothing from a missing directory", () => {
    expect(rendered(memoryFileSystem())).toEqual({ changed: [], added: [], unchanged: [] })
  })

  it("lets templates include each other by relative path", () => {
    const files = memoryFileSystem({
      "/pkg/config/main": "{{> sub/part.conf port=1}}{{> sub/part.conf cfg}}",
      "/pkg/config/sub/part.conf": "[{{port}}]",
    })
    rendered(files)
    expect(files.readText("/svc/config/main")).toBe("[1][80]")
  })

  it("does not complain about the names of templates that others include", () => {
    const files = memoryFileSystem({ "/pkg/config/main": "{{> part x=1}}", "/pkg/config/part": "[{{x}}]" })
    const { warnings } = renderTree({ files }, { ...tree, options: { mode: "strict" } })
    expect([warnings, files.readText("/svc/config/main"), files.readText("/svc/config/part")]).toEqual([
      [],
      "[1]",
      "[]",
    ])
  })

  it("copies binary files, files without tags and files of .hab-raw byte for byte", () => {
    const files = memoryFileSystem({
      "/pkg/config/.hab-raw": "# dashboards of another tool\n*.dash.json  # theirs\n/exact/one\nwhole/\n",
      "/pkg/config/a.dash.json": "{{job}}",
      "/pkg/config/deep/er/b.dash.json": "{{#broken",
      "/pkg/config/exact/one": "{{x}}",
      "/pkg/config/exact/two": "{{x}}",
      "/pkg/config/whole/tree/f": "{{x}}",
    })
    const binary = Buffer.from([0x7b, 0x7b, 0x00, 0xff, 0x7d, 0x7d])
    const latin = Buffer.from([0xe9, 0x0a])
    files.writeFile("/pkg/config/binary", binary)
    files.writeFile("/pkg/config/latin", latin)
    rendered(files)
    const text = (path: string) => files.readText(`/svc/config/${path}`)
    expect([text("a.dash.json"), text("deep/er/b.dash.json"), text("exact/one")]).toEqual([
      "{{job}}",
      "{{#broken",
      "{{x}}",
    ])
    expect([text("exact/two"), text("whole/tree/f")]).toEqual(["", "{{x}}"])
    expect(Buffer.from(files.readFile("/svc/config/binary"))).toEqual(binary)
    expect(Buffer.from(files.readFile("/svc/config/latin"))).toEqual(latin)
    expect(files.lstat("/svc/config/.hab-raw")).toBeUndefined()
  })

  it("keeps a byte order mark and NUL characters of rendered text", () => {
    const files = memoryFileSystem({ "/pkg/config/a": "\ufeff{{cfg.port}}", "/pkg/config/b": "a\u0000b" })
    rendered(files)
    expect(files.readText("/svc/config/a")).toBe("\ufeff80")
    expect(files.readText("/svc/config/b")).toBe("a\u0000b")
  })

  it("names warnings by file, line and column, and strict mode refuses them", () => {
    const files = memoryFileSystem({ "/pkg/config/a": "x\n {{cfg.prot}}" })
    expect(renderTree({ files }, tree).warnings).toEqual([
      { path: "config/a", line: 2, column: 4, message: "'cfg.prot' is not defined", hint: "did you mean 'cfg.port'?" },
    ])
    expect(refusal(() => renderTree({ files }, { ...tree, options: { mode: "strict" } }))).toMatchObject({
      code: "TEMPLATE_RENDER_FAILED",
      message: "config/a:2:4: 'cfg.prot' is not defined; did you mean 'cfg.port'?",
    })
  })
})

describe("renderTree refuses, and what was there stays", () => {
  const before = { "/svc/config/a": "old a", "/svc/config/b": "old b" }

  it.each([
    ["{{#if x}}", "TEMPLATE_INVALID", "config/b:1:1: the block 'if' is never closed"],
    ["{{nope 1}}", "TEMPLATE_RENDER_FAILED", "config/b:1:3: the helper 'nope' is not defined"],
  ])("a template that fails: %s", (text, code, message) => {
    const files = memoryFileSystem({ "/pkg/config/a": "new {{cfg.port}}", "/pkg/config/b": text, ...before })
    const snapshot = files.snapshot("/svc")
    const refused = refusal(() => rendered(files))
    expect([refused.code, refused.message]).toEqual([code, expect.stringContaining(message)])
    expect(files.snapshot("/svc")).toEqual(snapshot)
  })

  it("text that is not UTF-8 but has tags", () => {
    const files = memoryFileSystem({ "/pkg/config/a": "" })
    files.writeFile("/pkg/config/a", Buffer.from([0xe9, 0x7b, 0x7b, 0x78, 0x7d, 0x7d]))
    expect(refusal(() => rendered(files))).toEqual({
      code: "TEMPLATE_INVALID",
      message: "config/a: it has template tags, but is not UTF-8 text",
      hint: "save it as UTF-8, or name it in .hab-raw to have it copied as it is",
    })
  })

  it("a directory where a file should be, and a file where a directory should be", () => {
    const files = memoryFileSystem({ "/pkg/config/a": "1", "/svc/config/a/inside": "x" })
    expect(refusal(() => rendered(files))).toMatchObject({
      code: "RENDER_TARGET_INVALID",
      message: "/svc/config/a cannot be rendered: a directory is in the way",
    })
    const others = memoryFileSystem({ "/pkg/config/sub/a": "1", "/svc/config/sub": "a file" })
    expect(refusal(() => rendered(others)).code).toBe("RENDER_TARGET_INVALID")
    expect(others.readText("/svc/config/sub")).toBe("a file")
  })

  it("a link out of the tree where a directory should be; a link where a file should be is replaced", () => {
    const files = memoryFileSystem({ "/pkg/config/sub/a": "1", "/etc/a": "mine", "/svc/config": undefined })
    files.symlink("/etc", "/svc/config/sub")
    expect(refusal(() => rendered(files)).message).toBe("/svc/config/sub cannot be rendered: a symlink is in the way")
    files.removeFile("/svc/config/sub")
    files.makeDirectories("/svc/config/sub")
    files.symlink("/etc/a", "/svc/config/sub/a")
    expect(rendered(files).changed).toEqual(["sub/a"])
    expect([files.readText("/etc/a"), files.snapshot("/svc/config/sub/a")]).toEqual([
      "mine",
      { "/svc/config/sub/a": "f 740 1" },
    ])
  })

  it("a full disk, at any call", () => {
    for (let atCall = 1; ; atCall++) {
      const files = memoryFileSystem({ "/pkg/config/a": "new {{cfg.port}}", "/svc/config/a": "old a" })
      const start = files.calls
      files.failWith({ atCall, code: "ENOSPC" })
      const failed = refusalOrNothing(() => rendered(files))
      const made = files.calls - start
      files.failWith(undefined)
      const text = files.readText("/svc/config/a")
      expect(["old a", "new 80"]).toContain(text)
      rendered(files)
      expect(files.snapshot("/svc/config")).toEqual({
        "/svc/config": "d 755",
        "/svc/config/a": "f 740 new 80",
      })
      if (failed === undefined && made < atCall) return
    }
  })

  it("a read-only target, with the place", () => {
    const root = temporaryDirectory()
    fs.mkdirSync(`${root}/config`)
    fs.writeFileSync(`${root}/config/a`, "{{x}}")
    fs.mkdirSync(`${root}/svc`)
    const files: FileSystem = {
      ...systemFiles,
      createExclusively: (path) => {
        throw Object.assign(new Error("EROFS"), { code: "EROFS", syscall: "open", path })
      },
    }
    const refused = refusal(() => renderTree({ files }, { from: `${root}/config`, to: `${root}/svc`, context }))
    expect(refused.code).toBe("IO")
    expect(refused.message).toContain(`${root}/svc/a cannot be rendered: cannot open`)
    expect(refused.message).toContain("file system is read-only (EROFS)")
  })
})

function refusalOrNothing(act: () => unknown): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}

describe("renderHook (spec supervisor §2.5)", () => {
  const hook = { from: "/pkg/hooks/run", to: "/svc/hooks/run", context, mode: 0o750 }

  it("renders, templated shebang and all, and says whether the text changed", () => {
    const files = memoryFileSystem({
      "/pkg/hooks/run": '#!{{pkgPathFor "core/bash"}}/bin/bash\nexec server {{cfg.port}}\n',
      "/svc/hooks": undefined,
    })
    const deps = [{ origin: "core", name: "bash", version: "5.1", release: "20240101000000" }]
    const request = { ...hook, context: { ...context, pkg: { deps } } }
    expect(renderHook({ files }, request).outcome).toBe("changed")
    expect(renderHook({ files }, request).outcome).toBe("unchanged")
    expect(files.snapshot("/svc/hooks/run")).toEqual({
      "/svc/hooks/run": "f 750 #!/hab/pkgs/core/bash/5.1/20240101000000/bin/bash\nexec server 80\n",
    })
  })

  it("takes from a hook what Habitat gave to everybody", () => {
    const files = memoryFileSystem({ "/pkg/hooks/run": "x", "/svc/hooks/run": "x" })
    files.chmod("/svc/hooks/run", 0o755)
    expect(renderHook({ files }, hook).outcome).toBe("unchanged")
    expect(files.snapshot("/svc/hooks/run")).toEqual({ "/svc/hooks/run": "f 750 x" })
  })

  it("has a partials registry of its own", () => {
    const files = memoryFileSystem({ "/pkg/hooks/run": "{{> init}}", "/pkg/hooks/init": "x", "/svc/hooks": undefined })
    expect(refusal(() => renderHook({ files }, hook)).message).toBe("hooks/run:1:1: the partial 'init' does not exist")
  })

  it("follows a link to another hook, never out of the directory", () => {
    const files = memoryFileSystem({ "/pkg/hooks/other": "x", "/etc/secret": "s", "/svc/hooks": undefined })
    files.symlink("other", "/pkg/hooks/run")
    expect(renderHook({ files }, hook).outcome).toBe("changed")
    files.removeFile("/pkg/hooks/run")
    files.symlink("/etc/secret", "/pkg/hooks/run")
    expect(refusal(() => renderHook({ files }, hook)).message).toBe(
      "hooks/run is a link out of its directory, to /etc/secret",
    )
    expect(files.readText("/svc/hooks/run")).toBe("x")
  })
})
