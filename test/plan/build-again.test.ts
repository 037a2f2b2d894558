import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { buildAndCompare } from "../../src/plan/build-twice.ts"
import { failure, install, member } from "./build-answers.ts"
import { EPOCH, RELEASE, read, type Workshop, workshop } from "./build-fixture.ts"

const HEAD = "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\n"
const QUICK = "do_build() { echo compiled; }\ndo_install() { :; }\n"
const builds = (shop: Workshop) => shop.output().filter((line) => line === "compiled").length
const GCC = "core/gcc/9.1/20240101010101"
const OTHER_GCC = "core/gcc/9.2/20240101010101"

describe("BUILDINFO", () => {
  it("records the plan, the source, the environment and every package used with its hash", async () => {
    const shop = await workshop()
    install(shop, GCC, { FILES: "its files", TDEPS: "core/libc/1/20240101010101" })
    install(shop, "core/libc/1/20240101010101")
    install(shop, "core/zlib/1/20240101010101")
    const plan = `${HEAD}${QUICK}pkg_build_deps=(core/gcc)\npkg_deps=(core/zlib)\ndo_before() { export CFLAGS=-O2; }\n`
    const text = member((await shop.build(shop.plan({ "plan.sh": plan }), { SECRET: "s" })).artifact, "BUILDINFO")
    const record = JSON.parse(text)
    expect(record).toEqual({
      format: 1,
      ident: `acme/tree/1.0/${RELEASE}`,
      target: "x86_64-linux",
      tool: "hab 9.9.9",
      isolation: "host",
      plan: { file: "plan.sh", blake2b: expect.stringMatching(/^[0-9a-f]{64}$/) },
      source: null,
      dependencies: [
        { ident: "core/zlib/1/20240101010101", needed: "run", blake2b: null },
        { ident: GCC, needed: "build", blake2b: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { ident: "core/libc/1/20240101010101", needed: "build", blake2b: null },
      ],
      environment: { CFLAGS: "-O2", LC_ALL: "POSIX", SOURCE_DATE_EPOCH: EPOCH, TZ: "UTC" },
    })
  })
})

describe("a build whose inputs are those of the last one", () => {
  it("says so and gives that one's artifact; --force builds", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": HEAD + QUICK })
    const unset = { SOURCE_DATE_EPOCH: "" }
    const first = await shop.build(plan, unset)
    expect(await shop.build(plan, unset)).toEqual(first)
    expect(builds(shop)).toBe(1)
    expect(shop.progress.at(-1)).toEqual({
      tag: "end",
      text: expect.stringMatching(/^Nothing changed since acme\/tree\/1\.0/),
    })
    expect(existsSync(`${plan}/results/pre_build.env`)).toBe(false)
    expect(existsSync(first.artifact)).toBe(true)
    await shop.build(plan, unset, { force: true })
    expect(builds(shop)).toBe(2)
  })

  it.each<[string, (plan: string, shop: Workshop, outside: string) => Readonly<Record<string, string>> | undefined]>([
    ["the plan", (plan) => void appendFileSync(`${plan}/plan.sh`, "# more\n")],
    ["a file beside the plan", (plan) => void writeFileSync(`${plan}/a.patch`, "x")],
    ["a plan it sources", (_, __, outside) => void appendFileSync(`${outside}/common.sh`, "do_strip() { echo no; }\n")],
    ["a dependency", (_, shop) => void install(shop, "core/gcc/9.3/20240101010101")],
    ["the environment", () => ({ DO_CHECK: "1" })],
    ["the artifact", (plan, shop) => void rmSync(shop.progress.length > 0 ? artifactOf(shop) : plan)],
  ])("builds again when %s changed", async (_, change) => {
    const shop = await workshop()
    install(shop, GCC)
    const outside = shop.plan({ "common.sh": "do_install() { :; }\n" })
    const plan = shop.plan({ "plan.sh": `${HEAD}${QUICK}pkg_build_deps=(core/gcc)\nsource ${outside}/common.sh\n` })
    await shop.build(plan)
    await shop.build(plan)
    expect(builds(shop)).toBe(1)
    const env = change(plan, shop, outside) ?? {}
    await shop.build(plan, env)
    expect(builds(shop)).toBe(2)
  })

  it("is built when its version is asked for each time", async () => {
    const shop = await workshop()
    const text = `pkg_name=tree\npkg_origin=acme\npkg_version() { echo 1; }\ndo_before() { update_pkg_version; }\n${QUICK}`
    const plan = shop.plan({ "plan.sh": text })
    await shop.build(plan)
    await shop.build(plan)
    expect(builds(shop)).toBe(2)
  })
})

function artifactOf(shop: Workshop): string {
  const note = shop.progress.findLast((fact) => fact.tag === "note" && fact.text.startsWith("Artifact: "))
  return note?.tag === "note" ? note.text.slice("Artifact: ".length) : ""
}

