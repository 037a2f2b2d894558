// Builds dist/: one CommonJS bundle per command group, the supervisor, and the files shipped beside them.
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const project = fileURLToPath(new URL("..", import.meta.url))
const entries = ["hab", "all", "origin", "pkg", "sup", "svc", "supervisor"]
const dist = path.join(project, "dist")

rmSync(dist, { recursive: true, force: true })
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
