import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"
import { until } from "../support/until.ts"

let hab: Hab
let artifact: string

beforeAll(() => {
  hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  artifact = hab.does("pkg", "build", path.join(project, "fixtures/plans/beacon"))
})

/** A plan folder with these files. */
function plan(files: Readonly<Record<string, string>>): string {
  const name = `plan-${Object.keys(files).join("-").replace(/\W/g, "")}-${Math.abs(hash(JSON.stringify(files)))}`
  for (const [file, text] of Object.entries(files)) hab.write(`${name}/${file}`, text)
  return hab.path(name)
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)
}

const EMPTY = "do_build() { return 0; }\ndo_install() { return 0; }\n"
const MINIMAL = `pkg_origin=acme\npkg_name=small\npkg_version=1\n${EMPTY}`

describe("the command line", () => {
  it.each([
    [["pkgg", "build"], "pkg"],
    [["pkg", "biuld"], "build"],
    [["svc", "load", "acme/beacon", "--forec"], "--force"],
  ])("hab %j names the nearest word and exits 2", (words, near) => {
    const { code, stderr, stdout } = hab.run(...words)
    expect(code).toBe(2)
    expect(stderr).toContain(near)
    expect(stdout).toBe("")
  })

  it("prints help on stdout with exit code 0, and the version", () => {
    expect(hab.run("pkg", "install", "--help")).toMatchObject({ code: 0, stderr: "" })
    expect(hab.run("--version").stdout).toMatch(/^hab \d/)
  })
})

describe("hab pkg build", () => {
  it("prints the artifact's path alone on stdout", () => {
    expect(artifact).toMatch(/^\/.*\/results\/acme-beacon-1\.0\.0-\d{14}-x86_64-linux\.hart$|aarch64/)
  })

  it("names every wrong variable at once, with file and line", () => {
    const { code, stderr } = hab.run(
      "pkg",
      "build",
      plan({ "plan.sh": `pkg_name='not a name'\npkg_origin=acme\n${EMPTY}` }),
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/plan\.sh:1.*pkg_name/)
    expect(stderr).toMatch(/pkg_version/)
  })

  it("says that there is no plan, with exit code 42", () => {
    const { code, stderr } = hab.run("pkg", "build", plan({ "readme.txt": "x" }))
    expect(code).toBe(42)
    expect(stderr).toContain("plan.sh")
  })

  it("names the failing phase, its last lines and the log", () => {
    const broken = MINIMAL.replace("do_build() { return 0; }", "do_build() { echo almost; false; }")
    const { code, stderr } = hab.run("pkg", "build", plan({ "plan.sh": broken }))
    expect(code).not.toBe(0)
    expect(stderr).toContain("do_build")
    expect(stderr).toContain("almost")
    const log = /\/\S+\.log/.exec(stderr)?.[0] ?? ""
    expect(readFileSync(log, "utf8")).toContain("almost")
  })

  it("warns of a file in hooks/ that is no hook, with the nearest name, and builds all the same", () => {
    const { code, stderr } = hab.run(
      "pkg",
      "build",
      plan({ "plan.sh": MINIMAL, "hooks/run": "#!/bin/sh\n", "hooks/health_check": "#!/bin/sh\n" }),
    )
    expect(code).toBe(0)
    expect(stderr).toContain("health-check")
  })

  it("refuses two files for one hook and CR in hooks, and a missing dependency by name", () => {
    const doubled = plan({ "plan.sh": MINIMAL, "hooks/run.sh": "#!/bin/sh\n", "hooks/run.bash": "#!/bin/bash\n" })
    expect(hab.run("pkg", "build", doubled).code).toBe(1)
    expect(hab.run("pkg", "build", plan({ "plan.sh": MINIMAL, "hooks/run": "#!/bin/sh\r\n" })).code).toBe(1)
    const lacking = hab.run("pkg", "build", plan({ "plan.sh": `${MINIMAL}pkg_deps=(acme/nothing)\n` }))
    expect(lacking.code).toBe(1)
    expect(lacking.stderr).toContain("acme/nothing")
  })

  it("exits 35 without an origin key and prints the command that makes one", () => {
    const other = createHab()
    const { code, stderr } = other.run("pkg", "build", path.join(project, "fixtures/plans/beacon"))
    expect(code).toBe(35)
    expect(stderr).toContain("hab origin key generate acme")
  })
})

