import { Buffer } from "node:buffer"
import { required } from "../base/assert.ts"
import type { ConfigTable } from "../config/toml.ts"
import { parseToml } from "../config/toml.ts"
import { hashFile } from "../crypto/hash.ts"
import { sealText } from "../package/hart.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import { packHart } from "../package/pack.ts"
import { checkName } from "../package/package-members.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { ask, type Build, planValues, toHost } from "./build-state.ts"
import { emptyFolders } from "./empty-folders.ts"
import { exposedPorts } from "./exposes.ts"
import { type BuildFlags, manifestText } from "./manifest.ts"
import { APPENDED_FILES, type ComposedEnvironment, metadataTexts } from "./metadata.ts"
import { fieldReader } from "./plan-shell.ts"
import { hasRunHook } from "./service-files.ts"
import type { PlanValues } from "./variables.ts"

const DEFAULT_PKGCONFIG = ["lib/pkgconfig", "share/pkgconfig"]

/** The folders a plan's callbacks install into (spec package §2.3, step 20). */
export async function createPackageFolders(build: Build, phase: string): Promise<void> {
  const arrays = ["pkg_lib_dirs", "pkg_bin_dirs", "pkg_include_dirs", "pkg_pconfig_dirs"]
  const code = arrays.map((name) => `for __hab_dir in "\${${name}[@]}"; do mkdir -p "$pkg_prefix/$__hab_dir"; done`)
  await ask(build, phase, ['mkdir -p "$pkg_prefix"', ...code].join("\n"))
}

/** Writes the metadata files of spec package §3 into the package. Throws PLAN_INVALID for exposes without a port. */
export async function writeMetadata(build: Build, phase: string): Promise<void> {
  const { files, env } = build.host
  const values = await planValues(build, phase)
  const prefix = toHost(build, values.pkg_prefix)
  const empty = emptyFolders({ files }, prefix, values)
  if (empty !== undefined) build.request.report({ tag: "warning", text: empty })
  const dependencies = required(build.found.dependencies, "resolved dependencies")
  const idents = (packages: readonly InstalledPackage[]) => packages.map((pkg) => stringifyIdent(pkg.ident))
  const texts = metadataTexts({
    values,
    prefix: build.paths.root,
    buildDeps: idents(dependencies.buildDeps),
    buildTdeps: idents(dependencies.buildTdeps),
    deps: idents(dependencies.deps),
    tdeps: idents(dependencies.tdeps),
    dependencyPaths: [...dependencies.deps, ...dependencies.tdeps].map((pkg) => readMetadata({ files }, pkg).path),
    environment: await composedEnvironment(build, phase),
    pkgConfigDirs: pkgConfigDirs(files, prefix, values),
    ports: exposedPorts(values, defaultConfig(files, prefix), build.location.planFile),
    isService: values.pkg_svc_run !== "" || hasRunHook({ files }, build.location.planContext),
    isNative: (env["HAB_NATIVE_PACKAGE"] ?? "") !== "",
  })
  for (const [name, text] of texts) {
    const begun = APPENDED_FILES.includes(name) ? (files.readTextIfPresent(`${prefix}/${name}`) ?? "") : ""
    files.writeFile(`${prefix}/${name}`, begun + text)
  }
}

async function composedEnvironment(build: Build, phase: string): Promise<ComposedEnvironment> {
  const names = "__hab_runtime __hab_runtime_from __hab_buildtime __hab_buildtime_from"
  const fields = fieldReader(await ask(build, phase, `__hab_values map ${names}`))
  return {
    runtime: fields.map(),
    runtimeFrom: fields.map(),
    buildtime: fields.map(),
    buildtimeFrom: fields.map(),
  }
}

function pkgConfigDirs(files: FileSystem, prefix: string, values: PlanValues): readonly string[] {
  if (values.pkg_pconfig_dirs.length > 0) return values.pkg_pconfig_dirs
  return DEFAULT_PKGCONFIG.filter((directory) => files.stat(`${prefix}/${directory}`)?.kind === "directory")
}

function defaultConfig(files: FileSystem, prefix: string): ConfigTable {
  const text = files.readTextIfPresent(`${prefix}/default.toml`)
  return text === undefined ? new Map() : parseToml(text, "default.toml")
}

/** FILES: every file of the package with its BLAKE2b hash, signed (spec package §3). */
export async function writeFileList(build: Build, phase: string): Promise<void> {
  const { files } = build.host
  const values = await planValues(build, phase)
  const prefix = toHost(build, values.pkg_prefix)
  const [cachePath = ""] = await ask(build, phase, "__hab_values text CACHE_PATH")
  const lines: string[] = []
  for (const path of regularFiles(files, prefix)) {
    if (path === "FILES" || path === "MANIFEST") continue
    checkName(`${prefix}/${path}`, path)
    lines.push(`${await hashFile({ files }, `${prefix}/${path}`)}  ${values.pkg_prefix}/${path}\n`)
  }
  const text = lines.join("")
  files.writeFile(`${toHost(build, cachePath)}/${values.pkg_name}_blake2bsums`, text)
  files.writeFile(`${prefix}/FILES`, await sealText(text, required(build.found.key, "origin key")))
}

/** Relative paths of regular files, in byte order of the whole path. */
function regularFiles(files: FileSystem, directory: string): string[] {
  const below = (folder: string): string[] =>
    files.readDirectory(`${directory}/${folder}`).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`
      if (entry.kind === "directory") return below(path)
      return entry.kind === "file" ? [path] : []
    })
  return below("").sort(compareBytes)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** MANIFEST (spec package §3). */
export async function writeManifest(build: Build, phase: string): Promise<void> {
  const names = ["CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "LD_RUN_PATH"]
  const fields = await ask(build, phase, `__hab_values text ${names.join(" ")}`)
  const flags = Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ""])) as BuildFlags
  const values = await planValues(build, phase)
  const text = manifestText({ values, flags, planText: build.planText })
  build.host.files.writeFile(`${toHost(build, values.pkg_prefix)}/MANIFEST`, text)
}

/** Packs and signs the package into the artifact cache. */
export async function makeArtifact(build: Build, phase: string): Promise<void> {
  const values = await planValues(build, phase)
  const destination = toHost(build, values.pkg_artifact)
  build.host.files.makeDirectories(destination.slice(0, destination.lastIndexOf("/")))
  const level = Number(build.host.env["HAB_HART_COMPRESSION_LEVEL"] || Number.NaN)
  build.request.report({ tag: "status", verb: "Signing", subject: destination })
  await packHart(build.host, {
    directory: toHost(build, values.pkg_prefix),
    ident: identParts(values),
    mtimeSeconds: build.epochSeconds,
    destination,
    key: required(build.found.key, "origin key"),
    ...(Number.isInteger(level) && level >= 0 && level <= 9 ? { level } : {}),
    ...(build.request.signal === undefined ? {} : { signal: build.request.signal }),
  })
  build.request.report({ tag: "status", verb: "Signed", subject: destination })
}

/** The full identifier of what is being built. */
export function identParts(values: PlanValues): FullIdent {
  return {
    origin: values.pkg_origin,
    name: values.pkg_name,
    version: values.pkg_version,
    release: values.pkg_release,
  }
}
