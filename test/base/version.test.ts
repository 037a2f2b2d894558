import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { VERSION } from "../../src/base/version.ts"

it("the version of the program is that of the package", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string
  }
  expect(VERSION).toBe(manifest.version)
})
