import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import {
  type Bind,
  invalidMetadata,
  parseBinds,
  parseIdentLines,
  parseIdentText,
  parsePairs,
  parsePaths,
  parseWords,
  textLines,
} from "./metadata-text.ts"
import type { MetadataFile } from "./metafiles.ts"
import { isPackageTarget, type PackageTarget } from "./target.ts"

/** The prefix packages are built for when they hold no PREFIX file. */
export const DEFAULT_PREFIX = "/hab"

/** Signals that a service may be stopped with, as packages name them. */
export const SHUTDOWN_SIGNALS = [
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "ABRT",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "ALRM",
  "TERM",
  "CHLD",
]
const U32_MAX = 2 ** 32 - 1

/** What the metadata files of a package say. A missing file reads as undefined or empty (spec package §3). */
export type PackageMetadata = Readonly<{
  ident: FullIdent
  target: PackageTarget
  packageType: "standard" | "native"
  /** The `hab` directory the package was built for: `/hab` but for packages built where namespaces are refused. */
  prefix: string
  deps: readonly FullIdent[]
  tdeps: readonly FullIdent[]
  buildDeps: readonly FullIdent[]
  buildTdeps: readonly FullIdent[]
  /** Own `bin` directories, as inner paths; entries outside the package are dropped. */
  path: readonly string[]
  /** PATH of the package and of everything it needs, as inner paths. Undefined when the file is missing. */
  runtimePath: readonly string[] | undefined
  runtimeEnvironment: Readonly<Record<string, string>>
  /** Values that replace those of `runtimeEnvironment`; in Windows packages only. */
  runtimeEnvironmentPaths: Readonly<Record<string, string>>
  /** Public name to dotted path in default.toml. */
  exports: Readonly<Record<string, string>>
  exposes: readonly string[]
  binds: readonly Bind[]
  bindsOptional: readonly Bind[]
  interpreters: readonly string[]
  /** Both are set for services only. */
  svcUser: string | undefined
  svcGroup: string | undefined
  /** Without `SIG`. */
  shutdownSignal: string | undefined
  shutdownTimeoutSec: number | undefined
  manifest: string | undefined
}>

/**
 * The metadata of an installed or freshly built package. Each field is read when it is first asked for, so that a damaged
 * file hurts only those who need it: then METADATA_INVALID, or METADATA_MISSING for IDENT and TARGET.
 */
export function readMetadata(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  pkg: Readonly<{ path: string }>,
): PackageMetadata {
  return metadataOf((name) => files.readTextIfPresent(`${pkg.path}/${name}`), pkg.path)
}

type Read = (name: MetadataFile) => string | undefined

/** The metadata behind any way to get a file's text; `where` names the package in errors. */
export function metadataOf(read: Read, where: string): PackageMetadata {
  return Object.create(LAZY_FIELDS, { source: { value: sourceOf(read, where) } }) as PackageMetadata
}

type Source = ReturnType<typeof sourceOf>

/** Ways to read one file, which name it in what they throw. */
function sourceOf(read: Read, where: string) {
  const at = (name: MetadataFile) => `${where}/${name}`
  const word = (name: MetadataFile) => read(name)?.trim() || undefined
  return {
    text: read,
    word,
    required: <T>(name: MetadataFile, parse: (text: string, where: string) => T): T =>
      parse(read(name) ?? missing(at(name)), at(name)),
    optional: <T>(name: MetadataFile, parse: (text: string | undefined, where: string) => T): T =>
      parse(word(name), at(name)),
    lines: <T>(name: MetadataFile, parse: (text: string, where: string) => T): T => parse(read(name) ?? "", at(name)),
  }
}

const FIELDS: { readonly [K in keyof PackageMetadata]: (source: Source) => PackageMetadata[K] } = {
  ident: ({ required }) => required("IDENT", parseIdentText),
  target: ({ required }) => required("TARGET", parseTargetText),
  packageType: ({ optional }) => optional("PACKAGE_TYPE", parsePackageType),
  prefix: ({ word }) => word("PREFIX") ?? DEFAULT_PREFIX,
  deps: ({ lines }) => lines("DEPS", parseIdentLines),
  tdeps: ({ lines }) => lines("TDEPS", parseIdentLines),
  buildDeps: ({ lines }) => lines("BUILD_DEPS", parseIdentLines),
  buildTdeps: ({ lines }) => lines("BUILD_TDEPS", parseIdentLines),
  path: ownPaths,
  runtimePath: runtimePathOf,
  runtimeEnvironment: ({ lines }) => lines("RUNTIME_ENVIRONMENT", parsePairs),
  runtimeEnvironmentPaths: ({ lines }) => lines("RUNTIME_ENVIRONMENT_PATHS", parsePairs),
  exports: ({ lines }) => lines("EXPORTS", parsePairs),
  exposes: ({ lines }) => lines("EXPOSES", parseWords),
  binds: ({ lines }) => lines("BINDS", parseBinds),
  bindsOptional: ({ lines }) => lines("BINDS_OPTIONAL", parseBinds),
  interpreters: ({ lines }) => lines("INTERPRETERS", textLines),
  svcUser: ({ word }) => word("SVC_USER"),
  svcGroup: ({ word }) => word("SVC_GROUP"),
  shutdownSignal: ({ optional }) => optional("SHUTDOWN_SIGNAL", parseSignal),
  shutdownTimeoutSec: ({ optional }) => optional("SHUTDOWN_TIMEOUT", parseSeconds),
  manifest: ({ text }) => text("MANIFEST"),
}

/** Shared by all packages: a getter for each field, which leaves what it read in the package's own object. */
const LAZY_FIELDS = Object.defineProperties(
  {},
  Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, lazily(name, field)])),
)

function lazily(name: string, field: (source: Source) => unknown): PropertyDescriptor & ThisType<{ source: Source }> {
  return {
    enumerable: true,
    get() {
      const value = field(this.source)
      Object.defineProperty(this, name, { value, enumerable: true })
      return value
    },
  }
}

function runtimePathOf({ text }: Source): string[] | undefined {
  const paths = text("RUNTIME_PATH")
  return paths === undefined ? undefined : parsePaths(paths)
}

function ownPaths(source: Source): string[] {
  const text = source.text("PATH")
  if (text === undefined) return []
  const own = `${FIELDS.prefix(source)}/pkgs/${stringifyIdent(FIELDS.ident(source))}`
  return parsePaths(text).filter((entry) => entry === own || entry.startsWith(`${own}/`))
}

function missing(file: string): never {
  throw new HabError("METADATA_MISSING", `${file} is missing`, {
    hint: "the package is incomplete: build or install it again",
  })
}

function parseTargetText(text: string, where: string): PackageTarget {
  const target = text.trim()
  if (isPackageTarget(target)) return target
  throw invalidMetadata(where, `'${target}' is not a package target`)
}

function parsePackageType(text: string | undefined, where: string): PackageMetadata["packageType"] {
  if (text === undefined || text === "standard") return "standard"
  if (text === "native") return text
  throw invalidMetadata(where, `'${text}' is not a package type (native, standard)`)
}

function parseSignal(text: string | undefined, where: string): string | undefined {
  if (text === undefined || SHUTDOWN_SIGNALS.includes(text)) return text
  throw invalidMetadata(where, `'${text}' is not a shutdown signal (${SHUTDOWN_SIGNALS.join(", ")})`)
}

function parseSeconds(text: string | undefined, where: string): number | undefined {
  if (text === undefined) return undefined
  if (/^[0-9]+$/.test(text) && Number(text) <= U32_MAX) return Number(text)
  throw invalidMetadata(where, `'${text}' is not a number of seconds`)
}
