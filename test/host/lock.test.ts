import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { systemLocks } from "../../src/host/lock.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

const locks = systemLocks()
const ME = `process ${process.pid} (hab pkg install)`

/** A process that holds a lock through flock(1) and does what `script` says, which `name` is `$0` of. */
async function holdWith(options: readonly string[], script: string, name = "sh") {
  const child = spawn("flock", [...options, "sh", "-c", `echo holds; ${script}`, name], {
    stdio: ["pipe", "pipe", "ignore"],
  })
  await once(child.stdout, "data")
  return child
}

describe("locks", () => {
  it("are held by one at a time, who is named, and can be taken again after release", async () => {
    const path = `${temporaryDirectory()}/LOCK`
    const first = await locks.acquire(path, { content: `${ME}\n` })
    expect(first.tag).toBe("acquired")
    expect(await locks.acquire(path, { content: "second" })).toEqual({
      tag: "held",
      by: ME,
    })
    if (first.tag === "acquired") {
      first.release()
      first.release()
    }
    expect([await locks.holder(path), await locks.holder(`${path}.other`)]).toEqual([undefined, undefined])
    expect(readFileSync(path, "utf8")).toBe(`${ME}\n`)
    const again = await locks.acquire(path, { content: "x" })
    expect(again.tag).toBe("acquired")
    expect(readFileSync(path, "utf8")).toBe("x")
    if (again.tag === "acquired") again.release()
  })

  it("are free as soon as their holder was killed", async () => {
    const path = `${temporaryDirectory()}/LOCK`
    const holder = await holdWith(["--exclusive", "--no-fork", path], `echo $$ >$0; echo written; read -r _`, path)
    await until("it has named itself", () => readFileSync(path, "utf8") !== "")
    expect(await locks.acquire(path, { content: "" })).toEqual({ tag: "held", by: String(holder.pid) })
    holder.kill("SIGKILL")
    const lock = await until("the lock is free", async () => {
      const result = await locks.acquire(path, { content: "mine" })
      return result.tag === "acquired" ? result : undefined
    })
    lock.release()
  })

  it.each([
    ["others who only ask", "--shared"],
    ["children of a holder that was killed, which are about to become other programs", "--exclusive"],
  ])("are not kept from who takes them by %s", async (_, how) => {
    const path = `${temporaryDirectory()}/LOCK`
    const other = await holdWith([how, path], "read -r _")
    if (how === "--exclusive") writeFileSync(path, String(other.pid))
    else expect(await locks.holder(path)).toBeUndefined()
    if (how === "--exclusive") {
      other.kill("SIGKILL")
      await once(other, "exit")
    }
    const taken = locks.acquire(path, { content: "mine" })
    other.stdin.end()
    const lock = await taken
    expect(lock.tag).toBe("acquired")
    expect(readFileSync(path, "utf8")).toBe("mine")
    if (lock.tag === "acquired") lock.release()
  })

  it("are held by who has them open: a number that is left from another holder is nobody's", async () => {
    const path = `${temporaryDirectory()}/LOCK`
    const stranger = spawn("cat", { stdio: ["pipe", "ignore", "ignore"] })
    writeFileSync(path, String(stranger.pid))
    expect(await locks.holder(path)).toBeUndefined()
    const other = await holdWith(["--exclusive", path], "read -r _; echo $PPID >$0; read -r _", path)
    const holder = locks.holder(path)
    other.stdin.write("\n")
    expect(await holder).toEqual({ pid: other.pid })
    writeFileSync(path, String(stranger.pid))
    expect(await locks.holder(path)).toEqual({ pid: undefined })
    for (const { stdin } of [stranger, other]) stdin.end()
  })

  it("are not inherited by what we start", async () => {
    const path = `${temporaryDirectory()}/LOCK`
    const lock = await locks.acquire(path, { content: "" })
    const child = spawn("sleep", ["60"], { stdio: "ignore" })
    await once(child, "spawn")
    if (lock.tag === "acquired") lock.release()
    expect((await locks.acquire(path, { content: "" })).tag).toBe("acquired")
    child.kill("SIGKILL")
  })

  it("say what they need where there is no flock", async () => {
    const path = `${temporaryDirectory()}/LOCK`
    await expect(systemLocks("no-such-flock").acquire(path, { content: "" })).rejects.toThrowError(
      expect.objectContaining({ code: "LOCK_FAILED", hint: expect.stringMatching(/util-linux/) }),
    )
  })

  it("fail with the system's reason where the file cannot be made", async () => {
    await expect(locks.acquire("/no/such/directory/LOCK", { content: "" })).rejects.toThrowError(
      expect.objectContaining({ code: "ENOENT" }),
    )
  })
})
