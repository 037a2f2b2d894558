// Builds dist/: one CommonJS bundle per command group, the supervisor, and the files shipped beside them. It is built
// beside and swapped in at the end: a build that fails, or is used meanwhile, leaves the old one whole.
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { lateImports, latePackages } from "./late-modules.mjs"

const project = fileURLToPath(new URL("..", import.meta.url))
const entries = ["hab", "all", "config", "origin", "pkg", "plan", "sup", "svc", "supervisor"]
const finished = path.join(project, "dist")
const dist = path.join(project, `dist.${process.pid}.tmp`)

const options = {
  absWorkingDir: project,
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
}

process.on("exit", () => rmSync(dist, { recursive: true, force: true }))
mkdirSync(path.join(dist, "plan"), { recursive: true })
await build({
  ...options,
  entryPoints: entries.map((name) => path.join(project, `src/cli/entry/${name}.ts`)),
  plugins: [lateImports(options), latePackages(options)],
})
for (const name of readdirSync(path.join(project, "src/plan"))) {
  if (name.endsWith(".bash")) cpSync(path.join(project, "src/plan", name), path.join(dist, "plan", name))
}
const old = `${dist}.old`
if (existsSync(finished)) renameSync(finished, old)
renameSync(dist, finished)
rmSync(old, { recursive: true, force: true })
keepCompiled()

/** Runs a harmless command of every bundle: what V8 compiled for it is what most commands need first. */
function keepCompiled() {
  const commands = ["--help", "config --help", "origin --help", "pkg list --all", "sup --help", "svc status"]
  const env = { PATH: process.env.PATH, FS_ROOT: path.join(finished, "no-root") }
  for (const command of commands) {
    const preload = ["--require", path.join(project, "scripts/keep-compiled.cjs")]
    spawnSync(process.execPath, [...preload, path.join(finished, "hab.cjs"), ...command.split(" ")], { env })
  }
}
