import { spawn, spawnSync } from "node:child_process"
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, processesOf, project } from "../support/hab.ts"
import { canMount, mountSmallDisk } from "../support/small-disk.ts"
import { until } from "../support/until.ts"

const PLAN = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\n"
const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]
const hasNamespaces = spawnSync("unshare", [...asRoot, "--mount", "--net", "--ipc", "true"]).status === 0
const NOTHING = "do_build() { :; }\ndo_install() { :; }\n"

function builder(planText: string) {
  const hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  hab.write("plan/plan.sh", planText)
  return hab
}

describe("hab plan check", () => {
  it("prints every mistake of a plan with its place and lines, and exits 1", () => {
    const { stdout, stderr, code } = createHab().run("plan", "check", path.join(project, "fixtures/plans/mistakes"))
    expect(code).toBe(1)
    expect(stderr).toContain("8 errors, 14 warnings")
    const messages = new Set(stdout.match(/^[\w./-]+:\d+:\d+: (error|warning): .*$/gm))
    expect(messages.size).toBe(22)
    expect(stdout).toContain('  4 | pkg_version=1.0.0\n  5 | pkg_licence=("Apache-2.0")\n    | ^\n  6 | pkg_source=')
    expect(stdout).toContain("did you mean 'do_build'?")
  })

  it("prints JSON when asked, and warnings are errors with --strict", () => {
    const hab = builder(`${PLAN}pkg_licence=(MIT)\n`)
    const [finding] = JSON.parse(hab.does("plan", "check", "plan", "--json"))
    expect(finding).toMatchObject({ path: "plan.sh", line: 4, column: 1, severity: "warning" })
    expect(hab.run("plan", "check", "plan", "--strict").code).toBe(1)
  })
})

describe("hab pkg build --json", () => {
  it("prints each event as a line, the artifact in the last one", () => {
    const lines = builder(PLAN + NOTHING)
      .does("pkg", "build", "plan", "--json")
      .split("\n")
    const events = lines.map((line) => JSON.parse(line))
    expect(events.at(-1)).toMatchObject({
      tag: "built",
      artifact: expect.stringMatching(/acme-tree-1\.0-\d+-.*\.hart$/),
    })
    expect(events.map(({ phase }) => phase)).toContain("do_install")
  })

  it("ends with the failure and where its log is", () => {
    const hab = builder(`${PLAN}do_build() { echo before; false; }\n`)
    const { stdout, code } = hab.run("pkg", "build", "plan", "--json")
    const failed = JSON.parse(stdout.trim().split("\n").at(-1) ?? "")
    expect([code, failed.tag, failed.code]).toEqual([1, "failed", "BUILD_PHASE_FAILED"])
    expect(readFileSync(failed.hint.split(" ").at(-1), "utf8")).toContain("before")
  })
})

