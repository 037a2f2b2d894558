import { innerPath, servicePaths } from "../base/layout.ts"
import { checkScript } from "../hooks/check-script.ts"
import type { HookReport } from "../hooks/execute.ts"
import { owedInstallHooks } from "../hooks/install-status.ts"
import { type PackageHookContext, runPackageHook } from "../hooks/package-hooks.ts"
import { type HookContext, keepBytesOf } from "../hooks/run-hook.ts"
import type { InstalledPackage } from "../package/store.ts"
import { lookAtFiles, noteFiles } from "./config/service-files.ts"
import { reportAs, type Say, type SupervisorContext } from "./context.ts"
import { awaitedBefore } from "./group/gate.ts"
import { renderHeld, writePidFile } from "./held.ts"
import { hookGroups } from "./hooks/hook-groups.ts"
import { remember } from "./hooks/hook-memory.ts"
import { keepMemory, plannedHooks } from "./hooks/moments.ts"
import type { ProcessExit } from "./launcher/client.ts"
import type { ExitInbox } from "./launcher/client-groups.ts"
import type { ModuleHosts } from "./modules/module-hosts.ts"
import type { Observer } from "./observer.ts"
import type { PerformContext } from "./perform.ts"
import { processOf } from "./process-of.ts"
import type { Release } from "./release.ts"
import type { Roster } from "./roster.ts"
import type { Supervised } from "./supervised.ts"

type Wiring = Readonly<{
  roster: () => Roster
  exits: ExitInbox
  say: Say
  forget: (held: Supervised) => void
  observer: Observer
  modules: ModuleHosts
  inTurn: (job: () => void) => void
}>

/** The machine's effects over the launcher and the files. */
export function createActing(context: SupervisorContext, wiring: Wiring): PerformContext {
  const { launcher, layout, host } = context
  const { say } = wiring
  return {
    clock: host.clock,
    layout,
    planHooks: (held, release, occasion) => plannedHooks(context, held, release, occasion, wiring.modules.call),
    keepReport: (held, report) => keepReport(context, held, report),
    hooksOf: (held) => hookContext(context, wiring, held, held),
    inTurn: wiring.inTurn,
    post: (held, event) => wiring.roster().post(held, event),
    render: (held) => renderHeld(context, wiring.roster().services.values(), held, say),
    runInstallHooks: (held, signal) => runInstallHooks(context, wiring, held, signal),
    startProcess: (held, release) => startProcess(context, wiring, held, release),
    signalRun: launcher.signal,
    emptied: launcher.emptied,
    lookAtFiles: (held) => lookAtFiles(context, wiring.roster(), held),
    noteFiles: (held) => noteFiles(context, held),
    forget: wiring.forget,
    awaited: (held) => awaitedBefore(wiring.roster(), held),
    say: (held, key, text) => say(held.group, key, text),
  }
}

/** `name` owns the logs and `group` speaks: the service itself, or a package whose install hook it waits for. */
function hookContext(
  context: SupervisorContext,
  { exits, say, observer }: Wiring,
  held: Supervised,
  { name, group }: Readonly<{ name: string; group: string }>,
): HookContext {
  return {
    groups: hookGroups({ ...context, exits }, name),
    clock: context.host.clock,
    files: context.host.files,
    layout: context.layout,
    report: reportAs(say, group, "HK"),
    keepBytes: keepBytesOf(context.host.env),
    relayed: true,
    onReport: (report) => observer.onHook(held, report),
  }
}

function keepReport(context: SupervisorContext, held: Supervised, report: HookReport): void {
  held.memory = { ...held.memory, journal: remember(held.memory.journal, report, context.host.clock.now()) }
  keepMemory(context, held)
}

/** Of what the release needs first, then its own (decisions 10). */
async function runInstallHooks(
  context: SupervisorContext,
  wiring: Wiring,
  held: Supervised,
  signal: AbortSignal,
): Promise<void> {
  const pkg = held.release?.pkg
  const owed = pkg === undefined ? [] : owedInstallHooks({ files: context.host.files, store: context.store }, pkg)
  for (const one of owed) {
    if (signal.aborted) return
    await runPackageHook(packageHookContext(context, wiring, held, one), one, "install", { reason: "load", signal })
  }
}

function packageHookContext(
  context: SupervisorContext,
  wiring: Wiring,
  held: Supervised,
  { ident }: InstalledPackage,
): PackageHookContext {
  const token = context.host.env["HAB_AUTH_TOKEN"]
  return {
    ...hookContext(context, wiring, held, { name: ident.name, group: ident.name }),
    files: context.host.files,
    users: context.host.users,
    env: context.host.env,
    store: context.store,
    toolsDirectory: context.toolsDirectory,
    newRunId: () => `${held.runId}/${++held.commands}`,
    ...(token === undefined ? {} : { authToken: token }),
  }
}

async function startProcess(
  context: SupervisorContext,
  { roster, exits, say, modules }: Wiring,
  held: Supervised,
  release: Release,
): Promise<{ pid: number } | { problem: string }> {
  const { credentials } = release
  if (credentials.notice !== undefined) say(held.group, "SV", credentials.notice)
  say(held.group, "SV", `Starting service as user=${credentials.user.name}, group=${credentials.group.name}`)
  const { run } = held.service
  const unfit = release.command === undefined ? unfitRunFile(context, held) : undefined
  if (unfit !== undefined) return { problem: unfit }
  const request = processOf(context.layout, held, release)
  const ended = exits.next(request.id)
  const result = await context.launcher.spawn(request)
  if (result.tag === "not-started") {
    const what = release.command?.argv[0] ?? servicePaths(context.layout, held.name).run
    return { problem: `${what}: ${result.cause}` }
  }
  writePidFile(context, held, result.pid)
  void ended.then((exit) => {
    modules.runEnded(exit.id)
    processEnded(context, roster(), held, run, exit)
  })
  return { pid: result.pid }
}

/** Why the rendered `run` file cannot be executed; what stands between it and us would say it in its own words. */
function unfitRunFile({ host, layout }: SupervisorContext, { name }: Supervised): string | undefined {
  const { run } = servicePaths(layout, name)
  const problem = checkScript({ files: host.files, layout }, { script: innerPath(layout, run) })
  return problem === undefined ? undefined : `${run}: ${problem}`
}

/** What follows the end of a service's process, however this supervisor came to know it. */
export function processEnded(
  context: SupervisorContext,
  roster: Roster,
  held: Supervised,
  run: number,
  { id, status }: ProcessExit,
): void {
  context.launcher.acknowledge(id)
  if (held.service.run === run) writePidFile(context, held, undefined)
  roster.post(held, { tag: "process-exited", run, status })
}
