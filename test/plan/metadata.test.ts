import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { parseToml } from "../../src/config/toml.ts"
import { METADATA_FILES } from "../../src/package/metafiles.ts"
import { exposedPorts } from "../../src/plan/exposes.ts"
import { manifestText } from "../../src/plan/manifest.ts"
import { type MetadataInput, metadataTexts } from "../../src/plan/metadata.ts"
import { planValues } from "./plan-values.ts"

const prefix = "/hab/pkgs/acme/tree/1.0/20240102030405"
const nothing = new Map<string, string>()

function texts(changes: Partial<MetadataInput> = {}) {
  return Object.fromEntries(
    metadataTexts({
      values: planValues(),
      prefix: "/hab",
      buildDeps: [],
      buildTdeps: [],
      deps: [],
      tdeps: [],
      dependencyPaths: [],
      environment: { runtime: nothing, runtimeFrom: nothing, buildtime: nothing, buildtimeFrom: nothing },
      pkgConfigDirs: [],
      ports: [],
      isService: false,
      isNative: false,
      ...changes,
    }),
  )
}

describe("metadata files", () => {
  it("are only IDENT and TARGET for a package without anything to tell", () => {
    expect(texts()).toEqual({ IDENT: "acme/tree/1.0/20240102030405\n", TARGET: "x86_64-linux\n" })
  })

  it("say where libraries, headers, programs and pkg-config files are", () => {
    const values = planValues({
      pkg_lib_dirs: ["lib", "lib64"],
      pkg_include_dirs: ["include", "include/x"],
      pkg_bin_dirs: ["bin", "sbin"],
      pkg_interpreters: ["bin/bash", "bin/sh"],
    })
    expect(texts({ values, pkgConfigDirs: ["lib/pkgconfig"] })).toMatchObject({
      LD_RUN_PATH: `${prefix}/lib:${prefix}/lib64\n`,
      LDFLAGS: `-L${prefix}/lib -L${prefix}/lib64\n`,
      CFLAGS: `-I${prefix}/include -I${prefix}/include/x\n`,
      CPPFLAGS: `-I${prefix}/include -I${prefix}/include/x\n`,
      CXXFLAGS: `-I${prefix}/include -I${prefix}/include/x\n`,
      PKG_CONFIG_PATH: `${prefix}/lib/pkgconfig\n`,
      PATH: `${prefix}/bin:${prefix}/sbin\n`,
      INTERPRETERS: `${prefix}/bin/bash\n${prefix}/bin/sh\n`,
      RUNTIME_PATH: `${prefix}/bin:${prefix}/sbin\n`,
    })
  })

  it("put RUNTIME_PATH together from own folders and the closure's, and repeat it in RUNTIME_ENVIRONMENT", () => {
    const found = texts({
      values: planValues({ pkg_bin_dirs: ["bin"] }),
      dependencyPaths: [["/d/bin"], [], ["/e/bin", "/d/bin"]],
      environment: {
        runtime: new Map([
          ["Z", "1"],
          ["A", "x=y"],
        ]),
        runtimeFrom: new Map([["Z", "acme/tree/1.0/1 acme/b/1/1"]]),
        buildtime: new Map([["CC", "gcc"]]),
        buildtimeFrom: new Map([["CC", "core/gcc/9/1"]]),
      },
    })
    expect(found["RUNTIME_PATH"]).toBe(`${prefix}/bin:/d/bin:/e/bin\n`)
    expect(found["RUNTIME_ENVIRONMENT"]).toBe(`A=x=y\nPATH=${prefix}/bin:/d/bin:/e/bin\nZ=1\n`)
    expect(found["RUNTIME_ENVIRONMENT_PROVENANCE"]).toBe("Z=acme/tree/1.0/1 acme/b/1/1\n")
    expect(found["BUILDTIME_ENVIRONMENT"]).toBe("CC=gcc\n")
    expect(found["BUILDTIME_ENVIRONMENT_PROVENANCE"]).toBe("CC=core/gcc/9/1\n")
  })

  it("hold identifiers of dependencies one per line, in the order given", () => {
    const found = texts({
      deps: ["b/b/1/1", "a/a/1/1"],
      tdeps: ["b/b/1/1", "a/a/1/1", "c/c/1/1"],
      buildDeps: ["g/g/1/1"],
      buildTdeps: ["g/g/1/1", "c/c/1/1"],
    })
    expect(found["DEPS"]).toBe("b/b/1/1\na/a/1/1\n")
    expect(found["TDEPS"]).toBe("b/b/1/1\na/a/1/1\nc/c/1/1\n")
    expect(found["BUILD_DEPS"]).toBe("g/g/1/1\n")
    expect(found["BUILD_TDEPS"]).toBe("g/g/1/1\nc/c/1/1\n")
  })

  it("describe a service: account, exports, binds, ports, how it is stopped", () => {
    const values = planValues({
      pkg_exports: new Map([
        ["port", "srv.port"],
        ["admin", "srv.admin"],
      ]),
      pkg_binds: new Map([["database", "port host"]]),
      pkg_binds_optional: new Map([["storage", "port"]]),
      pkg_svc_user: "root",
      pkg_shutdown_signal: "QUIT",
      pkg_shutdown_timeout_sec: "20",
    })
    expect(texts({ values, ports: ["80", "443"], isService: true })).toMatchObject({
      EXPORTS: "admin=srv.admin\nport=srv.port\n",
      BINDS: "database=port host\n",
      BINDS_OPTIONAL: "storage=port\n",
      EXPOSES: "80 443\n",
      SVC_USER: "root\n",
      SVC_GROUP: "hab\n",
      SHUTDOWN_SIGNAL: "QUIT\n",
      SHUTDOWN_TIMEOUT: "20\n",
    })
    expect(texts({ values })["SVC_USER"]).toBeUndefined()
  })

  it("record a native build, and a prefix that is not /hab", () => {
    expect(texts({ isNative: true, prefix: "/srv/hab" })).toMatchObject({
      PACKAGE_TYPE: "native\n",
      PREFIX: "/srv/hab\n",
    })
  })

  it("are written in the order of the table", () => {
    const all = Object.keys(METADATA_FILES)
    const written = Object.keys(
      texts({ values: planValues({ pkg_lib_dirs: ["lib"], pkg_bin_dirs: ["bin"] }), deps: ["a/a/1/1"] }),
    )
    expect(written).toEqual(all.filter((name) => written.includes(name)))
  })
})

