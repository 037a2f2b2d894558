// Programs of bench/: bundled with what they import of src/, then run.
import path from "node:path"
import { build } from "esbuild"
import { buildIfStale, installDependencies, project, run } from "./project.mjs"

/** Runs a TypeScript program of the project with these arguments; exits with its code when it fails. */
export async function runBundled(program, args) {
  installDependencies()
  buildIfStale()
  const outfile = path.join(project, "dist", `${path.basename(program, ".ts")}.mjs`)
  await build({
    entryPoints: [path.join(project, program)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    packages: "external",
  })
  run(process.execPath, [outfile, ...args])
}
