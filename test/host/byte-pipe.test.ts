import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, readdirSync } from "node:fs"
import path from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { openBytePipe } from "../../src/host/byte-pipe.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const { TMPDIR } = process.env
afterEach(() => {
  if (TMPDIR === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = TMPDIR
})

describe("a byte pipe", () => {
  it("gives what a process printed, from when it is resumed on, and leaves nothing behind", async () => {
    const folder = temporaryDirectory()
    process.env["TMPDIR"] = folder
    let text = ""
    const pipe = await openBytePipe((bytes) => {
      text += Buffer.from(bytes).toString()
    })
    if (pipe === undefined) throw new Error("no pipe")
    const { writer, reader } = pipe
    const child = spawn("sh", ["-c", "echo one; echo two"], { stdio: ["ignore", writer, "ignore"] })
    writer.destroy()
    await once(child, "close")
    expect(text).toBe("")
    expect(readdirSync(folder)).toEqual([])
    reader.resume()
    await once(reader, "close")
    expect(text).toBe("one\ntwo\n")
  })

  it("is none where there is no folder for it, or its name is too long", async () => {
    const folder = temporaryDirectory()
    const long = path.join(folder, "x".repeat(120))
    mkdirSync(long)
    for (const place of [`${folder}/none`, long]) {
      process.env["TMPDIR"] = place
      expect(await openBytePipe(() => undefined)).toBeUndefined()
    }
    expect(readdirSync(long)).toEqual([])
  })
})
