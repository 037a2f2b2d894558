import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { createBuildLog } from "../../src/plan/build-log.ts"
import { absolute, buildPaths } from "../../src/plan/build-paths.ts"
import { shellEnvironment } from "../../src/plan/shell-environment.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const paths = (env: Record<string, string> = {}) => buildPaths({ layout, env, cwd: "/work" })

describe("the folders of a build", () => {
  it("are the same for the plan whatever the root and whoever builds", () => {
    expect(paths()).toEqual({
      root: "/hab",
      packages: "/hab/pkgs",
      sources: "/hab/cache/src",
      artifacts: "/hab/cache/artifacts",
      keys: "/hab/cache/keys",
      scratch: "/hab/cache/build",
      sourceCache: "/r/hab/cache/src",
      keyCache: "/r/hab/cache/keys",
      output: "/work/results",
    })
    const user = buildPaths({
      layout: createLayout({ root: "/u", enclosed: true, home: "/home/u" }),
      env: {},
      cwd: "/",
    })
    expect(user.sources).toBe("/hab/cache/src")
    expect(user.sourceCache).toBe("/home/u/.hab/cache/src")
    expect(user.output).toBe("/results")
  })

  it("follow HAB_CACHE_SRC_PATH, HAB_CACHE_KEY_PATH and HAB_OUTPUT_PATH of the operator", () => {
    const found = paths({ HAB_CACHE_SRC_PATH: "/hab/cache/src", HAB_CACHE_KEY_PATH: "/keys", HAB_OUTPUT_PATH: "out/" })
    expect(found.sourceCache).toBe("/r/hab/cache/src")
    expect([found.keyCache, found.keys, found.output]).toEqual(["/keys", "/keys", "/work/out"])
  })

  it("are absolute and without detours", () => {
    expect(absolute("../a/./b/", "/x/y")).toBe("/x/a/b")
    expect(absolute("/a//b/..", "/x")).toBe("/a")
  })
})

describe("the environment a build's shell starts with", () => {
  const environment = (env: Record<string, string>, origin?: string) =>
    shellEnvironment({ env, paths: paths(), epochSeconds: 1704164645, origin })

  it("holds nothing of the operator's but PATH", () => {
    const env = {
      PATH: "/bin:/x/node_modules/.bin",
      HOME: "/root",
      TZ: "Asia/Tokyo",
      LANG: "de_DE",
      CFLAGS: "-O3",
      npm_config_x: "1",
      USER: "u",
    }
    expect(environment(env)).toEqual({
      HAB_BLDR_URL: "https://bldr.habitat.sh",
      HAB_BLDR_CHANNEL: "base",
      HAB_CACHE_KEY_PATH: "/hab/cache/keys",
      HOME: "/hab/cache/build",
      LC_ALL: "POSIX",
      PATH: "/bin",
      SOURCE_DATE_EPOCH: "1704164645",
      TERM: "dumb",
      TZ: "UTC",
    })
  })

  it("passes documented variables that are not empty, settings of variables, and secrets under their own name", () => {
    const found = environment({
      DO_CHECK: "true",
      STUDIO_TYPE: "stage1",
      DEBUG: "",
      HAB_BLDR_CHANNEL: "dev",
      HAB_ENV_X_TYPE: "aggregate",
      HAB_STUDIO_SECRET_TOKEN: "t",
      HAB_STUDIO_SECRET_PATH: "/evil",
      HAB_CACHE_SRC_PATH: "/s",
    })
    expect(found).toMatchObject({
      DO_CHECK: "true",
      STUDIO_TYPE: "stage1",
      HAB_BLDR_CHANNEL: "dev",
      HAB_ENV_X_TYPE: "aggregate",
      TOKEN: "t",
    })
    expect(found["PATH"]).toMatch(/^\/usr\/local\/sbin:/)
    expect(Object.keys(found)).not.toContain("DEBUG")
    expect(Object.keys(found)).not.toContain("HAB_CACHE_SRC_PATH")
  })

  it("takes the origin asked for over the operator's", () => {
    expect(environment({ HAB_ORIGIN: "a" }, "b")["HAB_ORIGIN"]).toBe("b")
  })
})

describe("the log of a build", () => {
  const clock = { now: () => Date.UTC(2024, 0, 2, 3, 4, 5) }

  it("holds what was printed before its place was known, and all that follows", () => {
    const files = memoryFileSystem()
    const log = createBuildLog({ files, clock })
    log.add("early")
    expect(log.open("/out", "tree")).toBe("/out/logs/tree.2024-01-02-030405.log")
    log.add("late")
    log.close()
    expect(files.readText("/out/logs/tree.2024-01-02-030405.log")).toBe("early\nlate\n")
  })

  it("keeps the last forty lines of a phase for error messages", () => {
    const log = createBuildLog({ files: memoryFileSystem(), clock })
    log.add("of another phase")
    log.mark()
    for (let line = 1; line <= 45; line++) log.add(String(line))
    expect([log.tail()[0], log.tail().length]).toEqual(["6", 40])
  })

  it("is cut short by a full disk, which ends nothing else and is remembered", () => {
    const files = memoryFileSystem()
    const log = createBuildLog({ files, clock })
    const file = log.open("/out", "tree")
    log.add("kept")
    files.failWith({ atCall: 1, code: "ENOSPC" })
    log.add("lost")
    log.add("lost too")
    expect([files.readText(file), log.tail(), log.trouble()]).toEqual([
      "kept\n",
      ["kept", "lost", "lost too"],
      expect.stringContaining("ENOSPC"),
    ])
  })

  it("never writes over another build's log", () => {
    const files = memoryFileSystem()
    expect(createBuildLog({ files, clock }).open("/out", "a")).toBe("/out/logs/a.2024-01-02-030405.log")
    expect(createBuildLog({ files, clock }).open("/out", "a")).toBe("/out/logs/a.2024-01-02-030405-1.log")
  })
})
