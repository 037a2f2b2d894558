import { required } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import { stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage } from "../package/store.ts"
import { ask, type Build, planValues } from "./build-state.ts"
import { type ResolvedDependencies, resolveDependencies, type WantedDependency } from "./dependencies.ts"
import { buildPath, exportedEnvironment, populateEnvironment, variableRules } from "./environment.ts"
import { obtainDependencies } from "./obtain-dependencies.ts"
import { LOCK_FILE, lockChanges, lockOf, type PlanLock, parseLock, printLock } from "./plan-lock.ts"
import { fieldReader } from "./plan-shell.ts"
import { assignList, assignMap, assignText } from "./protocol.ts"
import { placeOf } from "./validate.ts"
import type { PlanValues } from "./variables.ts"

/** Finds the key the package will be signed with. Throws BUILD_KEY_MISSING with the command that makes one. */
export async function findOriginKey(build: Build, phase: string): Promise<void> {
  const { pkg_origin: origin } = await planValues(build, phase)
  const keys = createKeyCache(build.host, build.paths.keyCache)
  if (keys.revisions("origin-secret", origin).length === 0) {
    throw new HabError("BUILD_KEY_MISSING", `there is no secret key of origin '${origin}' in ${keys.directory}`, {
      hint: `make one: hab origin key generate ${origin}`,
    })
  }
  build.found.key = keys.latest("origin-secret", origin)
}

/** Fills the arrays of resolved dependencies, here and in the shell (spec package §2.5, §2.6). */
export async function resolvePlanDependencies(build: Build, phase: string): Promise<void> {
  const found = await findDependencies(build, phase)
  build.found.dependencies = found
  keepLock(build, await planValues(build, phase), found)
  for (const pkg of found.allDeps) {
    build.request.report({ tag: "status", verb: "Using", subject: stringifyIdent(pkg.ident) })
  }
}

/** The packages a plan builds and runs with, after its scaffolding had its say. */
export async function findDependencies(build: Build, phase: string): Promise<ResolvedDependencies> {
  const values = await planValues(build, phase)
  if (values.pkg_scaffolding !== "") await loadScaffolding(build, phase, values)
  return await resolveInto(build, phase, await planValues(build, phase))
}

/** plan.lock beside the plan, where there is one that counts. */
function readLock({ host, location, request }: Build): PlanLock | undefined {
  const file = `${location.planContext}/${LOCK_FILE}`
  const text = host.files.readTextIfPresent(file)
  return text === undefined || request.lock === "renew" ? undefined : parseLock(text, file)
}

/** Writes plan.lock where there is one already, or when asked to. Throws PLAN_LOCK_CHANGES under `--locked`. */
function keepLock(build: Build, values: PlanValues, found: ResolvedDependencies): void {
  const { host, location, request } = build
  const file = `${location.planContext}/${LOCK_FILE}`
  const text = host.files.readTextIfPresent(file)
  if (text === undefined && request.lock === undefined) return
  const after = lockOf({ build: values.pkg_build_deps, run: values.pkg_deps }, found)
  const before = text === undefined ? { build: new Map(), run: new Map() } : parseLock(text, file)
  const changes = lockChanges(before, after)
  if (text !== undefined && changes.length === 0) return
  if (request.lock !== "keep") {
    host.files.writeAtomically(file, printLock(after))
    request.report({ tag: "note", text: `Wrote ${file}${changes.map((line) => `\n  ${line}`).join("")}` })
    return
  }
  throw new HabError("PLAN_LOCK_CHANGES", `${file} ${text === undefined ? "does not exist" : "would change"}`, {
    problems: changes.map((message) => ({ where: LOCK_FILE, message })),
    hint: "without --locked it is brought up to date, with --update-lock it is written anew",
  })
}

async function resolveInto(build: Build, phase: string, values: PlanValues): Promise<ResolvedDependencies> {
  const { request, host, location, planText } = build
  const lock = readLock(build)
  const wanted = (variable: "pkg_build_deps" | "pkg_deps"): WantedDependency[] => {
    const where = placeOf({ planFile: location.planFile, planText }, variable)
    const pinned = lock?.[variable === "pkg_deps" ? "run" : "build"]
    return values[variable].map((text) => ({ text: pinned?.get(text) ?? text, where }))
  }
  const packagesPath = `${request.layout.hab}/pkgs`
  // Install hooks run for what the build uses; what the package will need runs them where it is installed.
  const forBuild = await obtainDependencies(build, wanted("pkg_build_deps"), { withHooks: true })
  const forRun = await obtainDependencies(build, wanted("pkg_deps"), { withHooks: false })
  const found = resolveDependencies(
    { files: host.files, store: request.store, packagesPath },
    { build: forBuild, run: forRun },
  )
  const paths = (packages: readonly InstalledPackage[]) => packages.map((pkg) => pkg.innerPath)
  const lists = {
    pkg_build_deps_resolved: found.buildDeps,
    pkg_deps_resolved: found.deps,
    pkg_build_tdeps_resolved: found.buildTdeps,
    pkg_tdeps_resolved: found.tdeps,
    pkg_all_deps_resolved: found.allDeps,
    pkg_all_tdeps_resolved: found.allTdeps,
  }
  await ask(
    build,
    phase,
    Object.entries(lists)
      .map(([name, packages]) => assignList(name, paths(packages)))
      .join("\n"),
  )
  return found
}

