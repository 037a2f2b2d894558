import { parseByteSize } from "../base/byte-size.ts"
import { HabError } from "../base/errors.ts"
import { optional } from "../base/optional.ts"
import { changeLimits } from "../config/limits.ts"
import { stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { GROUP_NAME, isGroupName } from "./group/service-group.ts"
import { parseBind } from "./spec/parse.ts"
import { MEMORY_SIZE } from "./spec/parse-own.ts"
import type { OwnSpec, ServiceBind, ServiceSpec } from "./spec/spec.ts"

/** What `hab svc load`, `hab svc update` and `hab sup run IDENT` may say of a service; what is absent keeps its value. */
export type SpecFields = Readonly<{
  group?: string
  channel?: string
  url?: string
  topology?: ServiceSpec["topology"]
  strategy?: ServiceSpec["updateStrategy"]
  updateCondition?: ServiceSpec["updateCondition"]
  /** Replaces all binds; empty clears them. */
  bind?: readonly string[]
  bindingMode?: ServiceSpec["bindingMode"]
  configFrom?: string
  healthCheckIntervalSec?: number
  shutdownTimeoutSec?: number
  restart?: OwnSpec["restart"]
  healthFailureThreshold?: number
  onCritical?: OwnSpec["onCritical"]
  healthBackoff?: OwnSpec["healthBackoff"]
  rollbackAfterSec?: number
  /** `NAME=VALUE`; those that are not named stay. */
  limit?: readonly string[]
  /** `300M`; `none` for no limit. */
  maxMemoryRestart?: string
  templateMode?: OwnSpec["templateMode"]
  /** All of our own keys at once, in place of what they were: what an applied declaration says (decisions 27). */
  own?: OwnSpec
}>

/**
 * Takes up the fields a request names; the ident and the desired state stay (spec supervisor §1.3, §1.4). Throws
 * SERVICE_GROUP_INVALID, BIND_INVALID, LIMIT_INVALID.
 */
export function applyFields(old: ServiceSpec, fields: SpecFields): ServiceSpec {
  checkGroup(fields.group)
  const {
    healthCheckIntervalSec: intervalSec,
    restart,
    healthFailureThreshold,
    templateMode,
    onCritical,
    healthBackoff,
  } = fields
  return {
    ...old,
    ...optional("group", fields.group),
    ...optional("channel", fields.channel),
    ...optional("bldrUrl", fields.url),
    ...optional("topology", fields.topology),
    ...optional("updateStrategy", fields.strategy),
    ...optional("updateCondition", fields.updateCondition),
    ...optional("binds", fields.bind?.map(parseBind)),
    ...optional("bindingMode", fields.bindingMode),
    ...optional("configFrom", fields.configFrom),
    ...optional("shutdownTimeoutSec", fields.shutdownTimeoutSec),
    ...optional("healthCheckIntervalMs", intervalSec === undefined ? undefined : intervalSec * 1000),
    own: {
      ...(fields.own ?? old.own),
      ...optional("restart", restart),
      ...optional("healthFailureThreshold", healthFailureThreshold),
      ...optional("onCritical", onCritical),
      ...optional("healthBackoff", healthBackoff),
      ...optional("rollbackAfterSec", fields.rollbackAfterSec),
      ...optional("templateMode", templateMode),
      ...(fields.maxMemoryRestart === undefined ? {} : { maxMemoryRestart: maxMemoryOf(fields.maxMemoryRestart) }),
      limits: changeLimits((fields.own ?? old.own).limits, fields.limit ?? []),
    },
  }
}

function checkGroup(group: string | undefined): void {
  if (group === undefined || isGroupName(group)) return
  throw new HabError("SERVICE_GROUP_INVALID", `'${group}' cannot name a group: ${GROUP_NAME}`, {
    hint: "the organization is that of the supervisor: hab sup run --org",
  })
}

function maxMemoryOf(text: string): number | undefined {
  const bytes = parseByteSize(text)
  if (bytes || text === "none") return bytes
  throw new HabError("LIMIT_INVALID", `--max-memory-restart ${text}: it must be ${MEMORY_SIZE}, or none`)
}

/** Throws PACKAGE_NOT_RUNNABLE for a package without anything to run. */
export function requireRunnable({ files }: Readonly<{ files: FileSystem }>, pkg: InstalledPackage): void {
  if (files.stat(`${pkg.path}/hooks/run`) || files.stat(`${pkg.path}/run`)) return
  throw new HabError("PACKAGE_NOT_RUNNABLE", `Package is not runnable: ${stringifyIdent(pkg.ident)}`, {
    hint: "a service needs a hooks/run file or pkg_svc_run in its plan",
  })
}

/** Templates in place of the package's have to be there. Throws USAGE. */
export function requireTemplates({ files }: Readonly<{ files: FileSystem }>, folder: string | undefined): void {
  if (folder === undefined || files.stat(folder)?.kind === "directory") return
  throw new HabError("USAGE", `--config-from: there is no folder ${folder}`, {
    hint: "it names a folder with config/, hooks/ and default.toml, such as that of a plan",
  })
}

/** The package says which binds it needs and knows (spec supervisor §1.3). Throws BINDS_INVALID. */
export function validateBinds(
  context: Readonly<{ files: FileSystem }>,
  pkg: InstalledPackage,
  binds: readonly ServiceBind[],
): void {
  const metadata = readMetadata(context, pkg)
  const given = binds.map((bind) => bind.name)
  const required = metadata.binds.map((bind) => bind.name)
  const known = [...required, ...metadata.bindsOptional.map((bind) => bind.name)]
  const missing = required.filter((name) => !given.includes(name))
  const unknown = given.filter((name) => !known.includes(name))
  const twice = [...new Set(given.filter((name, index) => given.indexOf(name) !== index))]
  const complaints = [
    ...(twice.length === 0 ? [] : [`Bind(s) given twice, ${twice.join(", ")}`]),
    ...(missing.length === 0 ? [] : [`Missing required bind(s), ${missing.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`Invalid bind(s), ${unknown.join(", ")}`]),
  ]
  if (complaints.length === 0) return
  throw new HabError("BINDS_INVALID", `${complaints.join("; ")} for ${stringifyIdent(pkg.ident)}`, {
    hint:
      known.length === 0
        ? "this package has no binds"
        : `its binds are ${known.join(", ")}; give --bind name:service.group`,
  })
}
