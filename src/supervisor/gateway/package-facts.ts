import { HabError } from "../../base/errors.ts"
import { type PackageIdent, stringifyIdent } from "../../package/ident.ts"
import type { Bind } from "../../package/metadata-text.ts"
import { packageVariables } from "../../package/service-environment.ts"
import { type PackageView, packageView, UNKNOWN_PACKAGE } from "../../templating/context.ts"
import type { SupervisorContext } from "../context.ts"
import type { Release } from "../release.ts"

/** What the gateway tells of a service's package, besides what the spec says. */
export type PackageFacts = Readonly<{
  view: PackageView
  /** Idents of its direct dependencies. */
  dependencies: readonly string[]
  shutdownSignal: string | undefined
  shutdownTimeoutSec: number | undefined
  /** Required binds first. */
  binds: readonly Bind[]
  /** File names of its hooks. */
  hooks: readonly string[]
}>

/**
 * Reads a release's facts at the first question and remembers them for as long as the release is in use. A package that
 * is damaged or gone by then has the facts of a package that is not installed.
 */
export function packageFactsReader(context: SupervisorContext): (release: Release) => PackageFacts {
  const known = new WeakMap<Release, PackageFacts>()
  return (release) => {
    const remembered = known.get(release)
    if (remembered !== undefined) return remembered
    const facts = readFacts(context, release)
    known.set(release, facts)
    return facts
  }
}

function readFacts(context: SupervisorContext, release: Release): PackageFacts {
  const { pkg, metadata, credentials } = release
  if (release.command !== undefined) return absentPackage(release.ident)
  try {
    const env = packageVariables({ ...context.host, ...context }, pkg)
    const accounts = { user: credentials.user.name, group: credentials.group.name }
    return {
      view: packageView({ files: context.host.files, layout: context.layout }, { pkg, env, ...accounts }),
      dependencies: metadata.deps.map(stringifyIdent),
      shutdownSignal: metadata.shutdownSignal,
      shutdownTimeoutSec: metadata.shutdownTimeoutSec,
      binds: [...metadata.binds, ...metadata.bindsOptional],
      hooks: release.hooks.map((hook) => hook.file),
    }
  } catch (error) {
    if (error instanceof HabError) return absentPackage(pkg.ident)
    throw error
  }
}

/** All that is known of a package that cannot be opened: its ident. Texts that are not known are empty. */
export function absentPackage(ident: PackageIdent): PackageFacts {
  const { origin, name, version = "", release = "" } = ident
  return {
    view: { ...UNKNOWN_PACKAGE, ident: stringifyIdent(ident), origin, name, version, release },
    dependencies: [],
    shutdownSignal: undefined,
    shutdownTimeoutSec: undefined,
    binds: [],
    hooks: [],
  }
}
