import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"

const made: string[] = []

/** Removes what tests were given; a setup file calls it after each of them. */
export function removeTemporaryDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
}

/** A fresh directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), "hab-test-"))
  made.push(directory)
  return directory
}
