import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { HabError } from "../../src/base/errors.ts"
import type { Workshop } from "./build-fixture.ts"

/** The text of a file of an artifact's package. */
export function member(artifact: string, name: string): string {
  const script = `tail -n +6 "$1" | xz -dc | tar xO --wildcards "hab/pkgs/*/*/*/*/$2"`
  return execFileSync("bash", ["-c", script, "bash", artifact, name], { encoding: "utf8" })
}

export function memberNames(artifact: string): string[] {
  const script = `tail -n +6 "$1" | xz -dc | tar t`
  const names = execFileSync("bash", ["-c", script, "bash", artifact], { encoding: "utf8" }).trim().split("\n")
  return names.map((name) => name.split("/").slice(6).join("/")).filter((name) => name !== "")
}

/** What a build failed with. */
export async function failure(running: Promise<unknown>): Promise<HabError> {
  try {
    await running
  } catch (error) {
    if (error instanceof HabError) return error
    throw error
  }
  throw new Error("expected the build to fail")
}

/** A package that is installed in the workshop's root, with these files. */
export function install(shop: Workshop, ident: string, files: Readonly<Record<string, string>> = {}): void {
  const always = { IDENT: ident, TARGET: "x86_64-linux", PREFIX: shop.layout.prefix }
  for (const [name, text] of Object.entries({ ...always, ...files })) {
    const file = `${shop.layout.hab}/pkgs/${ident}/${name}`
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${text}\n`)
  }
}
