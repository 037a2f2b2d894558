import { required } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { ask, type Build, planValues, toHost } from "./build-state.ts"
import { type CompilerFlags, compilerFlags, FLAG_VARIABLES, libraryRunPath } from "./environment.ts"
import { hookSources, refuseCarriageReturns } from "./hook-files.ts"
import { fieldReader } from "./plan-shell.ts"
import { claimLatePrefix } from "./prefix.ts"
import { assignText } from "./protocol.ts"
import { EXCLUDED_BY_DEFAULT, excluding } from "./service-files.ts"
import { VERSION_UNSET } from "./variables.ts"

/** Exports the compiler variables of the direct dependencies, and makes sure CACHE_PATH is there (spec package §2.7). */
export async function setCompilerFlags(build: Build, phase: string): Promise<void> {
  const fields = fieldReader(await ask(build, phase, `__hab_values text ${FLAG_VARIABLES.join(" ")}`))
  const present = Object.fromEntries(FLAG_VARIABLES.map((name) => [name, fields.text()])) as CompilerFlags
  const dependencies = required(build.found.dependencies, "resolved dependencies")
  const values = await planValues(build, phase)
  const text = (pkg: InstalledPackage, name: string) =>
    (build.host.files.readTextIfPresent(`${pkg.path}/${name}`) ?? "").trim()
  const flags = compilerFlags(
    present,
    dependencies.allDeps.map((pkg) =>
      Object.fromEntries(FLAG_VARIABLES.map((name) => [name, text(pkg, name)])),
    ) as CompilerFlags[],
  )
  const runPath = libraryRunPath(
    values.pkg_prefix,
    values.pkg_lib_dirs,
    dependencies.deps.map((pkg) => text(pkg, "LD_RUN_PATH")),
  )
  await ask(
    build,
    phase,
    [
      // Marked for export without a value: autoconf takes an empty CFLAGS for "no optimisation".
      `export ${FLAG_VARIABLES.join(" ")}`,
      ...FLAG_VARIABLES.filter((name) => flags[name] !== "").map((name) => assignText(name, flags[name])),
      ...(runPath === "" ? [] : [`export ${assignText("LD_RUN_PATH", runPath)}`]),
      'export PREFIX="$pkg_prefix"',
      'mkdir -p "$CACHE_PATH"',
    ].join("\n"),
  )
}

/** Takes the host's library search paths out of libtool's scripts, so that it does not link with the host's libraries. */
export async function blankLibraryPaths(build: Build, phase: string): Promise<void> {
  const [sourcePath = ""] = await ask(build, phase, "__hab_values text SRC_PATH")
  for (const file of filesNamed(build.host.files, toHost(build, sourcePath), /^ltmain\.sh$/i)) {
    blankIn(build.host.files, file)
  }
}

function blankIn(files: FileSystem, file: string): void {
  const text = files.readText(file)
  const blanked = text.replace(/eval sys_lib_.*search_path=.*$/gm, "")
  const stat = files.stat(file)
  if (blanked === text || stat === undefined) return
  files.writeFile(file, blanked, { mode: stat.mode | 0o200 })
  // A newer ltmain.sh would make make(1) run autoconf again.
  files.setModifiedTime(file, stat.mtimeSeconds)
}

function filesNamed(files: FileSystem, directory: string, name: RegExp): string[] {
  if (files.lstat(directory)?.kind !== "directory") return []
  return files.readDirectory(directory).flatMap((entry) => {
    const path = `${directory}/${entry.name}`
    if (entry.kind === "directory") return filesNamed(files, path, name)
    return entry.kind === "file" && name.test(entry.name) ? [path] : []
  })
}

/** From here on the version stands. Throws BUILD_VERSION_UNSET when a pkg_version function was never asked. */
export async function closeVersion(build: Build, phase: string): Promise<void> {
  const values = await planValues(build, phase)
  if (values.pkg_version === VERSION_UNSET) {
    throw new HabError("BUILD_VERSION_UNSET", "the plan has a function pkg_version, but the version was never set", {
      hint: "call update_pkg_version in do_before or do_unpack, as soon as the function can tell the version",
    })
  }
  claimLatePrefix(build, values)
  await ask(build, phase, "__hab_version_closed=yes")
}

/** Tells of hooks that will not work before the compiler runs. Throws PLAN_HOOKS_INVALID. */
export async function checkHooks(build: Build): Promise<void> {
  const { planContext } = build.location
  refuseCarriageReturns(build.host, planContext)
  const exclude = build.host.env["HAB_CONFIG_EXCLUDE"] || EXCLUDED_BY_DEFAULT
  const { warnings, leftOut } = hookSources(build.host, planContext, excluding(exclude))
  // The check that ran first told of the others, with their place.
  for (const text of build.request.check === false ? warnings : leftOut) build.request.report({ tag: "warning", text })
}
