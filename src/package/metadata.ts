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

const SIGNALS = ["HUP", "INT", "QUIT", "ILL", "ABRT", "FPE", "KILL", "USR1", "SEGV", "USR2", "ALRM", "TERM", "CHLD"]
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
 * The metadata of an installed or freshly built package. Each field is read when it is asked for, so that a damaged
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
  const at = (name: MetadataFile) => `${where}/${name}`
  const required = (name: MetadataFile) => read(name) ?? missing(at(name))
  const idents = (name: MetadataFile) => parseIdentLines(read(name) ?? "", at(name))
  const pairs = (name: MetadataFile) => parsePairs(read(name) ?? "", at(name))
  const binds = (name: MetadataFile) => parseBinds(read(name) ?? "", at(name))
  const word = (name: MetadataFile) => read(name)?.trim() || undefined
  return {
    get ident() {
      return parseIdentText(required("IDENT"), at("IDENT"))
    },
    get target() {
      return parseTargetText(required("TARGET"), at("TARGET"))
    },
    get packageType() {
      return parsePackageType(word("PACKAGE_TYPE"), at("PACKAGE_TYPE"))
    },
    get prefix() {
      return word("PREFIX") ?? DEFAULT_PREFIX
    },
    get deps() {
      return idents("DEPS")
    },
    get tdeps() {
      return idents("TDEPS")
    },
    get buildDeps() {
      return idents("BUILD_DEPS")
    },
    get buildTdeps() {
      return idents("BUILD_TDEPS")
    },
    get path() {
      const text = read("PATH")
      if (text === undefined) return []
      const own = `${this.prefix}/pkgs/${stringifyIdent(this.ident)}`
      return parsePaths(text).filter((entry) => entry === own || entry.startsWith(`${own}/`))
    },
    get runtimePath() {
      const text = read("RUNTIME_PATH")
      return text === undefined ? undefined : parsePaths(text)
    },
    get runtimeEnvironment() {
      return pairs("RUNTIME_ENVIRONMENT")
    },
    get runtimeEnvironmentPaths() {
      return pairs("RUNTIME_ENVIRONMENT_PATHS")
    },
    get exports() {
      return pairs("EXPORTS")
    },
    get exposes() {
      return parseWords(read("EXPOSES") ?? "")
    },
    get binds() {
      return binds("BINDS")
    },
    get bindsOptional() {
      return binds("BINDS_OPTIONAL")
    },
    get interpreters() {
      return textLines(read("INTERPRETERS") ?? "")
    },
    get svcUser() {
      return word("SVC_USER")
    },
    get svcGroup() {
      return word("SVC_GROUP")
    },
    get shutdownSignal() {
      return parseSignal(word("SHUTDOWN_SIGNAL"), at("SHUTDOWN_SIGNAL"))
    },
    get shutdownTimeoutSec() {
      return parseSeconds(word("SHUTDOWN_TIMEOUT"), at("SHUTDOWN_TIMEOUT"))
    },
    get manifest() {
      return read("MANIFEST")
    },
  }
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
  if (text === undefined || SIGNALS.includes(text)) return text
  throw invalidMetadata(where, `'${text}' is not a shutdown signal (${SIGNALS.join(", ")})`)
}

function parseSeconds(text: string | undefined, where: string): number | undefined {
  if (text === undefined) return undefined
  if (/^[0-9]+$/.test(text) && Number(text) <= U32_MAX) return Number(text)
  throw invalidMetadata(where, `'${text}' is not a number of seconds`)
}
