import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { systemWatcher } from "../../src/host/file-watcher.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

function watched(path: string, watch: "watch" | "watchTree" = "watch") {
  let changes = 0
  const stop = systemWatcher[watch](path, () => changes++)
  return { stop, sees: (what: string, count: number) => until(what, () => changes >= count) }
}

describe("watching a file", () => {
  it("sees every way an editor writes: in place, by rename, by symlink swap, and its removal", async () => {
    const directory = temporaryDirectory()
    const file = `${directory}/user.toml`
    writeFileSync(file, "a = 1")
    const { stop, sees } = watched(file)
    writeFileSync(file, "a = 22")
    await sees("the file written in place is seen", 1)
    writeFileSync(`${file}~`, "a = 333")
    renameSync(`${file}~`, file)
    await sees("the file renamed into place is seen", 2)
    writeFileSync(`${directory}/other`, "a = 4444")
    symlinkSync("other", `${directory}/link`)
    renameSync(`${directory}/link`, file)
    await sees("the symlink swap is seen", 3)
    rmSync(file)
    await sees("the removal is seen", 4)
    stop()
  })

  it("sees a file appear below directories that do not exist yet", async () => {
    const directory = temporaryDirectory()
    const { stop, sees } = watched(`${directory}/user/redis/config/user.toml`)
    mkdirSync(`${directory}/user/redis/config`, { recursive: true })
    writeFileSync(`${directory}/user/redis/config/user.toml`, "a = 1")
    await sees("the new file is seen", 1)
    stop()
  })

  it("sees files of a directory come and go, and is silent about the neighbours", async () => {
    const directory = temporaryDirectory()
    mkdirSync(`${directory}/specs`)
    const { stop, sees } = watched(`${directory}/specs`)
    writeFileSync(`${directory}/neighbour`, "x")
    writeFileSync(`${directory}/specs/a.spec`, "x")
    await sees("the new spec is seen", 1)
    rmSync(`${directory}/specs/a.spec`)
    await sees("the removed spec is seen", 2)
    stop()
    expect(() => stop()).not.toThrow()
  })
})

describe("watching a tree", () => {
  it("sees files of every depth, those of directories that come later too", async () => {
    const directory = temporaryDirectory()
    const { stop, sees } = watched(`${directory}/from/config`, "watchTree")
    mkdirSync(`${directory}/from/config/sub/deep`, { recursive: true })
    writeFileSync(`${directory}/from/config/sub/deep/a.conf`, "1")
    await sees("the first file is seen", 1)
    writeFileSync(`${directory}/from/config/sub/deep/a.conf`, "22")
    await sees("the file written in place is seen", 2)
    writeFileSync(`${directory}/from/config/sub/new~`, "333")
    renameSync(`${directory}/from/config/sub/new~`, `${directory}/from/config/sub/deep/a.conf`)
    await sees("the file renamed into place is seen", 3)
    renameSync(`${directory}/from/config/sub`, `${directory}/from/config/other`)
    await sees("the renamed directory is seen", 4)
    writeFileSync(`${directory}/from/config/other/deep/a.conf`, "4444")
    await sees("a file in the renamed directory is seen", 5)
    rmSync(`${directory}/from`, { recursive: true })
    await sees("the removal is seen", 6)
    stop()
  })

  it("sees what a link to a file leads to", async () => {
    const directory = temporaryDirectory()
    mkdirSync(`${directory}/config`)
    mkdirSync(`${directory}/v1`)
    writeFileSync(`${directory}/v1/a`, "1")
    symlinkSync("../v1/a", `${directory}/config/a`)
    const { stop, sees } = watched(`${directory}/config`, "watchTree")
    writeFileSync(`${directory}/v1/a`, "22")
    await sees("the file behind the link is seen", 1)
    stop()
  })
})

describe("a fingerprint", () => {
  it("is of files only: an empty directory is as good as none", () => {
    const directory = temporaryDirectory()
    const absent = systemWatcher.fingerprint(`${directory}/files`)
    mkdirSync(`${directory}/files/sub`, { recursive: true })
    expect(systemWatcher.fingerprint(`${directory}/files`)).toBe(absent)
    writeFileSync(`${directory}/files/a`, "1")
    expect(systemWatcher.fingerprint(`${directory}/files`)).not.toBe(absent)
  })
})
