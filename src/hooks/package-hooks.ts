import { HabError } from "../base/errors.ts"
import { describeExit } from "../base/exit-status.ts"
import { servicePaths } from "../base/layout.ts"
import { loadConfig } from "../config/layers.ts"
import { type Credentials, chooseCredentials, scriptOwner, serviceOwner } from "../package/credentials.ts"
import { stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import { createServiceDirectories } from "../package/service-directories.ts"
import { type HookEnvironmentContext, hookEnvironment, packageVariables } from "../package/service-environment.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import { installContext, packageView } from "../templating/context.ts"
import { describeWarning } from "../templating/warnings.ts"
import { renderTree } from "../templating/write-changed.ts"
import { describeHookFailure } from "./answers.ts"
import { compileHook, declaredScript } from "./compile.ts"
import { type DiscoveredHook, discoverHooks } from "./discover.ts"
import type { HookOutcome, HookReport } from "./execute.ts"
import { installHookState, writeInstallStatus } from "./install-status.ts"
import { planDeclared } from "./plan-declared.ts"
import type { Reason } from "./reasons.ts"
import { type HookContext, runHook } from "./run-hook.ts"

/** The two hooks that are about a release and not about a service. */
export type PackageHookName = "install" | "uninstall"

export type PackageHookContext = HookContext &
  HookEnvironmentContext &
  Readonly<{
    files: FileSystem
    users: Users
    store: PackageStore
    /** A new id for every hook that runs: of a run of the service, or random. */
    newRunId: () => string
    /** Builder token: handed to install hooks only. */
    authToken?: string
  }>

export type PackageHookResult =
  /** The package has no such hook. */
  | { readonly tag: "absent" }
  /** Its install hook succeeded before. */
  | { readonly tag: "remembered" }
  /** It is what asks for it: the hook runs hab. */
  | { readonly tag: "running" }
  | { readonly tag: "succeeded"; readonly report: HookReport }
  | { readonly tag: "cancelled" }

/**
 * Runs the install or uninstall hook of an installed package, whole (spec package §5.6): service directories, config,
 * `config_install`, rendering, user, environment, logs and the remembered status. The caller decides the order of
 * packages and whether an uninstall hook is due at all. An install hook that installs its own package is not run again; an
 * uninstall hook that removes it has failed. Throws INSTALL_HOOK_FAILED and UNINSTALL_HOOK_FAILED with the
 * hook's own exit code, STATUS_FILE_CORRUPT, ACCOUNT_MISSING, and what config and templates throw.
 */
export async function runPackageHook(
  context: PackageHookContext,
  pkg: InstalledPackage,
  name: PackageHookName,
  options: Readonly<{ reason?: Reason; signal?: AbortSignal }> = {},
): Promise<PackageHookResult> {
  const hooks = discoverHooks(context, pkg.path).filter(({ file }) => file === "install" || file === "uninstall")
  const hook = hooks.find(({ file }) => file === name)
  if (hook === undefined) return { tag: "absent" }
  if (name === "install" && installHookState(context, pkg) === "succeeded") return { tag: "remembered" }
  if (isRunBy(context.env, hook, pkg)) return refuseItself(context, pkg, name)
  const credentials = chooseCredentials(context.users, readMetadata(context, pkg))
  if (credentials.notice !== undefined) context.report({ tag: "note", text: credentials.notice })
  renderForInstall(context, pkg, hooks, credentials)
  const report = await execute(context, pkg, hook, credentials, options)
  const code = exitCode(report.outcome)
  if (name === "install" && code !== undefined) writeInstallStatus(context, pkg, code)
  if (report.outcome.tag === "succeeded") return { tag: "succeeded", report }
  if (report.outcome.tag === "cancelled") return { tag: "cancelled" }
  context.report({ tag: "warning", text: `${pkg.ident.name}(HK): ${describeHookFailure(report)}` })
  throw failure(context, pkg, name, report.outcome, code)
}

/** Whether hab was started by that very hook, which would otherwise run itself for ever. */
function isRunBy(env: Readonly<Record<string, string>>, hook: DiscoveredHook, { ident }: InstalledPackage): boolean {
  const { HAB_HOOK_EVENT: event, HAB_HOOK_SUBJECT: subject, HAB_HOOK_IDENT: about } = env
  return subject === "package" && event === hook.event && about === stringifyIdent(ident)
}

function refuseItself({ report }: PackageHookContext, { ident }: InstalledPackage, name: PackageHookName) {
  const what = `the ${name} hook of ${stringifyIdent(ident)} is running`
  if (name === "install") {
    report({ tag: "note", text: `${what}, and asks for itself: it is not run again` })
    return { tag: "running" } as const
  }
  throw new HabError("UNINSTALL_HOOK_FAILED", `${what}, and asks for the removal it is part of`, {
    hint: "take hab pkg uninstall of the own package out of the hook: the package goes when the hook has succeeded",
  })
}

/** Everything the hooks of a release may look at: they see neither the supervisor nor the service. */
function renderForInstall(
  context: PackageHookContext,
  pkg: InstalledPackage,
  hooks: readonly DiscoveredHook[],
  credentials: Credentials,
): void {
  const { name } = pkg.ident
  const paths = servicePaths(context.layout, name)
  createServiceDirectories(context, { name, credentials })
  const config = loadConfig(context, {
    packageName: name,
    defaultToml: `${pkg.path}/default.toml`,
    userToml: paths.userConfig,
  })
  const view = packageView(context, {
    pkg,
    env: packageVariables(context, pkg),
    user: credentials.user.name,
    group: credentials.group.name,
  })
  const data = installContext({ pkg: view, cfg: config.value })
  const options = { packagesRoot: `${context.layout.prefix}/pkgs` }
  const owned = (owner: Readonly<{ uid: number; gid: number }> | undefined) => (owner === undefined ? {} : { owner })
  const { warnings } = renderTree(context, {
    from: `${pkg.path}/config_install`,
    to: paths.configInstall,
    context: data,
    options,
    ...owned(serviceOwner(credentials)),
  })
  for (const warning of warnings) context.report(describeWarning(warning))
  const request = { service: name, context: data, options, ...owned(scriptOwner(context.users.current, credentials)) }
  for (const hook of hooks) compileHook(context, request, hook)
}

function execute(
  context: PackageHookContext,
  pkg: InstalledPackage,
  hook: DiscoveredHook,
  credentials: Credentials,
  options: Readonly<{ reason?: Reason; signal?: AbortSignal }>,
): Promise<HookReport> {
  const { name } = pkg.ident
  const token = hook.file === "install" ? context.authToken : undefined
  const environment = hookEnvironment(context, pkg)
  const { runAs } = credentials
  const planned = planDeclared(context, declaredScript(context.layout, name, hook, "package"), {
    env: token === undefined ? environment : { ...environment, HAB_AUTH_TOKEN: token },
    ...(runAs === undefined ? {} : { user: runAs }),
    record: () => ({
      event: hook.event,
      reason: options.reason ?? "manual",
      subject: { kind: "package", name, ident: stringifyIdent(pkg.ident) },
    }),
    runId: context.newRunId,
    speaker: name,
  })
  return runHook(context, {
    hook: planned.hook,
    command: planned.command(1),
    timeoutMs: planned.timeoutMs,
    speaker: name,
    logs: servicePaths(context.layout, name).logs,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

/** The code a hook ended with by itself. */
function exitCode(outcome: HookOutcome): number | undefined {
  if (outcome.tag === "succeeded") return 0
  return outcome.tag === "failed" && outcome.status.tag === "exited" ? outcome.status.code : undefined
}

function failure(
  context: PackageHookContext,
  pkg: InstalledPackage,
  name: PackageHookName,
  outcome: HookOutcome,
  code: number | undefined,
): HabError {
  const how = outcome.tag === "failed" ? describeExit(outcome.status) : "did not end in time"
  const consequence = name === "install" ? "the next install or load runs it again" : "the package was not removed"
  return new HabError(
    name === "install" ? "INSTALL_HOOK_FAILED" : "UNINSTALL_HOOK_FAILED",
    `${stringifyIdent(pkg.ident)} ${name} hook failed: ${how}`,
    {
      hint: `${consequence}; its output is in ${servicePaths(context.layout, pkg.ident.name).logs}/${name}.*.log`,
      exitCode: code ?? 1,
    },
  )
}
