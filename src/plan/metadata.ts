import { DEFAULT_PREFIX } from "../package/metadata.ts"
import { METADATA_FILES, type MetadataFile } from "../package/metafiles.ts"
import { runtimePath } from "./environment.ts"
import type { PlanValues } from "./variables.ts"

/** The four maps a plan composes in do_setup_environment (spec package §2.7). */
export type ComposedEnvironment = Readonly<{
  runtime: ReadonlyMap<string, string>
  runtimeFrom: ReadonlyMap<string, string>
  buildtime: ReadonlyMap<string, string>
  buildtimeFrom: ReadonlyMap<string, string>
}>

/** Everything the metadata files are made from. Identifiers are full, paths are inner ones. */
export type MetadataInput = Readonly<{
  values: PlanValues
  /** The `hab` directory packages see; recorded when it is not `/hab` (decisions A). */
  prefix: string
  buildDeps: readonly string[]
  buildTdeps: readonly string[]
  deps: readonly string[]
  tdeps: readonly string[]
  /** PATH entries of pkg_deps_resolved, then of the rest of pkg_tdeps_resolved. */
  dependencyPaths: readonly (readonly string[])[]
  environment: ComposedEnvironment
  /** pkg_pconfig_dirs, or the usual folders that exist when it is empty. */
  pkgConfigDirs: readonly string[]
  /** Values of pkg_exposes in default.toml. */
  ports: readonly string[]
  isService: boolean
  /** HAB_NATIVE_PACKAGE is set. */
  isNative: boolean
}>

/** Files a plan may have begun in its callbacks: what is there stays in front. */
export const APPENDED_FILES: readonly MetadataFile[] = ["EXPORTS", "BINDS", "BINDS_OPTIONAL", "INTERPRETERS"]

/**
 * The metadata files of a package and their texts, in the order they are written (spec package §3). A file without data
 * is absent. FILES and MANIFEST are made apart: they tell of these.
 */
export function metadataTexts(input: MetadataInput): ReadonlyMap<MetadataFile, string> {
  const texts: Partial<Record<MetadataFile, string>> = {
    ...flagTexts(input),
    ...environmentTexts(input),
    ...serviceTexts(input),
    ...dependencyTexts(input),
    IDENT: identOf(input.values),
    TARGET: input.values.pkg_target,
    INTERPRETERS: input.values.pkg_interpreters.map((path) => `${input.values.pkg_prefix}/${path}`).join("\n"),
    PACKAGE_TYPE: input.isNative ? "native" : "",
    PREFIX: input.prefix === DEFAULT_PREFIX ? "" : input.prefix,
  }
  const names = Object.keys(METADATA_FILES) as MetadataFile[]
  return new Map(names.flatMap((name) => (texts[name] ? [[name, `${texts[name]}\n`] as const] : [])))
}

/** `origin/name/version/release` of what is being built. */
export function identOf({ pkg_origin, pkg_name, pkg_version, pkg_release }: PlanValues): string {
  return `${pkg_origin}/${pkg_name}/${pkg_version}/${pkg_release}`
}

function flagTexts({ values, pkgConfigDirs }: MetadataInput): Partial<Record<MetadataFile, string>> {
  const within = (directories: readonly string[], flag = "") =>
    directories.map((directory) => `${flag}${values.pkg_prefix}/${directory}`)
  const includes = within(values.pkg_include_dirs, "-I").join(" ")
  return {
    LD_RUN_PATH: within(values.pkg_lib_dirs).join(":"),
    LDFLAGS: within(values.pkg_lib_dirs, "-L").join(" "),
    CFLAGS: includes,
    CPPFLAGS: includes,
    CXXFLAGS: includes,
    PKG_CONFIG_PATH: within(pkgConfigDirs).join(":"),
    PATH: within(values.pkg_bin_dirs).join(":"),
  }
}

function environmentTexts({ values, environment, dependencyPaths }: MetadataInput) {
  const own = values.pkg_bin_dirs.map((directory) => `${values.pkg_prefix}/${directory}`)
  const path = runtimePath(own, dependencyPaths)
  const runtime = new Map([...environment.runtime, ...(path === "" ? [] : [["PATH", path] as const])])
  return {
    RUNTIME_PATH: path,
    RUNTIME_ENVIRONMENT: pairs(runtime),
    RUNTIME_ENVIRONMENT_PROVENANCE: pairs(environment.runtimeFrom),
    BUILDTIME_ENVIRONMENT: pairs(environment.buildtime),
    BUILDTIME_ENVIRONMENT_PROVENANCE: pairs(environment.buildtimeFrom),
  }
}

function serviceTexts({ values, ports, isService }: MetadataInput): Partial<Record<MetadataFile, string>> {
  return {
    EXPORTS: pairs(values.pkg_exports),
    BINDS: pairs(values.pkg_binds),
    BINDS_OPTIONAL: pairs(values.pkg_binds_optional),
    EXPOSES: ports.join(" "),
    SHUTDOWN_SIGNAL: values.pkg_shutdown_signal,
    SHUTDOWN_TIMEOUT: values.pkg_shutdown_timeout_sec,
    SVC_USER: isService ? values.pkg_svc_user : "",
    SVC_GROUP: isService ? values.pkg_svc_group : "",
  }
}

function dependencyTexts(input: MetadataInput): Partial<Record<MetadataFile, string>> {
  return {
    BUILD_DEPS: input.buildDeps.join("\n"),
    BUILD_TDEPS: input.buildTdeps.join("\n"),
    DEPS: input.deps.join("\n"),
    TDEPS: input.tdeps.join("\n"),
  }
}

/** `KEY=VALUE` per line, sorted by key: bash has no order of its own. */
function pairs(map: ReadonlyMap<string, string>): string {
  return [...map]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join("\n")
}