describe("plan.lock", () => {
  const plan = `${HEAD}${QUICK}pkg_build_deps=(core/gcc)\n`

  it("pins what was newest when it was written, until it is renewed", async () => {
    const shop = await workshop()
    install(shop, GCC)
    const folder = shop.plan({ "plan.sh": plan })
    await shop.build(folder, {}, { lock: "renew" })
    expect(read(`${folder}/plan.lock`)).toMatch(
      /^# .*\n\n\[build\]\n"core\/gcc" = "core\/gcc\/9\.1\/20240101010101"\n\n\[run\]\n$/,
    )
    install(shop, OTHER_GCC)
    expect(member((await shop.build(folder, {}, { lock: "keep" })).artifact, "BUILD_DEPS")).toBe(`${GCC}\n`)
    expect(member((await shop.build(folder, {}, { lock: "renew" })).artifact, "BUILD_DEPS")).toBe(`${OTHER_GCC}\n`)
    expect(read(`${folder}/plan.lock`)).toContain(OTHER_GCC)
  })

  it("is not made unless asked for, and brought up to date when it exists", async () => {
    const shop = await workshop()
    install(shop, GCC)
    const folder = shop.plan({ "plan.sh": plan })
    await shop.build(folder)
    expect(existsSync(`${folder}/plan.lock`)).toBe(false)
    writeFileSync(`${folder}/plan.lock`, "")
    await shop.build(folder)
    expect(read(`${folder}/plan.lock`)).toContain(GCC)
  })

  it("stops a --locked build that would change it, and one that has none", async () => {
    const shop = await workshop()
    install(shop, GCC)
    install(shop, "core/make/4/20240101010101")
    const folder = shop.plan({ "plan.sh": plan })
    expect((await failure(shop.build(folder, {}, { lock: "keep" }))).code).toBe("PLAN_LOCK_CHANGES")
    await shop.build(folder, {}, { lock: "renew" })
    appendFileSync(`${folder}/plan.sh`, "pkg_build_deps+=(core/make)\n")
    const refused = await failure(shop.build(folder, {}, { lock: "keep" }))
    expect(refused.code).toBe("PLAN_LOCK_CHANGES")
    expect(refused.problems.map(({ message }) => message)).toEqual([
      "build: core/make: (nothing) → core/make/4/20240101010101",
    ])
    expect(read(`${folder}/plan.lock`)).not.toContain("core/make")
  })

  it("whose release is not installed stops the build, which names it", async () => {
    const shop = await workshop()
    install(shop, OTHER_GCC)
    const lock = `[build]\n"core/gcc" = "${GCC}"\n`
    const refused = await failure(shop.build(shop.plan({ "plan.sh": plan, "plan.lock": lock })))
    expect(refused.code).toBe("BUILD_DEPENDENCY_MISSING")
    expect(refused.problems[0]?.message).toContain(GCC)
  })

  it("that pins nothing is refused with what is wrong", async () => {
    const shop = await workshop()
    install(shop, GCC)
    const lock = '[build]\n"core/gcc" = "core/make/4/20240101010101"\n'
    const refused = await failure(shop.build(shop.plan({ "plan.sh": plan, "plan.lock": lock })))
    expect(refused.code).toBe("PLAN_LOCK_INVALID")
  })
})

describe("building twice to compare", () => {
  it("keeps one artifact when the bytes are the same", async () => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": HEAD + QUICK })
    const result = await shop.build(plan, { SOURCE_DATE_EPOCH: "" }, {}, buildAndCompare)
    expect(builds(shop)).toBe(2)
    expect(existsSync(`${result.artifact}.first`)).toBe(false)
    expect(shop.progress.at(-1)).toEqual({ tag: "end", text: expect.stringMatching(/gave the same bytes$/) })
  })

  it.each([
    ["content", 'date +%N >"$pkg_prefix/b"; echo same >"$pkg_prefix/c"', /b: its content is another/],
    [
      "a mode",
      'echo >"$pkg_prefix/b"; [[ -e $HAB_CACHE_SRC_PATH/x ]] && chmod 700 "$pkg_prefix/b"; >$HAB_CACHE_SRC_PATH/x',
      /b: mode 644, then 755/,
    ],
    [
      "a file",
      '[[ ! -e $HAB_CACHE_SRC_PATH/x ]] || echo >"$pkg_prefix/b"; >$HAB_CACHE_SRC_PATH/x',
      /b: only the second build made it/,
    ],
  ])("names the first file with another %s, and keeps both", async (_, install, message) => {
    const shop = await workshop()
    const plan = shop.plan({ "plan.sh": `${HEAD}do_build() { :; }\ndo_install() { ${install}; }\n` })
    const refused = await failure(shop.build(plan, {}, {}, buildAndCompare))
    expect([refused.code, refused.message]).toEqual(["BUILD_NOT_REPRODUCIBLE", expect.stringMatching(message)])
    const [, first = "", second = ""] = /compare: (\S+) and (\S+)$/.exec(refused.hint ?? "") ?? []
    expect(readFileSync(first).equals(readFileSync(second))).toBe(false)
  })
})

describe("a release that is asked for", () => {
  it("is the one that is built", async () => {
    const shop = await workshop()
    const { ident } = await shop.build(shop.plan({ "plan.sh": HEAD + QUICK }), {}, { epochSeconds: 0 })
    expect(ident.release).toBe("19700101000000")
  })
})
