import { spawnSync } from "node:child_process"
import { chmodSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const here = path.dirname(fileURLToPath(import.meta.url))

/** Bundles a TypeScript program of test/support into a file that plain Node runs; everybody may read it. */
export async function bundleProgram(name: string, directory: string): Promise<string> {
  const outfile = path.join(directory, name.replace(/\.ts$/, ".cjs"))
  const entryPoints = [path.join(here, name)]
  await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" })
  chmodSync(directory, 0o755)
  return outfile
}

/** The words in front of a command that make root run it as `nobody`. */
export const AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] as const

/** Runs a bundled program to its end, with PATH for its environment, and returns what it printed. Throws when it failed. */
export function runProgram(argv: readonly string[]): string {
  const [file = "", ...args] = argv
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8", env: { PATH: process.env["PATH"] } })
  if (status !== 0) throw new Error(`${argv.join(" ")} exited with ${status}: ${stderr}`)
  return stdout
}
