import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const project = fileURLToPath(new URL("../..", import.meta.url))

/** Compares with a file of the project; `npm run golden` rewrites the file instead, and the diff is reviewed. */
export function expectGolden(name: string, actual: string): void {
  const file = path.join(project, name)
  if (process.env["GOLDEN"] === "write") {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  expect(actual, `${name} is not what the code prints; run npm run golden and review the diff`).toBe(
    readFileSync(file, "utf8"),
  )
}