describe("hab pkg build of a plan whose dependencies are not installed", () => {
  const user = `${PLAN}pkg_build_deps=(acme/tool)\npkg_deps=(acme/library)\ndo_build() { cat "$(pkg_path_for tool)/note"; }\ndo_install() { :; }\n`
  const dependency = (name: string) =>
    `pkg_name=${name}\npkg_origin=acme\npkg_version=1\ndo_build() { :; }\ndo_install() { echo "i am ${name}" >$pkg_prefix/note; }\n`

  it("takes them from the depot that is named, runs install hooks of build dependencies only, and asks it once", () => {
    const maker = createHab()
    maker.does("origin", "key", "generate", "acme")
    const depot = `file://${maker.path("depot")}`
    for (const name of ["tool", "library"]) {
      maker.write(`${name}/plan.sh`, dependency(name))
      maker.write(`${name}/hooks/install`, '#!/bin/sh\necho "{{pkg.name}} is set up"\n')
      const artifact = maker.does("pkg", "build", name)
      maker.does(
        "pkg",
        "upload",
        artifact,
        "--url",
        depot,
        ...(name === "tool" ? ["--channel", "base"] : ["-c", "stable"]),
      )
    }
    const hab = createHab()
    hab.write("plan/plan.sh", user)
    // Another key of the same origin, made in the same second, would have the same name.
    cpSync(maker.path("hab/cache/keys"), hab.path("hab/cache/keys"), { recursive: true })
    const alone = hab.run("pkg", "build", "plan")
    expect(alone.code).toBe(1)
    expect(alone.stderr).toMatch(/acme\/tool is not installed in .*\n.*acme\/library is not installed in/)
    expect(alone.stderr).toContain("name a depot that has them: --url or HAB_BLDR_URL")
    const { stderr, code } = hab.run("pkg", "build", "plan", "--url", depot)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain("\ni am tool\n")
    expect(stderr).toContain("tool is set up")
    expect(stderr).not.toContain("library is set up")
    const without = hab.run("pkg", "build", "plan", "--force", "--url", "file:///nowhere")
    expect(without.code, without.stderr).toBe(0)
  })

  it("takes a scaffolding and what a sandbox shows from there, too, and none of it when told not to", () => {
    const hab = builder(`${PLAN}pkg_scaffolding=acme/frame\n`)
    hab.write(
      "frame/plan.sh",
      `pkg_name=frame\npkg_origin=acme\npkg_version=1\ndo_build() { :; }\ndo_install() { mkdir $pkg_prefix/lib; echo 'do_build() { echo framed; }; do_install() { :; }' >$pkg_prefix/lib/scaffolding.sh; }\n`,
    )
    hab.does(
      "pkg",
      "upload",
      hab.does("pkg", "build", "frame"),
      "--channel",
      "base",
      "--url",
      `file://${hab.path("depot")}`,
    )
    const words = [
      "pkg",
      "build",
      "plan",
      "--url",
      `file://${hab.path("depot")}`,
      ...(hasNamespaces ? ["--sandbox"] : []),
    ]
    expect(hab.run(...words, "--offline").stderr).toContain("acme/frame is not installed")
    const { stderr, code } = hab.run(...words)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain("\nframed\n")
  })
})

