import { describe, expect, it } from "vitest"
import { stripKind, strippableFiles } from "../../src/plan/strip.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

/** The first bytes of an ELF file of a type (2 program, 3 shared, 1 object). */
function elf(type: number, bigEndian = false): Uint8Array {
  const bytes = new Uint8Array(20)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, bigEndian ? 2 : 1])
  bytes.set(bigEndian ? [0, type] : [type, 0], 16)
  return bytes
}

describe("what strip may take from a file", () => {
  it.each([
    ["a program", elf(2), "executable"],
    ["a shared library or position independent program", elf(3), "shared"],
    ["a big-endian library", elf(3, true), "shared"],
    ["an archive", new TextEncoder().encode("!<arch>\nx"), "archive"],
    ["an object file", elf(1), undefined],
    ["a script", new TextEncoder().encode("#!/bin/sh\n"), undefined],
    ["a file cut short", elf(2).slice(0, 10), undefined],
    ["an empty file", new Uint8Array(), undefined],
  ])("of %s", (_, bytes, kind) => {
    expect(stripKind(bytes)).toBe(kind)
  })

  it("finds regular files that the owner may write, links and read-only files left alone", () => {
    const files = memoryFileSystem({ "/o/lib": undefined, "/o/bin": undefined, "/o/readme": "text" })
    files.writeFile("/o/lib/x.so", elf(3))
    files.writeFile("/o/bin/x", elf(2), { mode: 0o755 })
    files.writeFile("/o/bin/locked", elf(2), { mode: 0o555 })
    files.symlink("x", "/o/bin/link")
    expect(strippableFiles({ files }, "/o")).toEqual([
      { kind: "executable", path: "/o/bin/x" },
      { kind: "shared", path: "/o/lib/x.so" },
    ])
  })
})
