// `npm run bench [NAME...] [-- --check]`: real figures beside the peers'.
import path from "node:path"
import { build } from "esbuild"
import { buildIfStale, installDependencies, project, run } from "./project.mjs"

installDependencies()
buildIfStale()
const outfile = path.join(project, "dist/bench.mjs")
await build({
  entryPoints: [path.join(project, "bench/main.ts")],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
  packages: "external",
})
run(process.execPath, [outfile, ...process.argv.slice(2)])
