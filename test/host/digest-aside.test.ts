import { writeFileSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import { hashBytes } from "../../src/crypto/hash.ts"
import { digestAside } from "../../src/host/digest-aside.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const { PATH = "" } = process.env
afterEach(() => {
  process.env["PATH"] = PATH
})

function fileOf(content: string): string {
  const file = `${temporaryDirectory()}/file`
  writeFileSync(file, content)
  return file
}

describe("hashing by a program of the machine", () => {
  it("gives the BLAKE2b-256 of what follows the bytes to skip", async () => {
    const content = "some content ".repeat(100_000)
    expect(await digestAside(fileOf(`header\n\n${content}`), 8)).toBe(await hashBytes(content))
    expect(await digestAside(fileOf(""), 0)).toBe(await hashBytes(""))
  })

  it("gives nothing where there is no such program, and where it prints something else", async () => {
    process.env["PATH"] = temporaryDirectory()
    expect(await digestAside(fileOf("x"), 0)).toBeUndefined()
    writeFileSync(`${process.env["PATH"]}/b2sum`, "#!/bin/sh\necho hello\n", { mode: 0o755 })
    expect(await digestAside(fileOf("x"), 0)).toBeUndefined()
  })

  it("passes on that a file cannot be read", async () => {
    await expect(digestAside("/no/such/file", 0)).rejects.toThrowError(/ENOENT/)
  })
})
