import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import { createTreeSync } from "../../src/host/tree-sync.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

const { PATH = "" } = process.env
afterEach(() => {
  process.env["PATH"] = PATH
})

/** A program that is found before the machine's own of that name. */
function program(name: string, script: string): void {
  const folder = temporaryDirectory()
  writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${script}\n`)
  chmodSync(`${folder}/${name}`, 0o755)
  process.env["PATH"] = `${folder}:${PATH}`
}

describe("the sync of whole directories", () => {
  it("is asked for again and again, whatever the directory is called", async () => {
    const directory = `${temporaryDirectory()}/a 'name'\nof two lines`
    mkdirSync(directory)
    const { begin, sync } = createTreeSync()
    begin(directory)
    begin(directory)
    await sync(directory)
    await sync(directory)
  })

  it("fails as a system call would, and names the directory", async () => {
    const missing = `${temporaryDirectory()}/missing`
    const failure = { code: "ENOENT", syscall: "syncfs", path: missing }
    await expect(createTreeSync().sync(missing)).rejects.toMatchObject(failure)
  })

  it("tells the one who waits of a write that failed while nobody waited, once", async () => {
    const directory = temporaryDirectory()
    program("sync", `case "$3" in */begun) echo "sync: error syncing '$3': Input/output error"; exit 1 ;; esac`)
    const { begin, sync } = createTreeSync()
    begin(`${directory}/begun`)
    await expect(sync(directory)).rejects.toMatchObject({ code: "EIO", syscall: "syncfs" })
    await sync(directory)
  })

  it("does not mind that what was begun is gone by then", async () => {
    const directory = temporaryDirectory()
    const { begin, sync } = createTreeSync()
    begin(`${directory}/discarded`)
    await sync(directory)
  })

  it("fails where there is no bash", async () => {
    process.env["PATH"] = temporaryDirectory()
    await expect(createTreeSync().sync(temporaryDirectory())).rejects.toThrowError("bash")
  })

  it("goes on when its process was killed", async () => {
    const directory = temporaryDirectory()
    program("sync", `touch "$3/killed"; kill -KILL $PPID`)
    const { begin, sync } = createTreeSync()
    begin(directory)
    await until("its process is killed", () => existsSync(`${directory}/killed`))
    process.env["PATH"] = PATH
    const succeeds = () =>
      sync(directory).then(
        () => true,
        () => false,
      )
    await until("a sync succeeds", succeeds)
  })
})
