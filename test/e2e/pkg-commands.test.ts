import { spawnSync } from "node:child_process"
import { mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"
import { trustTestKey, writeHart, writeInstalled } from "../support/written-packages.ts"

const script = (body: string) => `#!/bin/sh\n${body}\n`

const LIB = "acme/lib/1.0.0/20240101000000"
const TOOL = "acme/tool/1.0.0/20240101000000"
const WEB = "acme/web/1.0.0/20240101000000"
const NEWER = "acme/web/1.2.0/20240101000000"

/** A bundle is a function of what modules are given. */
const RUN_BUNDLE = `eval(require("node:fs").readFileSync(process.argv[1], "utf8"))({}, require, {}, "", "")`

let hab: Hab

beforeAll(async () => {
  hab = createHab()
  await trustTestKey(hab)
  await writeInstalled(hab, { ident: LIB, files: { "lib/libacme.so": "", "hooks/install": script("exit 0") } })
  await writeInstalled(hab, {
    ident: TOOL,
    deps: [LIB],
    files: {
      "bin/tool": script('echo "tool of $GREETING: $*"'),
      "bin/fails": script("exit 42"),
      RUNTIME_ENVIRONMENT: 'GREETING=say "$HOME"\n',
    },
  })
  await writeInstalled(hab, { ident: WEB, deps: [TOOL], tdeps: [TOOL, LIB] })
  await writeInstalled(hab, {
    ident: NEWER,
    deps: [TOOL],
    tdeps: [TOOL, LIB],
    files: {
      BINDS: "database=port host\ncache=port\n",
      "default.toml": "port = 80\nratio = 1.0\n[tls]\non = true\n",
      "share/libacme.so": "",
    },
  })
})

describe("hab pkg env", () => {
  it("prints lines a shell evaluates to the very values, sorted", () => {
    expect(hab.does("pkg", "env", "acme/tool")).toBe(
      `export GREETING="say \\"\\$HOME\\""\nexport PATH="/hab/pkgs/${TOOL}/bin"`,
    )
    expect(JSON.parse(hab.does("pkg", "env", "acme/tool", "--json"))).toEqual({
      GREETING: 'say "$HOME"',
      PATH: `/hab/pkgs/${TOOL}/bin`,
    })
    expect(hab.does("pkg", "env", "acme/lib")).toBe("")
    expect(hab.run("pkg", "env", "acme/none")).toMatchObject({ code: 1, stdout: "" })
  })
})

describe("hab pkg exec", () => {
  it("runs a program of the package with its environment, and takes none of its flags", () => {
    expect(hab.does("pkg", "exec", "acme/tool", "tool", "--json", "-x", "--", "y")).toBe(
      'tool of say "$HOME": --json -x -- y',
    )
    expect(hab.does("pkg", "exec", "acme/tool", "--", "sh", "-c", "type tool")).toContain(`/hab/pkgs/${TOOL}/bin/tool`)
    expect(hab.does("pkg", "exec", "acme/lib", "sh", "-c", "ls /hab/pkgs/acme")).toContain("tool")
  })

  it("ends as the program does, and with 1 when there is none", () => {
    expect(hab.run("pkg", "exec", "acme/tool", "fails").code).toBe(42)
    expect(hab.run("pkg", "exec", "acme/tool", "sh", "-c", "kill -TERM $$").code).toBe(128 + 15)
    const missing = hab.run("pkg", "exec", "acme/tool", "no-such-program")
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain("'no-such-program' is neither in acme/tool/1.0.0/20240101000000 nor on PATH")
    expect(hab.run("pkg", "exec", "acme/tool", "/hab/no/such").code).toBe(1)
    expect(hab.run("pkg", "exec", "acme/tool").code).toBe(2)
  })
})

describe("hab pkg binds", () => {
  it("prints its two blocks as Habitat does", () => {
    expect(hab.does("pkg", "binds", "acme/web")).toBe(
      `Showing binds for ${NEWER}\nrequired:\n    [database]=port host    \n[cache]=port\noptional: none`,
    )
    expect(JSON.parse(hab.does("pkg", "binds", "acme/lib", "--json"))).toEqual({
      ident: LIB,
      required: [],
      optional: [],
    })
    expect(hab.run("pkg", "binds", "acme/none").code).toBe(1)
  })
})

describe("hab pkg config", () => {
  it("prints default.toml, and nothing but a note where there is none", () => {
    expect(hab.does("pkg", "config", "acme/web")).toBe("port = 80\nratio = 1.0\n\n[tls]\non = true")
    expect(JSON.parse(hab.does("pkg", "config", "acme/web", "--json"))).toMatchObject({ tls: { on: true } })
    const without = hab.run("pkg", "config", "acme/tool")
    expect(without).toMatchObject({ code: 0, stdout: "" })
    expect(without.stderr).toContain(`No default configuration in ${TOOL}`)
  })
})

describe("hab pkg dependencies", () => {
  it("goes down and up the installed packages, one step or all the way", () => {
    const asked = (...words: string[]) => hab.does("pkg", "dependencies", ...words).split("\n")
    expect(asked("acme/web")).toEqual([TOOL])
    expect(asked("acme/web", "-t")).toEqual([TOOL, LIB])
    expect(asked("acme/lib", "-r")).toEqual([TOOL])
    expect(asked("acme/lib", "-t", "-r")).toEqual([TOOL, WEB, NEWER])
    expect(JSON.parse(hab.does("pkg", "dependencies", "acme/lib", "--json"))).toEqual([])
  })
})

describe("hab pkg provides", () => {
  it("names the packages that hold a file, with releases and paths on request; nobody is exit 1", () => {
    expect(hab.does("pkg", "provides", "libacme.so")).toBe("acme/lib\nacme/web")
    expect(hab.does("pkg", "provides", "libacme.so", "-r")).toBe(`${LIB}\n${NEWER}`)
    expect(hab.does("pkg", "provides", "libacme.so", "-p").split("\n")[0]).toBe(
      `acme/lib: ${hab.path(`hab/pkgs/${LIB}/lib/libacme.so`)}`,
    )
    expect(JSON.parse(hab.does("pkg", "provides", "tool", "--json"))).toContainEqual({
      ident: TOOL,
      path: hab.path(`hab/pkgs/${TOOL}/bin/tool`),
    })
    expect(hab.run("pkg", "provides", "libacm")).toMatchObject({ code: 1, stdout: "" })
  })
})

describe("hab pkg list and info", () => {
  it("show an install hook that never ran as pending", () => {
    const list = hab.run("pkg", "list", "--all")
    expect(list.stdout.split("\n").filter(Boolean)).toEqual([LIB, TOOL, WEB, NEWER])
    expect(list.stderr).toBe(`${LIB}: install hook pending\n`)
    expect(JSON.parse(hab.does("pkg", "list", "acme/lib", "--json"))).toEqual([
      { ident: LIB, path: hab.path(`hab/pkgs/${LIB}`), install_hook: "pending" },
    ])
    const said = hab.does("pkg", "info", "acme/lib")
    expect(said).toBe(
      [
        `Package Path   : ${hab.path(`hab/pkgs/${LIB}`)}`,
        "Origin         : acme",
        "Name           : lib",
        "Version        : 1.0.0",
        "Release        : 20240101000000",
        "Install Hook   : pending",
      ].join("\n"),
    )
    const json = JSON.parse(hab.does("pkg", "info", "acme/web", "--json"))
    expect(json).toMatchObject({ ident: NEWER, deps: [TOOL], install_hook: "absent", svc_user: null })
    expect(hab.run("pkg", "info", "nothing.hart").code).not.toBe(0)
  })

  it("take no ill-formed identifier", () => {
    expect(hab.run("pkg", "list", "web").code).toBe(2)
    expect(hab.run("pkg", "list").code).toBe(2)
    expect(hab.run("pkg", "list", "acme/none")).toMatchObject({ code: 0, stdout: "" })
  })
})

describe("hab pkg binlink", () => {
  const linked = (name: string) => readlinkSync(hab.path(name))

  it("links one program or all of them, to where packages see them", () => {
    expect(hab.run("pkg", "binlink", "acme/tool", "tool")).toMatchObject({ code: 0, stdout: "" })
    expect(linked("bin/tool")).toBe(`/hab/pkgs/${TOOL}/bin/tool`)
    hab.does("pkg", "binlink", "acme/tool", "--dest", "/usr/local/bin")
    expect(hab.list("usr/local/bin")).toEqual(["fails", "tool"])
    expect(hab.run("pkg", "binlink", "acme/tool").code).toBe(0)
  })

  it("leaves other links alone unless forced, and anything else always", () => {
    mkdirSync(hab.path("links"))
    symlinkSync("/elsewhere", hab.path("links/tool"))
    const kept = hab.run("pkg", "binlink", "acme/tool", "tool", "-d", "/links")
    expect(kept.code).toBe(0)
    expect(kept.stderr).toContain("it links to /elsewhere")
    expect(linked("links/tool")).toBe("/elsewhere")
    hab.does("pkg", "binlink", "acme/tool", "tool", "-d", "/links", "--force")
    expect(linked("links/tool")).toBe(`/hab/pkgs/${TOOL}/bin/tool`)
    writeFileSync(hab.path("links/fails"), "mine")
    expect(hab.run("pkg", "binlink", "acme/tool", "fails", "-d", "/links", "--force").code).toBe(1)
    expect(hab.read("links/fails")).toBe("mine")
  })

  it("refuses a program the package does not have and a relative folder", () => {
    expect(hab.run("pkg", "binlink", "acme/tool", "libacme.so").code).toBe(1)
    expect(hab.run("pkg", "binlink", "acme/tool", "tool", "-d", "links").code).toBe(1)
  })

  it("happens with an install that asks for it", async () => {
    const hart = await writeHart(hab, {
      ident: "acme/linked/1.0/1",
      files: { "bin/linked": script("echo linked"), "bin/tool": script("echo other") },
    })
    const { stdout, stderr, code } = hab.run("pkg", "install", hart, "--binlink")
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Install of acme/linked/1.0/1 complete with 1 new packages installed.\n",
    })
    expect(stderr).toContain("Skipping binlink of tool")
    expect(linked("bin/linked")).toBe("/hab/pkgs/acme/linked/1.0/1/bin/linked")
    hab.does("pkg", "install", "acme/linked", "--binlink-dir", "/opt/bin", "--force")
    expect(hab.list("opt/bin")).toEqual(["linked", "tool"])
  })
})

