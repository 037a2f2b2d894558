import { chownSync, readdirSync, statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { member, memberNames } from "./build-answers.ts"
import { RELEASE, read, workshop } from "./build-fixture.ts"

const HEAD = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\ndo_build() { :; }\n"
const NOBODY = 65_534

/** What FILES lists, one `hash  path` per line. */
const listed = (artifact: string) => member(artifact, "FILES").split("\n").slice(5).join("\n")

describe("what a build writes", () => {
  it("lists regular files in the order of their bytes, without itself, and keeps the list beside the sources", async () => {
    const shop = await workshop()
    const install =
      "cd $pkg_prefix; mkdir a dir; echo 1 >a-b; echo 2 >a/x; echo 3 >FILES; echo 4 >MANIFEST; ln -s a/x link"
    const { artifact } = await shop.build(shop.plan({ "plan.sh": `${HEAD}do_install() { ${install}; }\n` }))
    const prefix = `${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}`
    const names = ["BUILDINFO", "IDENT", "PREFIX", "TARGET", "a-b", "a/x"].map((name) => `${prefix}/${name}`)
    const lines = listed(artifact).split("\n").slice(0, -1)
    expect(lines.map((line) => line.slice(66))).toEqual(names)
    expect(lines.filter((line) => !/^[0-9a-f]{64} {2}\//.test(line))).toEqual([])
    expect(read(`${shop.layout.hab}/cache/src/tree-1.0/tree_blake2bsums`)).toBe(listed(artifact))
  })

  it("refuses a file whose name is no text, and says which", async () => {
    const shop = await workshop()
    const install = String.raw`: >"$pkg_prefix/$(printf 'caf\xe9')"`
    const building = shop.build(shop.plan({ "plan.sh": `${HEAD}do_install() { ${install}; }\n` }))
    await expect(building).rejects.toMatchObject({
      code: "PACK_UNSUPPORTED",
      message: expect.stringMatching(/caf.* cannot be packed: its name is not UTF-8 text/),
    })
  })

  it("goes on with metadata files that a plan began", async () => {
    const shop = await workshop()
    const begun = ["EXPORTS", "BINDS", "BINDS_OPTIONAL", "INTERPRETERS"]
    const lists =
      "pkg_exports=([port]=port)\npkg_binds=([db]=port)\npkg_binds_optional=([c]=x)\npkg_interpreters=(sh)\n"
    const install = begun.map((name) => `echo begun=x >$pkg_prefix/${name}`).join("; ")
    const { artifact } = await shop.build(shop.plan({ "plan.sh": `${HEAD}${lists}do_install() { ${install}; }\n` }))
    expect(begun.map((name) => member(artifact, name).split("\n"))).toEqual([
      ["begun=x", "port=port", ""],
      ["begun=x", "db=port", ""],
      ["begun=x", "c=x", ""],
      ["begun=x", `${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}/sh`, ""],
    ])
  })

  it("finds the usual folders of pkg-config, unless the plan names some", async () => {
    const shop = await workshop()
    const plan = `${HEAD}do_install() { mkdir -p $pkg_prefix/lib/pkgconfig $pkg_prefix/share/pkgconfig; }\n`
    const prefix = `${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}`
    const { artifact } = await shop.build(shop.plan({ "plan.sh": plan }))
    expect(member(artifact, "PKG_CONFIG_PATH")).toBe(`${prefix}/lib/pkgconfig:${prefix}/share/pkgconfig\n`)
    const named = await shop.build(shop.plan({ "plan.sh": `${plan}pkg_pconfig_dirs=(pc)\n` }))
    expect(member(named.artifact, "PKG_CONFIG_PATH")).toBe(`${prefix}/pc\n`)
  })

  it("has made the folders a plan names when do_install begins", async () => {
    const shop = await workshop()
    const dirs = "pkg_lib_dirs=(l)\npkg_bin_dirs=(b)\npkg_include_dirs=(i)\npkg_pconfig_dirs=(p/c)\n"
    const looks = 'do_install() { cd "$pkg_prefix"; [[ -d l && -d b && -d i && -d p/c ]]; }\n'
    const { artifact } = await shop.build(shop.plan({ "plan.sh": HEAD + dirs + looks }))
    expect(memberNames(artifact)).toEqual(expect.arrayContaining(["b/", "i/", "l/", "p/c/"]))
    const warnings = shop.progress.flatMap((fact) => (fact.tag === "warning" ? [fact.text] : []))
    expect(warnings).toEqual([
      "nothing is in the folders b (pkg_bin_dirs), l (pkg_lib_dirs), i (pkg_include_dirs), p/c (pkg_pconfig_dirs) of the package: was it installed elsewhere than into $pkg_prefix?",
    ])
  })

  it("packages nothing that a plan writes outside its prefix", async () => {
    const shop = await workshop()
    const outside = shop.plan({})
    const install = `do_install() { echo out >${outside}/file; ln -s ${outside}/file $pkg_prefix/link; }\n`
    const { artifact } = await shop.build(shop.plan({ "plan.sh": HEAD + install }))
    expect(memberNames(artifact)).toEqual(["BUILDINFO", "FILES", "IDENT", "MANIFEST", "PREFIX", "TARGET", "link"])
    expect(listed(artifact)).not.toContain("link")
    expect(read(`${outside}/file`)).toBe("out\n")
  })

  it("adds the run file to what the plan put there", async () => {
    const shop = await workshop()
    const plan = `${HEAD}pkg_svc_run=tree\ndo_install() { echo '# mine' >$pkg_prefix/run; }\n`
    const { artifact } = await shop.build(shop.plan({ "plan.sh": plan }))
    expect(member(artifact, "run")).toMatch(/^# mine\n#!\/bin\/sh\n/)
  })

  it("takes a package with a run hook for a service, and a native one for native", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_install() { :; }\n`, "hooks/run": "#!/bin/sh\n" })
    const { artifact } = await shop.build(plan, { HAB_NATIVE_PACKAGE: "1" })
    expect([member(artifact, "SVC_USER"), member(artifact, "PACKAGE_TYPE")]).toEqual(["hab\n", "native\n"])
  })

  it("leaves out of config/ what HAB_CONFIG_EXCLUDE says", async () => {
    const shop = await workshop()
    const files = { "config/a.tmp": "", "config/b.bak": "", "config/c": "" }
    const plan = shop.plan({ "plan.sh": `${HEAD}do_install() { :; }\n`, ...files })
    const { artifact } = await shop.build(plan, { HAB_CONFIG_EXCLUDE: "*.tmp" })
    expect(memberNames(artifact).filter((name) => name.startsWith("config/"))).toEqual([
      "config/",
      "config/b.bak",
      "config/c",
    ])
  })

  it("ends with what was made of what, and where it is", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_install() { :; }\n` })
    const { artifact, summary, sha256, blake2b } = await shop.build(plan)
    expect(shop.progress.flatMap((fact) => (fact.tag === "note" ? [fact.text] : [])).slice(-6)).toEqual([
      `Source Path: ${plan}`,
      `Installed Path: ${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}`,
      `Artifact: ${artifact}`,
      `Build Report: ${summary}`,
      `SHA256 Checksum: ${sha256}`,
      `Blake2b Checksum: ${blake2b}`,
    ])
  })

  it.skipIf(process.getuid?.() !== 0)("gives its results to the owner of the plan (needs root)", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_install() { :; }\n` })
    chownSync(`${plan}/plan.sh`, NOBODY, NOBODY)
    await shop.build(plan)
    const made = ["", ...readdirSync(`${plan}/results`).filter((name) => name !== "logs")]
    expect(made.map((name) => statSync(`${plan}/results/${name}`).uid)).toEqual(made.map(() => NOBODY))
  })
})
