import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import {
  checkUploaded,
  readUploaded,
  uploadedVersions,
  writeUploaded,
} from "../../../src/supervisor/config/uploaded-files.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const DIRECTORY = "/hab/sup/default/data/uploaded/web.default"
const GROUP = "web.default"

function world() {
  const files = memoryFileSystem({})
  return { files, layout: createLayout({ root: "/", enclosed: true }) }
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const file = (name: string, version: bigint, text = `${name} ${version}`) => ({ name, version, bytes: bytes(text) })
const told = (context: ReturnType<typeof world>) =>
  readUploaded(context, GROUP).map((one) => [one.name, one.version, Buffer.from(one.bytes).toString()])

describe("uploaded files (spec supervisor §1.6)", () => {
  it("are kept with their versions, for their owner only, and the highest of each name is in force", () => {
    const context = world()
    expect(readUploaded(context, GROUP)).toEqual([])
    writeUploaded(context, GROUP, file("motd", 9n))
    writeUploaded(context, GROUP, file("motd", 10n))
    writeUploaded(context, GROUP, file("1-a.key", 18446744073709551615n))
    writeUploaded(context, "web.blue", file("other", 1n))
    expect(told(context)).toEqual([
      ["1-a.key", 18446744073709551615n, "1-a.key 18446744073709551615"],
      ["motd", 10n, "motd 10"],
    ])
    expect(context.files.readDirectory(DIRECTORY).map(({ name }) => name)).toEqual([
      "10-motd",
      "18446744073709551615-1-a.key",
    ])
    expect(context.files.stat(`${DIRECTORY}/10-motd`)?.mode).toBe(0o600)
    expect(uploadedVersions(context, GROUP).get("motd")).toBe(10n)
  })

  it("are the higher of two versions, whatever else is there", () => {
    const context = world()
    writeUploaded(context, GROUP, file("motd", 10n))
    context.files.writeFile(`${DIRECTORY}/9-motd`, "older")
    context.files.writeFile(`${DIRECTORY}/.tmp-11-motd-abc`, "half")
    context.files.writeFile(`${DIRECTORY}/notes`, "x")
    expect(told(context)).toEqual([["motd", 10n, "motd 10"]])
  })

  it.each([
    ["is not newer", file("motd", 5n), "FILE_VERSION_STALE", /web\.default has version 5 of motd already/],
    ["is older", file("motd", 4n), "FILE_VERSION_STALE", /has version 5 of motd/],
    [
      "has more than 64 KiB",
      file("a", 1n, "x".repeat(65_537)),
      "FILE_TOO_LARGE",
      /Maximum size allowed is 65536 bytes\./,
    ],
    ["has a slash in its name", file("../a", 1n), "FILE_NAME_INVALID", /'\.\.\/a' cannot name a file/],
    ["is named as the folder above", file("..", 1n), "FILE_NAME_INVALID", /cannot name a file/],
    ["has no name", file("", 1n), "FILE_NAME_INVALID", /cannot name a file/],
    ["has a name too long for a file system", file("é".repeat(101), 1n), "FILE_NAME_INVALID", /cannot name a file/],
  ])("are refused when one %s", (_, given, code, message) => {
    const context = world()
    writeUploaded(context, GROUP, file("motd", 5n))
    const check = () => checkUploaded(context, GROUP, given)
    expect(check).toThrow(expect.objectContaining({ code }))
    expect(check).toThrow(message)
  })

  it("may have exactly 64 KiB, and any name without a slash", () => {
    const context = world()
    for (const name of ["motd", ".hidden", "with space", "ünï", "-x", "5-motd"]) {
      expect(() => checkUploaded(context, GROUP, file(name, 1n, "x".repeat(65_536)))).not.toThrow()
    }
  })
})
