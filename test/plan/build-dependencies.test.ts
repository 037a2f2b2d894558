import { describe, expect, it } from "vitest"
import { stringifyIdent } from "../../src/package/ident.ts"
import type { DependencySource } from "../../src/plan/obtain-dependencies.ts"
import { install, member } from "./build-answers.ts"
import { workshop } from "./build-fixture.ts"

const HEAD = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\n"
const QUICK = "do_build() { :; }\ndo_install() { :; }\n"

describe("the dependencies of a build", () => {
  it("are installed when they are missing, with install hooks for what builds and without for what runs", async () => {
    const shop = await workshop()
    const asked: string[] = []
    const dependencySource: DependencySource = {
      channel: "base",
      refreshChannel: "base",
      fallbackChannel: "stable",
      async install(wish, { withHooks }) {
        asked.push(`${stringifyIdent(wish)} ${withHooks ? "with" : "without"} hooks`)
        install(shop, `${stringifyIdent(wish)}/1/1`)
      },
    }
    const lists = "pkg_build_deps=(acme/tool)\npkg_deps=(acme/library)\n"
    const late = "do_before() { _resolve_dependency acme/late; }\n"
    const { artifact } = await shop.build(
      shop.plan({ "plan.sh": HEAD + QUICK + lists + late }),
      {},
      { dependencySource },
    )
    expect(asked).toEqual(["acme/tool with hooks", "acme/library without hooks", "acme/late with hooks"])
    expect(shop.output()).toContain(`${shop.layout.prefix}/pkgs/acme/late/1/1`)
    expect([member(artifact, "BUILD_DEPS"), member(artifact, "DEPS")]).toEqual([
      "acme/tool/1/1\n",
      "acme/library/1/1\n",
    ])
  })

  it("have paths as packages see them", async () => {
    const shop = await workshop({ enclosed: true })
    install(shop, "acme/tool/1/1")
    const plan = `${HEAD}pkg_build_deps=(acme/tool)\ndo_build() { pkg_path_for tool; }\ndo_install() { :; }\n`
    await shop.build(shop.plan({ "plan.sh": plan }))
    expect(shop.output()).toContain(`${shop.layout.prefix}/pkgs/acme/tool/1/1`)
  })

  it("begin with the scaffolding and what it needs", async () => {
    const shop = await workshop()
    install(shop, "acme/tool/1/1")
    install(shop, "acme/own/1/1")
    install(shop, "acme/frame/1/1", { DEPS: "acme/tool/1/1", TDEPS: "acme/tool/1/1", "lib/scaffolding.sh": ":" })
    const plan = `${HEAD}${QUICK}pkg_scaffolding=acme/frame\npkg_build_deps=(acme/own)\n`
    const { artifact } = await shop.build(shop.plan({ "plan.sh": plan }))
    expect(member(artifact, "BUILD_DEPS")).toBe("acme/frame/1/1\nacme/tool/1/1\nacme/own/1/1\n")
  })

  it("give compiler flags only when they are direct, to programs too, after those the plan has", async () => {
    const shop = await workshop()
    install(shop, "acme/libc/1/1", { CFLAGS: "-I/libc" })
    install(shop, "acme/zlib/1/1", { CFLAGS: "-I/zlib", TDEPS: "acme/libc/1/1" })
    const show = `sh -c 'echo "flags $CFLAGS, $CPPFLAGS"'`
    const plan = `${HEAD}pkg_deps=(acme/zlib)\ndo_before() { CFLAGS=-O2; }\ndo_build() { ${show}; }\ndo_install() { :; }\n`
    await shop.build(shop.plan({ "plan.sh": plan }))
    expect(shop.output()).toContain("flags -O2 -I/zlib, -I/zlib")
  })

  it("are in RUNTIME_PATH in the order the plan names them, whatever needs what", async () => {
    const shop = await workshop()
    const bin = (name: string) => `${shop.layout.prefix}/pkgs/acme/${name}/1/1/bin`
    install(shop, "acme/lib/1/1", { PATH: bin("lib") })
    install(shop, "acme/tool/1/1", { PATH: bin("tool"), TDEPS: "acme/lib/1/1" })
    const plan = shop.plan({ "plan.sh": `${HEAD}${QUICK}pkg_deps=(acme/lib acme/tool)\n` })
    const { artifact } = await shop.build(plan)
    expect(member(artifact, "RUNTIME_PATH")).toBe(`${bin("lib")}:${bin("tool")}\n`)
    expect(member(artifact, "TDEPS")).toBe("acme/tool/1/1\nacme/lib/1/1\n")
  })
})