describe("hab pkg sign", () => {
  it("makes any file a HART document that verifies", () => {
    hab.does("origin", "key", "generate", "signer")
    hab.write("payload", "anything\n")
    expect(hab.run("pkg", "sign", "--origin", "signer", "payload", "signed.hart")).toMatchObject({
      code: 0,
      stdout: "",
    })
    expect(hab.does("pkg", "header", "signed.hart")).toMatch(
      /^Package {8}: signed.hart\nFormat Version : HART-1\nKey Name {7}: signer-\d{14}\n/,
    )
    expect(hab.run("pkg", "verify", "signed.hart").code).toBe(0)
    expect(hab.read("signed.hart").endsWith("\n\nanything\n")).toBe(true)
    expect(hab.run("pkg", "sign", "--origin", "nobody", "payload", "x.hart").code).toBe(1)
    expect(hab.run("pkg", "sign", "payload", "x.hart").code).toBe(2)
  })
})

describe("keys of users, services and rings", () => {
  it("are made under Habitat's names and modes, and rings' go from root to root", () => {
    const keys = hab.path("ring-keys")
    const ring = hab.does("ring", "key", "generate", "production", "--cache-key-path", keys)
    expect(ring).toMatch(/^production-\d{14}$/)
    const text = hab.run("ring", "key", "export", "production", "--cache-key-path", keys).stdout
    expect(text).toMatch(new RegExp(`^SYM-SEC-1\\n${ring}\\n\\n[A-Za-z0-9+/]{43}=$`))
    expect(hab.given(text, "ring", "key", "import").code).toBe(0)
    expect(hab.read(`hab/cache/keys/${ring}.sym.key`)).toBe(text)
    expect(hab.given("nonsense", "ring", "key", "import").code).toBe(1)
    expect(hab.run("ring", "key", "export", "other").code).toBe(1)
    const user = hab.does("user", "key", "generate", "alice")
    const service = hab.does("svc", "key", "generate", "web.default", "acme")
    expect(service).toMatch(/^web\.default@acme-\d{14}$/)
    expect(hab.list("hab/cache/keys").filter((name) => name.startsWith("web") || name.startsWith("alice"))).toEqual([
      `${user}.box.key`,
      `${user}.pub`,
      `${service}.box.key`,
      `${service}.pub`,
    ])
    expect(statSync(hab.path(`hab/cache/keys/${user}.box.key`)).mode & 0o777).toBe(0o400)
    expect(hab.run("user", "key", "generate", "../alice").code).toBe(1)
    expect(hab.run("svc", "key", "generate", "web").code).toBe(2)
  })
})

