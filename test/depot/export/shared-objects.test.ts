import { describe, expect, it } from "vitest"
import { binariesOf, parseLdd } from "../../../src/depot/export/shared-objects.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

describe("what ldd says", () => {
  it("is read as paths, each once; the loader is one of them, the kernel's object and static programs are none", () => {
    const lines = [
      "/usr/bin/node:",
      "\tlinux-vdso.so.1 (0x00007f37e7afd000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f37e753e000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f37e7aff000)",
      "/usr/bin/sh:",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f37e753e000)",
      "/usr/bin/busybox:",
      "\tnot a dynamic executable",
    ]
    expect(parseLdd(lines)).toEqual({
      paths: ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"],
      missing: [],
    })
  })

  it("names what is missing", () => {
    expect(parseLdd(["\tlibgone.so.1 => not found"])).toEqual({ paths: [], missing: ["libgone.so.1"] })
  })
})

describe("the binaries of a package", () => {
  it("are its executable files that begin as ELF does, at every depth, as packages see them", () => {
    const files = memoryFileSystem({
      "/r/web/bin/web": "\u007fELF…",
      "/r/web/bin/script": "#!/bin/sh",
      "/r/web/data": "\u007fELF",
    })
    for (const name of ["web", "script"]) files.chmod(`/r/web/bin/${name}`, 0o755)
    expect([...binariesOf(files, { path: "/r/web", innerPath: "/hab/web" })]).toEqual(["/hab/web/bin/web"])
  })
})
