// What `npm start` and `npm test` share: dependencies and a build, made only when they are missing or stale.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

export const project = fileURLToPath(new URL("..", import.meta.url))

/** Runs a command of the project to its end; exits with its code when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: project, stdio: "inherit", ...options })
  if (result.error) fail(`${command}: ${result.error.message}`)
  if (result.status !== 0) process.exit(result.status ?? 1)
}

export function fail(message) {
  console.error(message)
  process.exit(1)
}

/** Installs the dependencies when they are missing or older than the lock file. Needs no network with a warm cache. */
export function installDependencies() {
  const marker = path.join(project, "node_modules/.package-lock.json")
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(path.join(project, "package-lock.json")).mtimeMs)
    return
  console.error("Installing dependencies (npm ci)")
  run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], { stdio: ["ignore", 2, 2] })
}

/** Builds dist/ when a source is newer than it. */
export function buildIfStale() {
  const built = path.join(project, "dist/hab.cjs")
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0
  const inputs = [...filesBelow("src"), ...filesBelow("scripts"), path.join(project, "package-lock.json")]
  if (inputs.every((file) => statSync(file).mtimeMs <= builtAt)) return
  console.error("Building dist/")
  run(process.execPath, ["scripts/build.mjs"])
}

function filesBelow(folder) {
  return readdirSync(path.join(project, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}