describe("hab license accept", () => {
  it("writes the marker and asks nothing", () => {
    expect(hab.run("license", "accept")).toMatchObject({ code: 0, stdout: "" })
    expect(hab.read("hab/accepted-licenses/habitat")).toContain("accepting_product: habitat")
  })
})

describe("beside hab pkg", () => {
  it("hab supportbundle needs a supervisor, and hab studio says what to type instead", () => {
    expect(hab.run("supportbundle")).toMatchObject({ code: 1, stdout: "" })
    hab.write("hab/sup/default/MEMBER_ID", "member")
    expect(hab.does("supportbundle")).toMatch(/\/support-bundle-.*-\d{14}\.tar\.gz$/)
    const { code, stderr } = hab.run("studio", "build", "-D", ".")
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/hab pkg build[\s\S]*\[STUDIO_NONE\]/),
    })
  })
})

it.each([
  "pkg install --help",
  "pkg install",
  "pkg list --no-such",
  "pkg list --help",
  "pkg path --help",
  "pkg env --help",
  "pkg exec --help",
  "svc status --help",
  "svc status --version",
])("hab %s, which has a bundle of its own, says what the whole program says", (line) => {
  const words = line.split(" ")
  const all = path.join(project, "dist/all.cjs")
  const whole = spawnSync(process.execPath, ["-e", RUN_BUNDLE, all, ...words], { encoding: "utf8" })
  expect(whole.stderr + whole.stdout).not.toBe("")
  expect(hab.run(...words)).toEqual({ stdout: whole.stdout, stderr: whole.stderr, code: whole.status })
})