describe("hab pkg install", () => {
  /** A copy of the artifact, changed; a root that trusts its key; and what the refusal left in it. */
  function refused(change: (bytes: Buffer) => Buffer): { stderr: string; code: number; packages: string[] } {
    const other = createHab()
    const keys = path.join(hab.root, "hab/cache/keys")
    for (const name of readdirSync(keys))
      other.write(`hab/cache/keys/${name}`, readFileSync(path.join(keys, name), "utf8"))
    const file = other.path("changed.hart")
    writeFileSync(file, change(readFileSync(artifact)))
    const { stderr, code } = other.run("pkg", "install", file)
    const packages = existsSync(other.path("hab/pkgs")) ? readdirSync(other.path("hab/pkgs"), { recursive: true }) : []
    return { stderr, code, packages: packages.map(String).filter((name) => name.includes("IDENT")) }
  }

  it("refuses a tampered, a truncated and a foreign file, and writes nothing", () => {
    const flip = (bytes: Buffer) => {
      const changed = Buffer.from(bytes)
      changed[changed.length - 40] = (changed[changed.length - 40] ?? 0) ^ 1
      return changed
    }
    for (const change of [
      flip,
      (b: Buffer) => b.subarray(0, b.length - 100),
      () => Buffer.from("HART-2\nx\n"),
      () => Buffer.alloc(0),
    ]) {
      const { code, stderr, packages } = refused(change)
      expect(code).not.toBe(0)
      expect(stderr).toContain("✗✗✗")
      expect(stderr).not.toContain("This is a bug")
      expect(packages).toEqual([])
    }
  })

  it("refuses a package whose key is not known, and says how to trust it", () => {
    const stranger = createHab()
    const { code, stderr } = stranger.run("pkg", "install", artifact)
    expect(code).not.toBe(0)
    expect(stderr).toContain("hab origin key import")
  })

  it("remembers the exit code of an install hook and passes it through until the hook succeeds", () => {
    const folder = plan({
      "plan.sh": MINIMAL.replace("small", "fussy"),
      "default.toml": "code = 42\n",
      "hooks/install": "#!/bin/bash\necho installing\nexit {{cfg.code}}\n",
    })
    const fussy = hab.does("pkg", "build", folder)
    const first = hab.run("pkg", "install", fussy)
    expect(first.code).toBe(42)
    expect(first.stderr).toContain("fussy hook[install]:(HK): installing")
    const installed = hab.does("pkg", "path", "acme/fussy")
    expect(readFileSync(path.join(installed, "INSTALL_HOOK_STATUS"), "utf8")).toBe("42")
    hab.write("hab/user/fussy/config/user.toml", "code = 0\n")
    expect(hab.does("pkg", "install", "acme/fussy")).toContain("complete with 0 new packages installed.")
    expect(readFileSync(path.join(installed, "INSTALL_HOOK_STATUS"), "utf8")).toBe("0")
  })

  it("leaves the hook pending with --ignore-install-hook", () => {
    const other = createHab({ HOME: hab.root })
    const keys = path.join(hab.root, "hab/cache/keys")
    for (const name of readdirSync(keys))
      other.write(`hab/cache/keys/${name}`, readFileSync(path.join(keys, name), "utf8"))
    other.does("pkg", "install", artifact, "--ignore-install-hook")
    const installed = other.does("pkg", "path", "acme/beacon")
    expect(existsSync(path.join(installed, "INSTALL_HOOK_STATUS"))).toBe(false)
    other.does("pkg", "install", "acme/beacon")
    expect(readFileSync(path.join(installed, "INSTALL_HOOK_STATUS"), "utf8")).toBe("0")
  })
})

describe("a broken spec file", () => {
  it("is named and skipped; nothing is lost, and what is loaded goes on as it was", async () => {
    hab.does("pkg", "install", artifact)
    hab.write("hab/sup/default/specs/beacon.spec", "ident = 7\n")
    const sup = hab.supervise()
    await sup.sees("beacon.spec.*will be skipped")
    expect(hab.read("hab/sup/default/specs/beacon.spec")).toBe("ident = 7\n")
    writeFileSync(hab.path("hab/sup/default/specs/absent.spec"), 'ident = "acme/absent"\n')
    await sup.sees("Unable to start acme/absent")
    hab.write("hab/sup/default/specs/beacon.spec", 'ident = "acme/beacon"\n')
    await sup.sees("beacon says message = lit")
    const pid = await until("it is up", () => hab.status("beacon")?.pid ?? undefined)
    hab.write("hab/sup/default/specs/beacon.hab.toml", 'restart = "sometimes"\n')
    await sup.sees("'restart' must be one of.*beacon goes on as it was loaded")
    expect(hab.status("beacon")?.pid).toBe(pid)
    expect(hab.does("sup", "restart")).toContain("1 service kept running")
    await until("it is known again", () => hab.status("beacon")?.pid === pid)
    hab.write("hab/sup/default/specs/beacon.hab.toml", "")
    expect(await sup.stop()).toBe(0)
  })
})
