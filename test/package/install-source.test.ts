import { describe, expect, it } from "vitest"
import { parseInstallSource } from "../../src/package/install-source.ts"
import { writeArtifact } from "../support/artifact.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

describe("what an argument of hab pkg install means", () => {
  it("an existing file is an artifact, whatever its name; everything else is an identifier", async () => {
    const files = memoryFileSystem()
    const path = await writeArtifact(files, { ident: "acme/web/1/1", path: "/work/acme/web" })
    expect(parseInstallSource({ files, cwd: "/work" }, "acme/web")).toEqual({ tag: "archive", path })
    expect(parseInstallSource({ files, cwd: "/" }, path)).toEqual({ tag: "archive", path })
    expect(parseInstallSource({ files, cwd: "/" }, "acme/web")).toEqual({
      tag: "ident",
      ident: { origin: "acme", name: "web" },
    })
    expect(parseInstallSource({ files, cwd: "/" }, "work/acme").tag).toBe("ident")
  })

  it.each([
    ["missing.hart", "ARTIFACT_NOT_FOUND", /there is no file \/work\/missing\.hart/],
    ["nonsense", "IDENT_INVALID", /'nonsense' is not a package identifier/],
    ["text", "HART_FORMAT_UNSUPPORTED", /\/work\/text is not an artifact/],
    ["half.hart", "HART_SIGNER_INVALID", /\/work\/half\.hart is damaged/],
  ])("%s is wrong usage: %s", (text, code, message) => {
    const files = memoryFileSystem({ "/work/text": "some text", "/work/half.hart": "HART-1\n" })
    expect(() => parseInstallSource({ files, cwd: "/work" }, text)).toThrowError(
      expect.objectContaining({ code, message: expect.stringMatching(message), exitCode: 2, hint: expect.any(String) }),
    )
  })
})
