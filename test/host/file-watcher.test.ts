import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { systemWatcher } from "../../src/host/file-watcher.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

function watched(path: string) {
  let changes = 0
  const stop = systemWatcher.watch(path, () => changes++)
  return { stop, sees: (what: string, count: number) => until(what, () => changes >= count, 5_000) }
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