describe("EXPOSES", () => {
  const config = parseToml('[srv]\nport = 80\ntext = "443"\nbig = 70000\nname = "web"\nhex = "0x50"\n', "default.toml")
  const values = (exposes: string[]) => ({
    pkg_exposes: exposes,
    pkg_exports: new Map([
      ["port", "srv.port"],
      ["text", "srv.text"],
      ["big", "srv.big"],
      ["name", "srv.name"],
      ["hex", "srv.hex"],
      ["table", "srv"],
      ["none", "srv.none.deeper"],
    ]),
  })

  it("looks the ports up in default.toml through the exports", () => {
    expect(exposedPorts(values(["port", "text"]), config, "plan.sh")).toEqual(["80", "443"])
    expect(exposedPorts(values([]), new Map(), "plan.sh")).toEqual([])
  })

  it("names every key that leads to no port, and where it leads", () => {
    try {
      exposedPorts(values(["port", "big", "name", "hex", "table", "none", "typo"]), config, "plan.sh")
      throw new Error("expected a failure")
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      expect(error.code).toBe("PLAN_INVALID")
      expect(error.problems.map((problem) => problem.message)).toEqual([
        "'big' in pkg_exposes leads to 'srv.big', which is '70000'",
        "'name' in pkg_exposes leads to 'srv.name', which is 'web'",
        "'hex' in pkg_exposes leads to 'srv.hex', which is '0x50'",
        "'table' in pkg_exposes leads to 'srv', which is no number",
        "'none' in pkg_exposes leads to 'srv.none.deeper', which is not in default.toml",
        "'typo' in pkg_exposes is not a key of pkg_exports",
      ])
    }
  })
})

describe("MANIFEST", () => {
  const flags = { CFLAGS: "", CPPFLAGS: "", CXXFLAGS: "", LDFLAGS: "", LD_RUN_PATH: "" }

  it("has a phrase for everything that is not there", () => {
    expect(manifestText({ values: planValues(), flags, planText: "pkg_name=tree\n\n\n" })).toBe(
      `# acme / tree


* __Maintainer__: 
* __Version__: 1.0
* __Release__: 20240102030405
* __Target__: x86_64-linux
* __Upstream URL__: upstream project's website or home page is not defined
* __License__:  
* __Source__: source URL not provided or required
* __SHA__: SHA256 checksum not provided or required
* __Path__: \`${prefix}\`
* __Build Dependencies__: no build dependencies or undefined
* __Dependencies__: no runtime dependencies or undefined
* __Interpreters__: no interpreters or undefined

# Plan

## Build Flags

\`\`\`bash
CFLAGS: no CFLAGS
CPPFLAGS: no CPPFLAGS
CXXFLAGS: no CXXFLAGS
LDFLAGS: no LDFLAGS
LD_RUN_PATH: no LD_RUN_PATH
\`\`\`

## Plan Source

\`\`\`bash
pkg_name=tree
\`\`\`
`,
    )
  })

  it("tells of source, licenses, dependencies as the plan spells them, and flags", () => {
    const values = planValues({
      pkg_description: "Shows a tree",
      pkg_maintainer: "A <a@b.c>",
      pkg_upstream_url: "http://u",
      pkg_license: ["MIT", "BSD"],
      pkg_source: "http://s/x.tgz",
      pkg_shasum: "abc",
      pkg_deps: ["core/glibc", "core/zlib/1.2"],
      pkg_build_deps: ["core/gcc"],
      pkg_interpreters: ["bin/sh"],
    })
    const lines = manifestText({ values, flags: { ...flags, CFLAGS: "-O2" }, planText: "" }).split("\n")
    expect(lines.slice(0, 3)).toEqual(["# acme / tree", "Shows a tree", ""])
    expect(lines).toEqual(
      expect.arrayContaining([
        "* __Maintainer__: A <a@b.c>",
        "* __Upstream URL__: [http://u](http://u)",
        "* __License__: MIT BSD ",
        "* __Source__: [http://s/x.tgz](http://s/x.tgz)",
        "* __SHA__: `abc`",
        "* __Build Dependencies__: `core/gcc `",
        "* __Dependencies__: `core/glibc core/zlib/1.2 `",
        "* __Interpreters__: `bin/sh `",
        "CFLAGS: -O2",
      ]),
    )
  })
})
