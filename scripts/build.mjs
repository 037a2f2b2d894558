// Builds dist/: one CommonJS bundle per command group, some for the commands that are run most often, the supervisor, and
// the files shipped beside them. It is built beside and swapped in at the end: a build that fails, or is used meanwhile,
// leaves the old one whole.
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { lateImports, latePackages, lateRooms, sharedBuiltins } from "./late-modules.mjs"

const project = fileURLToPath(new URL("..", import.meta.url))
const nouns = ["all", "config", "origin", "pkg", "plan", "sup", "svc"]
/** What is waited for most often reads what it needs and no more. */
const commands = ["pkg-install", "pkg-look", "svc-status"]
const programs = ["hab", "supervisor", "module-host"]
const finished = path.join(project, "dist")
const dist = path.join(project, `dist.${process.pid}.tmp`)

/** What programs import as "hab". */
const PUBLISHED = "program"

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
  // Node shows the line of an error that nobody catches: it is not to be the whole program.
  lineLimit: 160,
  legalComments: "none",
  logLevel: "warning",
}

/** What `hab` runs is a function of what a module of Node is given, so that it is read and needs no copy around it. */
const asFunction = {
  banner: { js: "(function (exports, require, module, __filename, __dirname) {" },
  footer: { js: "})" },
}

process.on("exit", () => rmSync(dist, { recursive: true, force: true }))
mkdirSync(path.join(dist, "plan"), { recursive: true })
const plugins = [sharedBuiltins(), lateRooms(options), lateImports(options), latePackages(options)]
await build({ ...options, plugins, entryPoints: [...programs, PUBLISHED].map(entry) })
await build({ ...options, plugins, ...asFunction, entryPoints: [...nouns, ...commands].map(entry) })
for (const name of readdirSync(path.join(project, "src/plan"))) {
  if (name.endsWith(".bash")) cpSync(path.join(project, "src/plan", name), path.join(dist, "plan", name))
}
for (const name of ["import.cjs", "resolve-hab.mjs"])
  cpSync(path.join(project, "src/host", name), path.join(dist, name))
declareTypes(["cli/entry/program.d.ts", "program/api.d.ts", "program/hook.d.ts"])
const old = `${dist}.old`
if (existsSync(finished)) renameSync(finished, old)
renameSync(dist, finished)
rmSync(old, { recursive: true, force: true })
keepCompiled()

function entry(name) {
  return path.join(project, `src/cli/entry/${name}.ts`)
}

/** What programs that import "hab" are checked against: the declarations of its entry, and of what that one names. */
function declareTypes(names) {
  const all = path.join(dist, "types.all")
  const tsc = path.join(project, "node_modules/.bin/tsc")
  const words = ["--project", path.join(project, "scripts/types.tsconfig.json"), "--outDir", all]
  const { status, stdout } = spawnSync(tsc, words, { cwd: project, encoding: "utf8" })
  if (status !== 0) throw new Error(`types cannot be declared:\n${stdout}`)
  for (const name of names) {
    mkdirSync(path.join(dist, "types", path.dirname(name)), { recursive: true })
    cpSync(path.join(all, name), path.join(dist, "types", name))
  }
  rmSync(all, { recursive: true })
}

/** Runs a command of every bundle, in a root of its own: what V8 compiled for it is what most commands need first. */
function keepCompiled() {
  const fixture = path.join(project, "fixtures/package/tiny")
  const hart = readdirSync(fixture).find((name) => name.endsWith(".hart"))
  const commands = [
    "--help",
    "config --help",
    "origin --help",
    `pkg install ${path.join(fixture, hart)}`,
    "pkg list --all",
    "pkg path demo/tiny",
    "pkg env demo/tiny",
    // For the library it loads.
    "pkg hash package.json",
    "pkg info demo/tiny",
    "plan --help",
    "sup --help",
    "svc --help",
    "svc status",
  ]
  const root = mkdtempSync(path.join(tmpdir(), "hab-build-"))
  cpSync(path.join(fixture, "keys"), path.join(root, "hab/cache/keys"), { recursive: true })
  const env = { PATH: process.env.PATH, HOME: root, FS_ROOT: root }
  for (const command of commands) {
    const preload = ["--require", path.join(project, "scripts/keep-compiled.cjs")]
    spawnSync(process.execPath, [...preload, path.join(finished, "hab.cjs"), ...command.split(" ")], {
      cwd: project,
      env,
    })
  }
  rmSync(root, { recursive: true, force: true })
}
