// Builds dist/: one CommonJS bundle per command group, the supervisor, and the files shipped beside them. It is built
// beside and swapped in at the end: a build that fails, or is used meanwhile, leaves the old one whole.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const project = fileURLToPath(new URL("..", import.meta.url))
const entries = ["hab", "all", "origin", "pkg", "sup", "svc", "supervisor"]
const finished = path.join(project, "dist")
const dist = path.join(project, `dist.${process.pid}.tmp`)

process.on("exit", () => rmSync(dist, { recursive: true, force: true }))
mkdirSync(path.join(dist, "plan"), { recursive: true })
await build({
  entryPoints: entries.map((name) => path.join(project, `src/cli/entry/${name}.ts`)),
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
  external: ["./all.cjs"],
})
for (const name of readdirSync(path.join(project, "src/plan"))) {
  if (name.endsWith(".bash")) cpSync(path.join(project, "src/plan", name), path.join(dist, "plan", name))
}
const old = `${dist}.old`
if (existsSync(finished)) renameSync(finished, old)
renameSync(dist, finished)
rmSync(old, { recursive: true, force: true })
