import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { checkApplied, parseVersion, readApplied, writeApplied } from "../../../src/supervisor/config/applied-config.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const DIRECTORY = "/hab/sup/default/data/applied/web.default"
const GROUP = "web.default"

function world() {
  const files = memoryFileSystem({})
  return { files, layout: createLayout({ root: "/", enclosed: true }) }
}

describe("applied configuration (spec supervisor §1.6, §5.4)", () => {
  it("is kept with its version, for its owner only, and the highest version is in force", () => {
    const context = world()
    expect(readApplied(context, GROUP)).toBeUndefined()
    writeApplied(context, GROUP, { version: 9n, text: "a = 9", isSecret: false })
    writeApplied(context, GROUP, { version: 18446744073709551615n, text: "a = 10", isSecret: false })
    expect(readApplied(context, GROUP)).toEqual({ version: 18446744073709551615n, text: "a = 10", isSecret: false })
    expect(context.files.readDirectory(DIRECTORY).map(({ name }) => name)).toEqual(["18446744073709551615.toml"])
    expect(context.files.stat(`${DIRECTORY}/18446744073709551615.toml`)?.mode).toBe(0o600)
  })

  it("is known as a secret by its name, and one version takes the place of another whichever of them is", () => {
    const context = world()
    writeApplied(context, GROUP, { version: 1n, text: "a = 1", isSecret: true })
    expect(readApplied(context, GROUP)).toEqual({ version: 1n, text: "a = 1", isSecret: true })
    writeApplied(context, GROUP, { version: 2n, text: "a = 2", isSecret: false })
    expect(readApplied(context, GROUP)).toEqual({ version: 2n, text: "a = 2", isSecret: false })
    expect(context.files.readDirectory(DIRECTORY).map(({ name }) => name)).toEqual(["2.toml"])
  })

  it("passes over what else is in its folder, and takes the higher of two versions", () => {
    const context = world()
    writeApplied(context, GROUP, { version: 10n, text: "a = 10", isSecret: false })
    context.files.writeFile(`${DIRECTORY}/9.toml`, "a = 9")
    context.files.writeFile(`${DIRECTORY}/.10.toml.tmp`, "a = ")
    context.files.writeFile(`${DIRECTORY}/notes.txt`, "a = ")
    expect(readApplied(context, GROUP)?.text).toBe("a = 10")
  })

  it.each([
    ["is not newer", 5n, "a = 2", "CONFIG_VERSION_STALE", /has version 5 already$/],
    ["is the same again", 5n, "a = 1", "CONFIG_VERSION_STALE", /already, with the same content$/],
    ["is older", 4n, "a = 2", "CONFIG_VERSION_STALE", /has version 5 already/],
    ["is not TOML", 6n, "a = ", "TOML_INVALID", /the configuration:1:5 is not TOML/],
    [
      "has more than 64 KiB",
      6n,
      `a = "${"é".repeat(32_766)}"`,
      "CONFIG_TOO_LARGE",
      /has 65538 bytes; 65536 are the most/,
    ],
  ])("is refused when it %s", (_, version, text, code, message) => {
    const context = world()
    writeApplied(context, GROUP, { version: 5n, text: "a = 1", isSecret: false })
    const check = () => checkApplied(context, GROUP, { version, text })
    expect(check).toThrow(expect.objectContaining({ code }))
    expect(check).toThrow(message)
  })

  it("has versions that are whole numbers below 2^64", () => {
    expect(parseVersion("18446744073709551615")).toBe(18446744073709551615n)
    for (const text of ["", "-1", "1.5", "v1", "18446744073709551616"]) {
      expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: "USAGE" }))
    }
  })
})