/** The scaffolding and what it needs become build dependencies; then it may change the plan's own lists. */
async function loadScaffolding(build: Build, phase: string, values: PlanValues): Promise<void> {
  const scaffolding = await findScaffolding(build, values.pkg_scaffolding)
  const needed = readMetadata(build.host, scaffolding).deps.map(stringifyIdent)
  const first = [stringifyIdent(scaffolding.ident), ...needed]
  const prepended = assignList("pkg_build_deps", [...first, ...values.pkg_build_deps])
  await ask(build, phase, prepended)
  await resolveInto(build, phase, { ...values, pkg_build_deps: [...first, ...values.pkg_build_deps], pkg_deps: [] })
  const file = `${scaffolding.innerPath}/lib/scaffolding.sh`
  await ask(
    build,
    phase,
    [
      assignText("__hab_scaffolding", file),
      'if source "$__hab_scaffolding"; then :; else exit_with "The scaffolding $__hab_scaffolding could not be read" 17; fi',
      "if declare -F scaffolding_load >/dev/null; then scaffolding_load; fi",
    ].join("\n"),
  )
}

/** Throws BUILD_DEPENDENCY_MISSING. */
async function findScaffolding(build: Build, text: string): Promise<InstalledPackage> {
  const { request, host, location, planText } = build
  const where = placeOf({ planFile: location.planFile, planText }, "pkg_scaffolding")
  const wanted = await obtainDependencies(build, [{ text, where }], { withHooks: true })
  const packagesPath = `${request.layout.hab}/pkgs`
  const found = resolveDependencies(
    { files: host.files, store: request.store, packagesPath },
    { build: wanted, run: [] },
  )
  return required(found.buildDeps[0], "scaffolding")
}

/** Gives the shell what the dependencies bring to the environment, for do_setup_environment to add to. */
export async function populateEnvironments(build: Build, phase: string): Promise<void> {
  const dependencies = required(build.found.dependencies, "resolved dependencies")
  const fields = fieldReader(
    await ask(
      build,
      phase,
      'mapfile -t __hab_names < <(compgen -v HAB_ENV_)\n__hab_values list __hab_names\n__hab_values text ${__hab_names[@]+"${__hab_names[@]}"}',
    ),
  )
  const names = fields.list()
  const settings = new Map(names.map((name) => [name, fields.text()]))
  const warn = (text: string) => build.request.report({ tag: "warning", text })
  const rules = variableRules(settings, warn)
  build.found.rules = rules
  const from = (packages: readonly InstalledPackage[]) =>
    packages.map((pkg) => ({
      ident: stringifyIdent(pkg.ident),
      environment: readMetadata(build.host, pkg).runtimeEnvironment,
    }))
  const runtime = populateEnvironment(from(dependencies.deps), rules, warn)
  const buildtime = populateEnvironment(from(dependencies.buildDeps), rules, warn)
  await ask(
    build,
    phase,
    [
      assignMap("__hab_runtime", runtime.values),
      assignMap("__hab_runtime_from", runtime.from),
      assignMap("__hab_buildtime", buildtime.values),
      assignMap("__hab_buildtime_from", buildtime.from),
    ].join("\n"),
  )
}

/** Exports what was composed, and the PATH callbacks run with (spec package §2.7). */
export async function exportEnvironment(build: Build, phase: string): Promise<void> {
  const fields = fieldReader(
    await ask(build, phase, "__hab_values map __hab_runtime __hab_buildtime\n__hab_values text INITIAL_PATH"),
  )
  const rules = required(build.found.rules, "variable rules")
  const exported = exportedEnvironment(fields.map(), fields.map(), rules)
  const initialPath = fields.text()
  const values = await planValues(build, phase)
  const dependencies = required(build.found.dependencies, "resolved dependencies")
  const path = buildPath({
    prefix: values.pkg_prefix,
    binDirs: values.pkg_bin_dirs,
    dependencies: dependencies.allTdeps.map((pkg) => readMetadata(build.host, pkg).path),
    initialPath,
  })
  await ask(
    build,
    phase,
    [
      ...[...exported].map(([name, value]) => `export ${assignText(name, value)}`),
      `export ${assignText("PATH", path)}`,
      'mkdir -p "$HAB_CACHE_SRC_PATH"',
    ].join("\n"),
  )
}
