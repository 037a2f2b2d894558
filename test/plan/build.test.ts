import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { HabError } from "../../src/base/errors.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { initPlan } from "../../src/plan/init.ts"
import type { TemplateName } from "../../src/plan/init-templates.ts"
import { PHASES } from "../../src/plan/phases.ts"
import { failure, install, member, memberNames } from "./build-answers.ts"
import { RELEASE, read, type Workshop, workshop } from "./build-fixture.ts"

const HEAD = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\n"
const QUICK = "do_build() { :; }\ndo_install() { :; }\n"

/** Where the plan of HEAD is installed, as it sees it. */
const placeIn = (shop: Workshop) => `${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}`

describe("building a package", () => {
  it("makes a signed artifact of a plan, tells about it in results/, and leaves nothing installed", async () => {
    const shop = await workshop({ enclosed: true })
    const prefix = placeIn(shop)
    const plan = shop.plan({
      "plan.sh": `${HEAD}pkg_bin_dirs=(bin)\npkg_svc_run="hi --dir $pkg_svc_path"\ndo_build() { return 0; }\ndo_install() { echo hi >"$pkg_prefix/bin/hi"; }\n`,
      "config/hi.conf": "{{cfg.port}}",
      "default.toml": "port = 80\n",
    })
    const result = await shop.build(plan)
    expect(memberNames(result.artifact)).toEqual([
      ...[
        "BUILDINFO",
        "FILES",
        "IDENT",
        "MANIFEST",
        "PATH",
        "RUNTIME_ENVIRONMENT",
        "RUNTIME_PATH",
        "SVC_GROUP",
        "SVC_USER",
        "TARGET",
      ],
      ...["bin/", "bin/hi", "config/", "config/hi.conf", "default.toml", "run"],
    ])
    expect(member(result.artifact, "PATH")).toBe(`${prefix}/bin\n`)
    expect(member(result.artifact, "run")).toContain("hi --dir /hab/svc/tree 2>&1")
    expect(member(result.artifact, "MANIFEST")).toContain(`* __Path__: \`${prefix}\``)
    const listed = member(result.artifact, "FILES").split("\n").slice(5, -1)
    expect(listed.map((line) => line.slice(66))).toEqual(
      [
        "BUILDINFO",
        "IDENT",
        "PATH",
        "RUNTIME_ENVIRONMENT",
        "RUNTIME_PATH",
        "SVC_GROUP",
        "SVC_USER",
        "TARGET",
        "bin/hi",
        "config/hi.conf",
        "default.toml",
        "run",
      ].map((name) => `${prefix}/${name}`),
    )
    const sha256 = createHash("sha256").update(readFileSync(result.artifact)).digest("hex")
    expect(read(result.summary)).toBe(
      `pkg_origin=acme\npkg_name=tree\npkg_version=1.0\npkg_release=${RELEASE}\npkg_target=x86_64-linux\npkg_ident=acme/tree/1.0/${RELEASE}\npkg_artifact=acme-tree-1.0-${RELEASE}-x86_64-linux.hart\npkg_sha256sum=${sha256}\npkg_blake2bsum=${result.blake2b}\n`,
    )
    expect(existsSync(`${shop.layout.hab}/pkgs/acme`)).toBe(false)
    expect(readdirSync(`${shop.layout.hab}/cache/build`)).toEqual(["acme-tree.last", "tree.lock"])
    expect(readdirSync(`${plan}/results`).sort()).toEqual([path.basename(result.artifact), "last_build.env", "logs"])
    expect(existsSync(`${shop.layout.cacheArtifacts}/${path.basename(result.artifact)}`)).toBe(true)
  })

  it("runs every callback in the documented order, in one shell, prepare to install in SRC_PATH", async () => {
    const shop = await workshop()
    const callbacks = PHASES.filter((phase) => phase.kind === "callback").map((phase) => phase.name)
    const definitions = callbacks.map((name) => `${name}() { trail+=" ${name}"; echo "at ${name} $PWD"; }\n`).join("")
    const plan = shop.plan({
      "habitat/plan.sh": `${HEAD}${definitions}do_after_success() { echo "trail$trail"; }\n`,
    })
    await shop.build(plan, { DO_CHECK: "1" })
    const inSource = ["do_prepare", "do_build", "do_check", "do_install"]
    expect(shop.output()).toEqual([
      ...callbacks.map((name) => `at ${name} ${inSource.includes(name) ? plan : `${plan}/habitat`}`),
      `trail ${callbacks.join(" ")}`,
    ])
    expect(callbacks.join(" ")).toBe(
      "do_begin do_setup_environment do_before do_download do_verify do_clean do_unpack do_prepare do_build do_check do_install do_build_config do_build_service do_strip do_after do_end",
    )
  })

  it("runs do_check only when DO_CHECK is set, and do_after_success cannot fail the build", async () => {
    const shop = await workshop()
    const plan = shop.plan({
      "plan.sh": `${HEAD}${QUICK}do_check() { echo checked; }\ndo_after_success() { echo almost; exit 3; }\n`,
    })
    await shop.build(plan)
    expect(shop.output()).not.toContain("checked")
    expect(shop.output()).toContain("almost")
    expect(shop.output().at(-1)).toContain("do_after_success failed")
  })

  it("builds in CACHE_PATH from a cached source, with the default callbacks", async () => {
    const shop = await workshop()
    const prefix = placeIn(shop)
    const cache = shop.plan({
      "tree-1.0/configure": '#!/bin/sh\necho "configured $1"\n',
      "tree-1.0/Makefile": "all:\n\techo making\ninstall:\n\techo built >$(PREFIX)/it\n",
    })
    chmodSync(`${cache}/tree-1.0/configure`, 0o755)
    execFileSync("tar", ["czf", "tree-1.0.tar.gz", "tree-1.0"], { cwd: cache })
    const sum = createHash("sha256")
      .update(readFileSync(`${cache}/tree-1.0.tar.gz`))
      .digest("hex")
    const plan = shop.plan({
      "plan.sh": `${HEAD}pkg_source=http://nowhere.invalid/tree-1.0.tar.gz\npkg_shasum=${sum.toUpperCase()}\ndo_after() { echo "paths $SRC_PATH $CACHE_PATH $HAB_CACHE_SRC_PATH $pkg_filename $pkg_dirname"; }\n`,
    })
    const { artifact } = await shop.build(plan, { HAB_CACHE_SRC_PATH: cache })
    const sources = `${shop.layout.prefix}/cache/src`
    expect(shop.output()).toEqual(expect.arrayContaining([`configured --prefix=${prefix}`, "making"]))
    expect(shop.output()).toContain(`paths ${sources}/tree-1.0 ${sources}/tree-1.0 ${sources} tree-1.0.tar.gz tree-1.0`)
    expect(member(artifact, "it")).toBe("built\n")
    expect(readdirSync(cache).sort()).toEqual(["tree-1.0", "tree-1.0.tar.gz"])
  })

  it("stops at a wrong checksum", async () => {
    const shop = await workshop()
    const cache = shop.plan({ "x.tar": "foo\n" })
    const source = `pkg_source=file://${cache}/x.tar\n`
    const error = await failure(shop.build(shop.plan({ "plan.sh": `${HEAD}${source}pkg_shasum=00\n` })))
    expect(error.message).toContain("do_verify failed")
    expect(error.message).toMatch(/Expected: 00\n.*Computed: b5bb9d80/)
    expect(error.hint).toContain(`then correct pkg_shasum or remove ${shop.layout.hab}/cache/src/x.tar\n`)
  })

  it("supports plans that source another, redefine helpers, chain defaults and change flags between callbacks", async () => {
    const shop = await workshop()
    const prefix = placeIn(shop)
    const plan = shop.plan({
      "base/plan.sh": "pkg_name=base\npkg_version=1.0\npkg_origin=acme\ndo_build() { echo base build; }\n",
      "plan.sh": `source base/plan.sh
pkg_name=tree
build_line() { echo "mine $1"; }
do_prepare() { CFLAGS="$CFLAGS -O2"; do_default_prepare; build_line prepared; }
do_install() { sh -c 'echo "flags $CFLAGS $PREFIX"'; }
do_strip() { do_default_strip; build_line stripped; }
`,
    })
    await shop.build(plan)
    expect(shop.output()).toEqual([
      "mine Clean the cache",
      "mine prepared",
      "base build",
      `flags  -O2 ${prefix}`,
      "mine Stripping unneeded symbols from binaries and libraries",
      "mine stripped",
    ])
  })

  it("is not confused by plans that change shell options, IFS, traps or the working directory", async () => {
    const shop = await workshop()
    const odd =
      "set -u\nset -o pipefail\nset -f\nshopt -s nullglob dotglob\nIFS=,\ntrap 'echo leaving' EXIT\nunset pkg_license\n"
    const plan = shop.plan({
      "plan.sh": `${odd}${HEAD}pkg_svc_run="hi"\npkg_bin_dirs=(bin sbin)\ndo_begin() { cd /; }\ndo_build() { mkdir deep; cd deep; exec 2>&1; }\ndo_install() { rmdir deep; }\n`,
      "config/a": "a",
    })
    const { artifact } = await shop.build(plan)
    expect(memberNames(artifact)).toEqual(expect.arrayContaining(["bin/", "sbin/", "config/a", "run"]))
  })

  it("gives callbacks what the dependencies offer, and records it", async () => {
    const shop = await workshop()
    const prefix = placeIn(shop)
    const pkgs = `${shop.layout.prefix}/pkgs`
    install(shop, "core/glibc/2/1", { PATH: `${pkgs}/core/glibc/2/1/bin:/elsewhere` })
    install(shop, "core/zlib/1/1", {
      DEPS: "core/glibc/2/1",
      TDEPS: "core/glibc/2/1",
      CFLAGS: `-I${pkgs}/core/zlib/1/1/include`,
      LDFLAGS: `-L${pkgs}/core/zlib/1/1/lib`,
      LD_RUN_PATH: `${pkgs}/core/zlib/1/1/lib`,
      RUNTIME_ENVIRONMENT: "PATH=/x\nZLIB=yes\nPYTHONPATH=/z",
    })
    install(shop, "core/gcc/9/1", { PATH: `${pkgs}/core/gcc/9/1/bin`, RUNTIME_ENVIRONMENT: "CC=gcc" })
    const plan = shop.plan({
      "plan.sh": `${HEAD}pkg_deps=(core/zlib)\npkg_build_deps=(core/gcc/9)\npkg_bin_dirs=(bin)\npkg_lib_dirs=(lib)
do_setup_environment() { push_runtime_env PYTHONPATH "$pkg_prefix/py"; set_buildtime_env MODE fast; }
do_build() { sh -c 'echo "env $ZLIB $CC $MODE $PYTHONPATH"'; echo "flags $CFLAGS|$CXXFLAGS|$LDFLAGS|$LD_RUN_PATH"; echo "path \${PATH%:/usr*}"
  echo "deps \${pkg_all_tdeps_resolved[*]} $(pkg_path_for zlib)"; }
do_install() { :; }
`,
    })
    const { artifact } = await shop.build(plan, { PATH: `/usr/bin:/bin` })
    const zlib = `${pkgs}/core/zlib/1/1`
    expect(shop.output().slice(1, 5)).toEqual([
      `env yes gcc fast ${prefix}/py:/z`,
      `flags -I${zlib}/include|-I${zlib}/include|-L${zlib}/lib|${prefix}/lib:${zlib}/lib`,
      `path ${prefix}/bin:${pkgs}/core/gcc/9/1/bin:${pkgs}/core/glibc/2/1/bin`,
      `deps ${pkgs}/core/gcc/9/1 ${zlib} ${pkgs}/core/glibc/2/1 ${zlib}`,
    ])
    expect(member(artifact, "DEPS")).toBe("core/zlib/1/1\n")
    expect(member(artifact, "TDEPS")).toBe("core/zlib/1/1\ncore/glibc/2/1\n")
    expect(member(artifact, "BUILD_DEPS")).toBe("core/gcc/9/1\n")
    const path = `${prefix}/bin:${pkgs}/core/glibc/2/1/bin`
    expect(member(artifact, "RUNTIME_ENVIRONMENT")).toBe(`PATH=${path}\nPYTHONPATH=${prefix}/py:/z\nZLIB=yes\n`)
    expect(member(artifact, "RUNTIME_ENVIRONMENT_PROVENANCE")).toBe(
      `PYTHONPATH=acme/tree/1.0/${RELEASE} core/zlib/1/1\nZLIB=core/zlib/1/1\n`,
    )
    expect(member(artifact, "BUILDTIME_ENVIRONMENT")).toBe("CC=gcc\nMODE=fast\n")
  })

  it("strips programs, libraries and archives by what they are, and goes on when one cannot be stripped", async () => {
    const shop = await workshop()
    const tools = shop.plan({ strip: '#!/bin/sh\necho "stripping $@"\ncase "$*" in *broken*) exit 1;; esac\n' })
    chmodSync(`${tools}/strip`, 0o755)
    const elf = (type: number) => `printf '\\x7fELF\\x02\\x01\\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x0${type}\\0'`
    const install = `do_install() { cd "$pkg_prefix"; ${elf(2)} >broken; ${elf(3)} >lib.so; ${elf(1)} >o.o; echo '!<arch>' >a.a; }`
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { :; }\n${install}\n` })
    const prefix = placeIn(shop)
    const tail = async () => {
      await shop.build(plan, { PATH: `${tools}:/usr/bin:/bin` })
      return shop.output().slice(-4)
    }
    expect(await tail()).toEqual([
      `stripping --strip-debug --enable-deterministic-archives ${prefix}/a.a`,
      `stripping --strip-all ${prefix}/broken`,
      `   tree: WARN: ${prefix}/broken was not stripped`,
      `stripping --strip-unneeded ${prefix}/lib.so`,
    ])
    writeFileSync(`${plan}/plan.sh`, `${HEAD}${QUICK}exists() { return 1; }\n`)
    expect((await tail()).at(-1)).toBe(
      "   tree: WARN: There is no program 'strip' on the PATH: binaries are not stripped",
    )
  })

  it("shows the package to do_end at its place, and never to the store", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}${QUICK}do_end() { ls "$pkg_prefix"; }\n` })
    await shop.build(plan)
    expect(shop.output().slice(-4)).toEqual(["FILES", "IDENT", "MANIFEST", "PREFIX"])
  })

  it("loads a scaffolding, which may add dependencies and define callbacks", async () => {
    const shop = await workshop()
    install(shop, "core/node/20/1")
    install(shop, "core/tool/1/1")
    install(shop, "core/scaffolding-node/1/1", {
      DEPS: "core/tool/1/1",
      TDEPS: "core/tool/1/1",
      "lib/scaffolding.sh":
        "scaffolding_load() { pkg_deps+=(core/node); }\ndo_build() { echo scaffolded; }\ndo_install() { :; }",
    })
    const { artifact } = await shop.build(shop.plan({ "plan.sh": `${HEAD}pkg_scaffolding=core/scaffolding-node\n` }))
    expect(shop.output()).toContain("scaffolded")
    expect(member(artifact, "DEPS")).toBe("core/node/20/1\n")
    expect(member(artifact, "BUILD_DEPS")).toBe("core/scaffolding-node/1/1\ncore/tool/1/1\n")
    install(shop, "core/broken/1/1", { "lib/scaffolding.sh": "return 3" })
    const error = await failure(shop.build(shop.plan({ "plan.sh": `${HEAD}pkg_scaffolding=core/broken\n` })))
    expect(error.exitCode).toBe(17)
  })

  it("learns a version from a function pkg_version", async () => {
    const shop = await workshop()
    const plan = (more: string) =>
      shop.plan({
        "plan.sh": `pkg_name=tree\npkg_origin=acme\npkg_version() { cat "$PLAN_CONTEXT/VERSION"; }\n${QUICK}${more}`,
        VERSION: "3.1",
      })
    const { ident, artifact } = await shop.build(plan("do_before() { update_pkg_version; }"))
    expect(ident.version).toBe("3.1")
    expect(member(artifact, "IDENT")).toBe(`acme/tree/3.1/${RELEASE}\n`)
    expect((await failure(shop.build(plan("")))).exitCode).toBe(2)
    expect(
      (await failure(shop.build(plan("do_before() { update_pkg_version; }\ndo_prepare() { update_pkg_version; }"))))
        .exitCode,
    ).toBe(21)
  })

  it("tells the plan where its service will be, before and after its name is known", async () => {
    const shop = await workshop()
    const names = ["", "_data", "_files", "_var", "_config", "_config_install", "_static"].map(
      (part) => `pkg_svc${part}_path`,
    )
    const show = names.map((name) => `echo "${name}=$${name}"`).join("\n")
    const plan = `pkg_origin=acme\npkg_version=1.0\npkg_svc_run="tree $pkg_svc_data_path"\n${show}\npkg_name=tree\n`
    const callbacks = `do_build() { ${show.replaceAll("\n", "; ")}; echo $pkg_output_path; }\ndo_install() { :; }\n`
    const directory = shop.plan({ "plan.sh": plan.replace("\\$", "$") + callbacks })
    const { artifact } = await shop.build(directory)
    const places = ["", "/data", "/files", "/var", "/config", "/config_install", "/static"]
    const lines = (name: string) =>
      names.map((variable, index) => `${variable}=${shop.layout.prefix}/svc/${name}${places[index]}`)
    expect(shop.output()).toEqual(
      expect.arrayContaining([...lines("@__pkg_name__@"), ...lines("tree"), `${directory}/results`]),
    )
    expect(member(artifact, "run")).toContain(`tree ${shop.layout.prefix}/svc/tree/data`)
  })

  it("packages the origin asked for, and counts run.sh as the run hook", async () => {
    const shop = await workshop()
    const text = `pkg_name=tree\npkg_origin=other\npkg_version=1\npkg_svc_user=root\npkg_svc_run=unused\n${QUICK}`
    const plan = shop.plan({
      "plan.sh": text,
      "hooks/run.sh": "#!/bin/sh\n",
      "hooks/health_check": "#!/bin/sh\n",
      "hooks/run.ps1": "",
    })
    const { ident, artifact } = await shop.build(plan, { HAB_ORIGIN: "acme" })
    expect(ident.origin).toBe("acme")
    expect(memberNames(artifact)).toEqual([
      "BUILDINFO",
      "FILES",
      "IDENT",
      "MANIFEST",
      "PREFIX",
      "SVC_GROUP",
      "SVC_USER",
      "TARGET",
      "hooks/",
      "hooks/health_check",
      "hooks/run",
    ])
    const warnings = shop.progress.flatMap((fact) => (fact.tag === "warning" ? [fact.text] : []))
    expect(warnings).toEqual([
      expect.stringMatching(/plan\.sh:4:1: pkg_svc_user is set and pkg_svc_group is not/),
      expect.stringMatching(/^hooks\/health_check:1:1: 'health_check' is not the name of a hook/),
      expect.stringMatching(/^hooks\/run\.sh:1:1: pkg_svc_run is not used/),
      expect.stringMatching(/run\.ps1.*left out/),
    ])
    expect([member(artifact, "SVC_USER"), member(artifact, "SVC_GROUP")]).toEqual(["root\n", "hab\n"])
  })

  it("blanks the library search paths of libtool's scripts and keeps their time", async () => {
    const shop = await workshop()
    const plan = shop.plan({
      "plan.sh": `${HEAD}${QUICK}`,
      "sub/LTMain.sh": 'keep\n  eval sys_lib_search_path=\\"$x\\"\n',
    })
    await shop.build(plan)
    expect(read(`${plan}/sub/LTMain.sh`)).toBe("keep\n  \n")
  })
})