describe.skipIf(!canMount)("a build that fills the disk (as root, where tmpfs can be mounted)", () => {
  it("says what could not be written, leaves nothing, and works once there is room", () => {
    const hab = createHab()
    const unmount = mountSmallDisk(hab.path("hab"), 4)
    try {
      hab.does("origin", "key", "generate", "acme")
      hab.write(
        "plan/plan.sh",
        `${PLAN}do_build() { dd if=/dev/zero of=$CACHE_PATH/big bs=64k; }\ndo_install() { :; }\n`,
      )
      const command = hab.run("pkg", "build", "plan")
      expect(command.code).toBe(1)
      expect(command.stderr).toMatch(/do_build failed at .*plan\.sh:4: 'dd .*\n.*No space left on device/)
      hab.write(
        "plan/plan.sh",
        `${PLAN}do_build() { :; }\ndo_install() { head -c 2500000 /dev/urandom >$pkg_prefix/f; }\n`,
      )
      const ours = hab.run("pkg", "build", "plan")
      expect(ours.code).toBe(1)
      expect(ours.stderr).toMatch(/cannot write '.*\/hab\/cache\/artifacts\/.*': no space left on the disk \(ENOSPC\)/)
      expect([hab.list("hab/pkgs"), hab.list("hab/cache/artifacts"), hab.list("hab/cache/build")]).toEqual([
        [],
        [],
        ["tree.lock"],
      ])
      hab.write("plan/plan.sh", PLAN + NOTHING)
      hab.does("pkg", "install", hab.does("pkg", "build", "plan"))
    } finally {
      unmount()
    }
  })
})

describe("a build that hangs", () => {
  it("is ended by one Ctrl-C, and nothing of it is left, although it ignores signals", async () => {
    const hang =
      "trap '' TERM INT HUP; bash -c 'trap \"\" TERM; while :; do read -r -t 60 <> <(:) || :; done' & touch hangs; wait; wait"
    const hab = builder(`${PLAN}do_build() { ${hang}; }\n`)
    const child = spawn(process.execPath, [path.join(project, "bin/hab"), "pkg", "build", "plan"], {
      env: hab.env,
      cwd: hab.root,
      stdio: "ignore",
    })
    const ended = new Promise((resolve) => child.once("exit", resolve))
    await until("the build hangs", () => hab.list("plan").includes("hangs"))
    child.kill("SIGINT")
    expect(await ended).toBe(130)
    await until("nothing of it runs", () => processesOf(hab.root).length === 0)
    expect(hab.list("hab/pkgs")).toEqual([])
  })
})

describe.skipIf(!hasNamespaces)("hab pkg build --sandbox (needs namespaces)", () => {
  it("shows the plan its own files and nothing else, and leaves no mount", () => {
    writeFileSync("/tmp/hab-sandbox-test-outside", "")
    const looks = [
      "ls -A /tmp; echo tmp-is-private",
      "type -P gcc || echo no-gcc",
      "[[ -e /etc/shadow || -e /usr/include ]] || echo no-host",
      "(echo >/dev/tcp/127.0.0.1/22) 2>/dev/null || echo no-network",
      "touch /usr/bin/env 2>/dev/null || echo read-only",
      "mkdir -p /elsewhere && touch /elsewhere/file && echo gone-with-the-build",
      "ls $PLAN_CONTEXT",
    ]
    const hab = builder(`${PLAN}do_build() { ${looks.join("; ")}; }\ndo_install() { touch /tmp/x $pkg_prefix/file; }\n`)
    const { stderr, code } = hab.run("pkg", "build", "plan", "--sandbox")
    rmSync("/tmp/hab-sandbox-test-outside")
    expect(code, stderr).toBe(0)
    const said = ["tmp-is-private", "no-gcc", "no-host", "no-network", "read-only", "gone-with-the-build", "plan.sh"]
    expect(said.filter((line) => !stderr.includes(`\n${line}\n`))).toEqual([])
    expect(stderr).not.toContain("hab-sandbox-test-outside")
    expect(existsSync("/elsewhere")).toBe(false)
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(hab.root)
  })

  it("downloads outside for the plan, and takes a version that comes late", () => {
    const hab = createHab()
    hab.does("origin", "key", "generate", "acme")
    hab.write("source.txt", "1.2.3\n")
    const plan = [
      "pkg_name=tree\npkg_origin=acme",
      `pkg_source=file://${hab.path("source.txt")}`,
      "pkg_version() { cat $HAB_CACHE_SRC_PATH/source.txt; }",
      "do_verify() { :; }\ndo_unpack() { update_pkg_version; }\ndo_build() { :; }",
      "do_install() { cp $HAB_CACHE_SRC_PATH/source.txt $pkg_prefix/; }",
    ]
    hab.write("plan/plan.sh", `${plan.join("\n")}\n`)
    const artifact = hab.does("pkg", "build", "plan", "--sandbox")
    hab.does("pkg", "install", artifact)
    expect(readFileSync(`${hab.does("pkg", "path", "acme/tree/1.2.3")}/source.txt`, "utf8")).toBe("1.2.3\n")
  })

  it("after kill -9 leaves no mount and nothing installed; the next build works", async () => {
    const hab = builder(
      `${PLAN}do_build() { touch $PLAN_CONTEXT/builds; while [[ ! -e $PLAN_CONTEXT/go ]]; do sleep 0.1; done; }\ndo_install() { touch $pkg_prefix/file; }\n`,
    )
    const child = spawn(process.execPath, [path.join(project, "bin/hab"), "pkg", "build", "plan", "--sandbox"], {
      env: hab.env,
      cwd: hab.root,
      stdio: "ignore",
    })
    await until("it builds", () => hab.list("plan").includes("builds"))
    child.kill("SIGKILL")
    await until("nothing of it runs", () => processesOf(hab.root).length === 0)
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(hab.root)
    expect(hab.run("pkg", "list", "--all").stdout).toBe("")
    hab.write("plan/go", "")
    hab.does("pkg", "install", hab.does("pkg", "build", "plan", "--sandbox"))
  })
})
