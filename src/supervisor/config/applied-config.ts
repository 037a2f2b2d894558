import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import { parseToml } from "../../config/toml.ts"
import type { FileSystem } from "../../ports/file-system.ts"

/** What `hab config apply` gave a service group. */
export type AppliedConfig = Readonly<{
  /** Chosen by who applies; the higher one wins. */
  version: bigint
  /** TOML, as it was given. */
  text: string
  /** It came encrypted: none of its values is ever shown (decisions 22). */
  isSecret: boolean
}>

export type AppliedContext = Readonly<{ files: FileSystem; layout: Layout }>

/** The most a group takes at once, of configuration or of a file (spec supervisor §1.6). */
export const UPLOAD_BYTES_MAX = 64 * 1024

const VERSION_MAX = 2n ** 64n - 1n

/** The configuration in force for a group such as `redis.default`. */
export function readApplied({ files, layout }: AppliedContext, group: string): AppliedConfig | undefined {
  const directory = directoryOf(layout, group)
  const [highest] = versionsIn(files, directory)
  if (highest === undefined) return undefined
  const { name, version, isSecret } = highest
  const text = files.readTextIfPresent(`${directory}/${name}`)
  return text === undefined ? undefined : { version, text, isSecret }
}

/** The version a command line names. Throws USAGE. */
export function parseVersion(text: string): bigint {
  const version = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
  if (version !== undefined && version <= VERSION_MAX) return version
  throw new HabError("USAGE", `'${text}' is not a version`, {
    hint: "a version is a whole number below 2^64, higher than the last one; `date +%s` gives one",
  })
}

/**
 * What has to hold before a configuration is taken (spec supervisor §1.6): at most 64 KiB of TOML, newer than what is in
 * force. Throws CONFIG_TOO_LARGE, TOML_INVALID, CONFIG_VERSION_STALE.
 */
export function checkApplied(
  context: AppliedContext,
  group: string,
  { version, text }: Omit<AppliedConfig, "isSecret">,
): void {
  checkAppliedText(text)
  const inForce = readApplied(context, group)
  if (inForce === undefined || version > inForce.version) return
  const same = inForce.text === text ? ", with the same content" : ""
  throw new HabError("CONFIG_VERSION_STALE", `${group} has version ${inForce.version} already${same}`, {
    hint: `a version of at least ${inForce.version + 1n} replaces it`,
  })
}

/** Throws CONFIG_TOO_LARGE, TOML_INVALID. */
export function checkAppliedText(text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes > UPLOAD_BYTES_MAX) {
    throw new HabError("CONFIG_TOO_LARGE", `the configuration has ${bytes} bytes; ${UPLOAD_BYTES_MAX} are the most`, {
      hint: "put large values into files of the package, or into /hab/user/<name>/config/user.toml",
    })
  }
  parseToml(text, "the configuration")
}

/** Takes a configuration into force. The caller has checked it. */
export function writeApplied({ files, layout }: AppliedContext, group: string, applied: AppliedConfig): void {
  const { version, text, isSecret } = applied
  const directory = directoryOf(layout, group)
  const older = versionsIn(files, directory)
  files.makeDirectories(directory, 0o700)
  files.writeAtomically(`${directory}/${version}${isSecret ? ".secret" : ""}.toml`, text, { mode: 0o600 })
  for (const old of older) if (old.version < version) files.removeFile(`${directory}/${old.name}`)
}

type Stored = Readonly<{ name: string; version: bigint; isSecret: boolean }>

/** Highest first: two are there when a machine stopped between writing one and removing the other. */
function versionsIn(files: FileSystem, directory: string): Stored[] {
  if (files.stat(directory)?.kind !== "directory") return []
  return files
    .readDirectory(directory)
    .flatMap(({ name }): Stored[] => {
      const [, version, secret] = /^(\d+)(\.secret)?\.toml$/.exec(name) ?? []
      return version === undefined ? [] : [{ name, version: BigInt(version), isSecret: secret !== undefined }]
    })
    .sort((a, b) => (a.version > b.version ? -1 : 1))
}

function directoryOf(layout: Layout, group: string): string {
  return `${supervisorPaths(layout).data}/applied/${group}`
}
