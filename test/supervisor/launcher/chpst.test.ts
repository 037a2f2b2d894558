import { spawnSync } from "node:child_process"
import { mkdirSync, statSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { systemFiles } from "../../../src/host/file-system.ts"
import { installChpst } from "../../../src/supervisor/launcher/chpst.ts"
import { AS_NOBODY } from "../../support/as-program.ts"
import { temporaryDirectory } from "../../support/temp-root.ts"

const isRoot = process.getuid?.() === 0

function chpst(args: readonly string[], as: readonly string[] = []) {
  const state = temporaryDirectory()
  const file = path.join(installChpst(systemFiles, state), "chpst")
  spawnSync("chmod", ["755", state])
  const [program = "", ...rest] = [...as, file, ...args]
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8" })
  return { status, out: stdout.trim(), problem: stderr.trim() }
}

const show = (script: string) => ["sh", "-c", script]

describe("our chpst", () => {
  it("is written once, for everybody to run", () => {
    const state = temporaryDirectory()
    const file = path.join(installChpst(systemFiles, state), "chpst")
    const before = statSync(file)
    installChpst(systemFiles, state)
    expect([before.mode & 0o777, statSync(file).ino]).toEqual([0o755, before.ino])
  })

  it("becomes the program, with limits, directory, descriptors and variables as asked", () => {
    expect(chpst(["-o", "50", "-C", "/usr", ...show("ulimit -S -n; pwd")]).out).toBe("50\n/usr")
    expect(chpst(["-P", "-v", "-0", ...show("read -r line || echo closed")]).out).toBe("closed")
    expect(chpst(["-n", "5", ...show("nice")]).out).toBe(String(os.getPriority() + 5))
    expect(chpst(["-b", "other", "bash", "-c", "echo $0 >/dev/null; tr '\\0' ' ' </proc/$$/cmdline"]).out).toMatch(
      /^other /,
    )
    const directory = temporaryDirectory()
    for (const [name, text] of Object.entries({ SET: "a value\nsecond line", PATHLESS: "", "not-a-name": "x" })) {
      writeFileSync(path.join(directory, name), text)
    }
    expect(chpst(["-e", directory, ...show('echo "$SET"')]).out).toBe("a value")
  })

  it("holds a lock for as long as the program runs", () => {
    const lock = path.join(temporaryDirectory(), "lock")
    const again = `flock --nonblock ${lock} true && echo free || echo held`
    expect(chpst(["-l", lock, ...show(again)]).out).toBe("held")
    mkdirSync(`${lock}.d`)
    expect(chpst(["-L", lock, "true"]).status).toBe(0)
  })

  it("says what is wrong like the original: 100 for its use, 111 when something cannot be had", () => {
    expect(chpst([]).status).toBe(100)
    expect(chpst(["-y", "true"]).status).toBe(100)
    expect(chpst(["-C", "/nowhere", "true"])).toMatchObject({
      status: 111,
      problem: expect.stringContaining("/nowhere"),
    })
    expect(chpst(["-U", "nobody-of-this-name", "true"]).status).toBe(111)
  })

  it.runIf(isRoot)("switches to users and groups by name or number", () => {
    expect(chpst(["-u", "nobody:nogroup", ...show("id -u; id -G")]).out).toBe("65534\n65534")
    expect(chpst(["-u", ":7:8:9", ...show("id -u; id -G")]).out).toBe("7\n8 9")
    expect(chpst(["-U", "nobody", "env"]).out).toMatch(/^UID=65534$/m)
    expect(chpst(["-u", "nobody", "-/", "/", ...show("id -u")]).out).toBe("65534")
  })

  it.runIf(isRoot)("runs as the caller where the default account is missing, and refuses other missing ones", () => {
    expect(chpst(["-u", "no-such-user:hab", "true"])).toMatchObject({ status: 111 })
    const known = spawnSync("id", ["-u", "hab"]).status === 0
    if (!known) expect(chpst(["-U", "hab:hab", "-u", "hab:hab", ...show("id -u")]).out).toBe("0")
    expect(chpst(["-U", "no-such-user", "true"])).toMatchObject({ status: 111 })
  })

  it.runIf(isRoot)("runs as the caller when that is an ordinary user", () => {
    expect(chpst(["-u", "root", ...show("id -u")], AS_NOBODY).out).toBe("65534")
  })
})
