import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { failure, member } from "./build-answers.ts"
import { EPOCH, RELEASE, workshop } from "./build-fixture.ts"

const HEAD = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\n"
const QUICK = "do_build() { :; }\ndo_install() { :; }\n"

describe("the shell of a build", () => {
  it("shows the plan the places it works with, and those that were asked for", async () => {
    const shop = await workshop()
    const names =
      "HAB_ROOT_PATH HAB_PKG_PATH HAB_CACHE_SRC_PATH HAB_CACHE_ARTIFACT_PATH HAB_CACHE_KEY_PATH INITIAL_PATH INITIAL_PWD PLAN_CONTEXT SRC_PATH CACHE_PATH pkg_output_path pkg_artifact pkg_release pkg_target pkg_dirname SOURCE_DATE_EPOCH"
    const show = names.split(" ").map((name) => `echo "${name}=$${name}"`)
    const plan = shop.plan({ "habitat/plan.sh": `${HEAD}${QUICK}do_begin() { ${show.join("; ")}; }\n` })
    await shop.build(plan, { PATH: "/usr/bin:/bin" })
    const { prefix, cacheArtifacts } = shop.layout
    expect(shop.output().slice(0, show.length)).toEqual([
      `HAB_ROOT_PATH=${prefix}`,
      `HAB_PKG_PATH=${prefix}/pkgs`,
      `HAB_CACHE_SRC_PATH=${prefix}/cache/src`,
      `HAB_CACHE_ARTIFACT_PATH=${cacheArtifacts}`,
      `HAB_CACHE_KEY_PATH=${shop.layout.cacheKeys}`,
      "INITIAL_PATH=/usr/bin:/bin",
      `INITIAL_PWD=${plan}`,
      `PLAN_CONTEXT=${plan}/habitat`,
      `SRC_PATH=${plan}`,
      `CACHE_PATH=${prefix}/cache/src/tree-1.0`,
      `pkg_output_path=${plan}/results`,
      `pkg_artifact=${cacheArtifacts}/acme-tree-1.0-${RELEASE}-x86_64-linux.hart`,
      `pkg_release=${RELEASE}`,
      "pkg_target=x86_64-linux",
      "pkg_dirname=tree-1.0",
      `SOURCE_DATE_EPOCH=${EPOCH}`,
    ])
    const asked = { HAB_SRC_PATH: `${plan}/habitat`, HAB_OUTPUT_PATH: "out", BUILD_PKG_TARGET: "x86_64-linux-kernel2" }
    const { artifact } = await shop.build(plan, asked)
    expect(shop.output()).toEqual(expect.arrayContaining([`SRC_PATH=${plan}/habitat`, `pkg_output_path=${plan}/out`]))
    expect(artifact).toBe(`${plan}/out/acme-tree-1.0-${RELEASE}-x86_64-linux-kernel2.hart`)
    expect(member(artifact, "TARGET")).toBe("x86_64-linux-kernel2\n")
  })

  it("keeps the pkg_dirname of a plan when the version comes late", async () => {
    const shop = await workshop()
    const late = "pkg_name=tree\npkg_origin=acme\npkg_dirname=fixed\npkg_version() { echo 2; }\n"
    const show = 'do_before() { update_pkg_version; echo "$pkg_dirname ${CACHE_PATH##*/}"; }\n'
    await shop.build(shop.plan({ "plan.sh": `${late}${show}${QUICK}` }))
    expect(shop.output()).toContain("fixed fixed")
  })

  it("makes the folders of sources before they are needed", async () => {
    const shop = await workshop()
    const looks = `do_before() { [[ -d $HAB_CACHE_SRC_PATH ]]; }\ndo_prepare() { [[ -d $CACHE_PATH ]]; }\n`
    await shop.build(shop.plan({ "plan.sh": HEAD + looks + QUICK }))
  })

  it("shows programs what is promised and not the rest", async () => {
    const shop = await workshop()
    const names =
      "PREFIX HAB_BLDR_URL HAB_BLDR_CHANNEL HAB_CACHE_KEY_PATH LD_RUN_PATH pkg_name HAB_PKG_PATH HAB_CACHE_SRC_PATH"
    const show = names.split(" ").map((name) => `echo "${name}=\${${name}-none}"`)
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { sh -c '${show.join(";")}'; }\ndo_install() { :; }\n` })
    await shop.build(plan)
    expect(shop.output()).toEqual(
      expect.arrayContaining([
        `PREFIX=${shop.layout.prefix}/pkgs/acme/tree/1.0/${RELEASE}`,
        "HAB_BLDR_URL=https://bldr.habitat.sh",
        "HAB_BLDR_CHANNEL=base",
        `HAB_CACHE_KEY_PATH=${shop.layout.cacheKeys}`,
        "LD_RUN_PATH=none",
        "pkg_name=none",
        "HAB_PKG_PATH=none",
        "HAB_CACHE_SRC_PATH=none",
      ]),
    )
  })

  it("gives files the usual modes whatever the umask of the caller", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { umask; }\ndo_install() { :; }\n` })
    const before = process.umask(0o077)
    await shop.build(plan).finally(() => process.umask(before))
    expect(shop.output()).toContain("0022")
  })

  it("prints what it runs when DEBUG is set", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { true traced; }\ndo_install() { :; }\n` })
    await shop.build(plan, { DEBUG: "1" })
    expect(shop.output()).toContainEqual(expect.stringMatching(/^\++ true traced$/))
    expect(shop.output().at(-1)).toMatch(/^\++ return 0$/)
  })

  it("calls what a plan puts in the place of a default, and a missing do_check is none", async () => {
    const shop = await workshop()
    const names =
      "begin before download verify clean unpack prepare build install build_config build_service strip after end"
    const parts = names.split(" ")
    const plan = parts.map((name) => `do_default_${name}() { echo "my ${name}"; }`).join("\n")
    await shop.build(shop.plan({ "plan.sh": `${HEAD}${plan}\n` }), { DO_CHECK: "1" })
    expect(shop.output()).toEqual(parts.map((name) => `my ${name}`))
  })

  it("has defaults that do nothing for begin, before, prepare, after and end", async () => {
    const shop = await workshop()
    const calls = ["begin", "before", "prepare", "after", "end"].map(
      (name) => `do_${name}() { do_default_${name}; echo "after ${name}"; }\n`,
    )
    await shop.build(shop.plan({ "plan.sh": `${HEAD}${QUICK}do_clean() { :; }\ndo_strip() { :; }\n${calls.join("")}` }))
    expect(shop.output()).toEqual(["after begin", "after before", "after prepare", "after after", "after end"])
  })

  it.each([
    ["HUP", 129],
    ["INT", 130],
    ["QUIT", 131],
    ["TERM", 143],
  ])("ends at SIG%s with status %d, the time it took, and do_after_failure", async (signal, status) => {
    const shop = await workshop()
    const failing = `do_build() { kill -${signal} $$; echo never >$PLAN_CONTEXT/never; }\ndo_after_failure() { echo sorry; }\n`
    const plan = shop.plan({ "plan.sh": `${HEAD}${failing}do_install() { :; }\n` })
    expect((await failure(shop.build(plan))).exitCode).toBe(status)
    expect(existsSync(`${plan}/never`)).toBe(false)
    expect(shop.output().slice(-3)).toEqual([
      expect.stringMatching(/^ {3}tree: Build time: \d+m\d+s$/),
      "   tree: Exiting on error",
      "sorry",
    ])
  })
})
