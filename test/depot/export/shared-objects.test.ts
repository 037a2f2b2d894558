import { describe, expect, it } from "vitest"
import { parseLdd } from "../../../src/depot/export/shared-objects.ts"

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
    expect(parseLdd(lines)).toEqual(["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"])
  })

  it("is refused when a library is missing", () => {
    expect(() => parseLdd(["\tlibgone.so.1 => not found"])).toThrow(
      expect.objectContaining({ code: "EXPORT_IMPOSSIBLE", message: expect.stringContaining("libgone.so.1") }),
    )
  })
})
