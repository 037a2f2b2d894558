import { HabError } from "../base/errors.ts"
import { innerPath, type Layout } from "../base/layout.ts"
import { operatorEnvironment } from "../base/operator-environment.ts"
import type { HookDeclaration } from "../hooks/declaration.ts"
import { type DiscoveredHook, discoverHooks } from "../hooks/discover.ts"
import { readHooksFile } from "../hooks/hooks-file.ts"
import { type Credentials, chooseCredentials } from "../package/credentials.ts"
import { type PackageIdent, stringifyIdent } from "../package/ident.ts"
import { type PackageMetadata, readMetadata } from "../package/metadata.ts"
import { packageVariables } from "../package/service-environment.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import { type CommandProcess, openCommandRelease } from "./command-release.ts"
import type { ServiceSpec } from "./spec/spec.ts"

/** The release a service runs, opened once and used until another one replaces it. */
export type Release = Readonly<{
  /** As it is shown: the full ident of a package, `local/<name>` of a command service. */
  ident: PackageIdent
  /** Of a command service, a package that is not there. */
  pkg: InstalledPackage
  metadata: PackageMetadata
  credentials: Credentials
  /** Environment of its process and hooks. */
  env: Readonly<Record<string, string>>
  /** The part of it that the package sets: `pkg.env` of templates. */
  variables: Readonly<Record<string, string>>
  /** Host directory with `hooks/`, `config/` and `default.toml`: the package's, or the one of `config_from`. */
  templates: string
  hooks: readonly DiscoveredHook[]
  /** What its hooks/hooks.toml adds. */
  declared: readonly HookDeclaration[]
  /** What a command service runs; a package has its rendered `run` file. */
  command?: CommandProcess
}>

export type ReleaseContext = Readonly<{
  files: FileSystem
  users: Users
  env: Readonly<Record<string, string>>
  layout: Layout
  store: PackageStore
  /** The folder with our `chpst`, as services see it. */
  toolsDirectory: string
}>

/**
 * The newest installed release that satisfies the spec, or its command, ready to run. Throws PACKAGE_NOT_FOUND,
 * PACKAGE_NOT_RUNNABLE, ACCOUNT_MISSING, METADATA_INVALID, HOOKS_INVALID, and what `openCommandRelease` throws.
 */
export function openRelease(context: ReleaseContext, spec: ServiceSpec): Release {
  if (spec.own.command !== undefined) return openCommandRelease(context, spec, spec.own.command)
  const pkg = context.store.load(spec.ident)
  const metadata = readMetadata(context, pkg)
  const templates = spec.configFrom ?? pkg.path
  const hooks = discoverHooks(context, templates)
  if (!hooks.some((hook) => hook.file === "run") && context.files.stat(`${pkg.path}/run`) === undefined) {
    throw new HabError("PACKAGE_NOT_RUNNABLE", `Can't start non-runnable service: ${stringifyIdent(pkg.ident)}`, {
      hint: "a service needs a hooks/run file or pkg_svc_run in its plan",
    })
  }
  const variables = packageVariables(context, pkg)
  return {
    ident: pkg.ident,
    pkg,
    metadata,
    credentials: chooseCredentials(context.users, metadata),
    env: { ...operatorEnvironment(context.env), ...variables },
    variables,
    templates,
    hooks,
    declared: readHooksFile(context, `${templates}/hooks/hooks.toml`, {
      declaredIn: "package",
      subject: "service",
      folder: innerPath(context.layout, `${templates}/hooks`),
    }).hooks,
  }
}