describe("the check before a build", () => {
  it("reports every mistake of a plan that holds twenty-two of them, in one run", async () => {
    const shop = await workshop()
    const findings = await shop.check(fileURLToPath(new URL("../../fixtures/plans/mistakes", import.meta.url)))
    expect(findings.map(({ path, line }) => `${path}:${line}`)).toEqual([
      "plan.sh:8",
      "plan.sh:22",
      "plan.sh:5",
      "plan.sh:24",
      "plan.sh:19",
      "plan.sh:20",
      "plan.sh:14",
      "plan.sh:17",
      "plan.sh:17",
      "plan.sh:7",
      "plan.sh:9",
      "plan.sh:8",
      "plan.sh:10",
      "hooks/health_check:1",
      "hooks/init:1",
      "hooks/post-run:1",
      "hooks/reconfigure:1",
      "hooks/run:1",
      "hooks/run:1",
      "config/broken.conf:1",
      "config/mistakes.conf:1",
      "config/mistakes.conf:2",
    ])
  })

  it("has bash's own words for a plan it cannot read", async () => {
    const shop = await workshop()
    const findings = await shop.check(shop.plan({ "plan.sh": "pkg_name=tree\nif true; then\n" }))
    expect(findings).toEqual([expect.objectContaining({ severity: "error", path: "plan.sh", line: 3 })])
    expect(findings[0]?.message).toMatch(/syntax error/)
  })

  it("warns of what the package would not do, and --no-check does not look", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}${QUICK}`, "config/a": "{{cfg.port}}", "default.toml": "prt = 80" })
    await shop.build(plan)
    await shop.build(plan, {}, { check: false })
    const warnings = shop.progress.filter((fact) => fact.tag === "warning")
    expect(warnings).toEqual([
      { tag: "warning", text: "config/a:1:3: 'cfg.port' is not defined", hint: "did you mean 'cfg.prt'?" },
    ])
  })
})

const SERVED: Readonly<Record<TemplateName, Readonly<Record<string, string>>>> = {
  binary: { "bin/app": "#!/bin/sh\n" },
  node: { "package.json": "{}", "index.js": "" },
  python: { "main.py": "" },
  c: { Makefile: "app:\n\techo >app\ninstall:\n\tinstall -D app $(PREFIX)/bin/app\n" },
  go: { "go.mod": "module app\n", "main.go": "package main\nfunc main() {}\n" },
}
const NEEDS: Partial<Record<TemplateName, string>> = { c: "make", go: "go" }
const hasProgram = (name: string | undefined) =>
  name === undefined || spawnSync("bash", ["-c", `command -v ${name}`]).status === 0

describe("a plan of hab plan init", () => {
  for (const template of Object.keys(SERVED) as TemplateName[]) {
    it.skipIf(!hasProgram(NEEDS[template]))(`for ${template} has no mistakes and builds`, async () => {
      const shop = await workshop()
      const project = shop.plan(SERVED[template])
      mkdirSync(`${project}/app`)
      initPlan({ files: systemFiles }, { cwd: project, name: "app", origin: "acme", template, env: {} })
      renameSync(`${project}/app`, `${project}/habitat`)
      expect(await shop.check(project)).toEqual([])
      const { artifact } = await shop.build(project)
      expect(memberNames(artifact)).toContain(template === "c" ? "bin/app" : "hooks/run")
      expect(shop.progress.filter((fact) => fact.tag === "warning")).toEqual([])
    })
  }
})

describe("a build that fails", () => {
  it("names the phase, the command and its place, shows the last lines and the log, and runs do_after_failure", async () => {
    const shop = await workshop()
    const plan = shop.plan({
      "plan.sh": `${HEAD}do_build() {\n  echo compiling\n  (exit 5)\n}\ndo_install() { :; }\ndo_after_failure() { echo sorry; }\n`,
    })
    const error = await failure(shop.build(plan))
    expect([error.code, error.exitCode]).toEqual(["BUILD_PHASE_FAILED", 5])
    expect(error.message).toMatch(
      new RegExp(`^do_build failed at ${plan}/plan.sh:6: '.*exit 5.*' exited with status 5\n  compiling\n`),
    )
    expect(error.message).toContain("  sorry")
    const log = /is in (.*)$/.exec(error.hint ?? "")?.[1] ?? ""
    expect(log).toMatch(new RegExp(`^${plan}/results/logs/tree\\.\\d{4}-\\d\\d-\\d\\d-\\d{6}\\.log$`))
    expect(read(log)).toContain("compiling")
    expect(read(`${plan}/results/pre_build.env`)).toBe(
      `pkg_origin=acme\npkg_name=tree\npkg_version=1.0\npkg_release=${RELEASE}\npkg_ident=acme/tree/1.0/${RELEASE}\n`,
    )
    expect(existsSync(`${shop.layout.hab}/pkgs/acme`)).toBe(false)
  })

  it("has bash's own words and line for a syntax error", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": "pkg_name=tree\nif true; then\n}\n" })
    const error = await failure(shop.build(plan))
    expect(error.code).toBe("PLAN_INVALID")
    expect(error.problems[0]).toMatchObject({ where: `${plan}/plan.sh:3` })
    expect(error.problems[0]?.message).toContain("syntax error")
    expect((await failure(shop.build(shop.plan({ "plan.sh": "return 9\n" })))).exitCode).toBe(9)
  })

  it("tells every problem of the plan's variables at once, and runs do_after_failure for them too", async () => {
    const shop = await workshop()
    const text = "pkg_origin=acme\npkg_deps=(glibc)\npkg_prefix=/opt/tree\ndo_after_failure() { echo sorry; }\n"
    const plan = shop.plan({ "plan.sh": text })
    const error = await failure(shop.build(plan))
    expect(error.problems.map((problem) => problem.where)).toEqual([
      `${plan}/plan.sh`,
      `${plan}/plan.sh`,
      `${plan}/plan.sh:2`,
      `${plan}/plan.sh:3`,
    ])
    expect(shop.output()).toContain("sorry")
  })

  it("without an origin key exits 35 with the command that makes one", async () => {
    const shop = await workshop({ key: false })
    const error = await failure(shop.build(shop.plan({ "plan.sh": HEAD })))
    expect([error.code, error.exitCode]).toEqual(["BUILD_KEY_MISSING", 35])
    expect(error.hint).toContain("hab origin key generate acme")
  })

  it("without a dependency says where it is wanted", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}pkg_build_deps=(core/gcc)\n` })
    const error = await failure(shop.build(plan))
    expect(error.code).toBe("BUILD_DEPENDENCY_MISSING")
    expect(error.problems[0]?.where).toBe(`${plan}/plan.sh:4`)
  })

  it("refuses hooks with Windows line endings before it compiles", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { echo compiled; }\n`, "hooks/run": "#!/bin/sh\r\n" })
    const refused = await failure(shop.build(plan))
    expect(refused.code).toBe("PLAN_CHECK_FAILED")
    expect(refused.problems).toEqual([
      { where: "hooks/run:1:1", message: expect.stringMatching(/Windows line endings/) },
    ])
    expect((await failure(shop.build(plan, {}, { check: false }))).code).toBe("PLAN_HOOKS_INVALID")
    expect(shop.output()).not.toContain("compiled")
  })

  it("because another build of the program runs says whose", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}${QUICK}do_begin() { echo begun; read -r <>"$PLAN_CONTEXT/fifo"; }\n` })
    execFileSync("mkfifo", [`${plan}/fifo`])
    let second: Promise<HabError> | undefined
    const report = (fact: { tag: string; line?: string }) => {
      if (fact.tag === "output" && fact.line === "begun") {
        second = failure(shop.build(plan)).finally(() => writeFileSync(`${plan}/fifo`, "\n"))
      }
    }
    await shop.build(plan, {}, { report })
    const error = await second
    expect([error?.code, error?.message]).toEqual([
      "BUILD_RUNNING",
      `process ${process.pid} is building 'tree' on this root`,
    ])
  })

  it("by an abort ends at once with exit code 130", async () => {
    const shop = await workshop()
    const stop = new AbortController()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { echo waiting; sleep 1000; }\n` })
    const report = (fact: { tag: string; line?: string }) => {
      if (fact.tag === "output" && fact.line === "waiting") stop.abort()
    }
    const error = await failure(shop.build(plan, {}, { signal: stop.signal, report }))
    expect([error.code, error.exitCode]).toEqual(["BUILD_INTERRUPTED", 130])
    expect(error.message).toContain("do_build")
  })

  it("refuses a SOURCE_DATE_EPOCH that is no time", async () => {
    const shop = await workshop()
    expect((await failure(shop.build(shop.plan({ "plan.sh": HEAD }), { SOURCE_DATE_EPOCH: "now" }))).code).toBe("USAGE")
  })
})

describe("building again", () => {
  const PLAN = {
    "plan.sh": `${HEAD}pkg_exports=([b]=b [a]=a [port]=port)\npkg_exposes=(port)\ndo_build() { env | sort >all-of-it; }\ndo_install() { date >"$pkg_prefix/when"; grep -v -e ^PWD= -e ^PATH= all-of-it >"$pkg_prefix/env"; touch "$pkg_prefix/now"; chmod 600 "$pkg_prefix/now"; rm all-of-it; date() { command date -u -d "@$SOURCE_DATE_EPOCH"; }; date >"$pkg_prefix/when"; }\n`,
    "default.toml": "a = 1\nb = 2\nport = 80\n",
    "hooks/run": "#!/bin/sh\n",
  }

  it("in another root, folder, umask, HOME, zone and language gives the same bytes", async () => {
    const [first, second] = [await workshop({ enclosed: true }), await workshop({ enclosed: true })]
    const one = await first.build(first.plan(PLAN), { HOME: "/root", TZ: "UTC" })
    const before = process.umask(0o077)
    const other = second.plan(PLAN)
    process.umask(before)
    const two = await second.build(other, {
      HOME: "/nowhere",
      TZ: "Asia/Tokyo",
      LANG: "de_DE.UTF-8",
      npm_config_cache: "/x",
      USER: "u",
    })
    expect(first.layout.root).not.toBe(second.layout.root)
    expect(readFileSync(two.artifact).equals(readFileSync(one.artifact))).toBe(true)
    expect(member(one.artifact, "env")).not.toContain(first.layout.root)
  })

  it("while that very release is installed never touches the installed package", async () => {
    const shop = await workshop({ enclosed: true })
    if (shop.layout.prefix !== "/hab") return
    install(shop, `acme/tree/1.0/${RELEASE}`, { marker: "installed" })
    const plan = shop.plan({
      "plan.sh": `${HEAD}do_build() { ls "$pkg_prefix"; }\ndo_install() { echo new >"$pkg_prefix/marker"; }\n`,
    })
    const { artifact } = await shop.build(plan)
    expect(member(artifact, "marker")).toBe("new\n")
    expect(memberNames(artifact)).toEqual(["BUILDINFO", "FILES", "IDENT", "MANIFEST", "TARGET", "marker"])
    expect(read(`${shop.layout.hab}/pkgs/acme/tree/1.0/${RELEASE}/marker`)).toBe("installed\n")
    expect(readdirSync(`${shop.layout.hab}/cache/build`)).toEqual(["acme-tree.last", "tree.lock"])
  })

  it("over what a killed build left starts clean", async () => {
    const shop = await workshop()
    const place = `${shop.layout.hab}/pkgs/acme/tree/1.0/${RELEASE}`
    mkdirSync(place, { recursive: true })
    writeFileSync(`${place}/half`, "")
    const { artifact } = await shop.build(shop.plan({ "plan.sh": `${HEAD}${QUICK}` }))
    expect(memberNames(artifact)).not.toContain("half")
  })
})

describe("where namespaces are refused", () => {
  it("the host's path is the prefix, and PREFIX records it", async () => {
    const shop = await workshop()
    const { hab } = shop.layout
    const { artifact } = await shop.build(shop.plan({ "plan.sh": `${HEAD}pkg_bin_dirs=(bin)\n${QUICK}` }))
    expect(member(artifact, "PREFIX")).toBe(`${hab}\n`)
    expect(member(artifact, "PATH")).toBe(`${hab}/pkgs/acme/tree/1.0/${RELEASE}/bin\n`)
  })

  it("a release that is installed cannot be built over", async () => {
    const shop = await workshop()
    install(shop, `acme/tree/1.0/${RELEASE}`, { marker: "installed" })
    const error = await failure(shop.build(shop.plan({ "plan.sh": `${HEAD}${QUICK}` })))
    expect(error.code).toBe("BUILD_PREFIX_TAKEN")
    expect(existsSync(`${shop.layout.hab}/pkgs/acme/tree/1.0/${RELEASE}/marker`)).toBe(true)
  })
})
