import { HabError } from "../base/errors.ts"
import { innerPath, type Layout, supervisorPaths } from "../base/layout.ts"
import { NEVER } from "../base/never.ts"
import { createStore } from "../package/store.ts"
import type { Host } from "../ports/host.ts"
import type { MessageChannel } from "../ports/message-channel.ts"
import { type SupervisorContext, type SupervisorHooks, type SupervisorOptions, speakerOf } from "./context.ts"
import type { LoadRequest } from "./control/operations.ts"
import { exitWith } from "./exit-with.ts"
import type { ControlGatewayOptions } from "./gateway/control-gateway.ts"
import { gatewaySource } from "./gateway/gateway-source.ts"
import type { GatewayOptions } from "./gateway/http-gateway.ts"
import { createSupervisorHooks, type SupervisorHookRunner } from "./hooks/supervisor-hooks.ts"
import { installChpst } from "./launcher/chpst.ts"
import { connectToLauncher, type LauncherClient, type ProcessExit } from "./launcher/client.ts"
import { createExitInbox, type ExitInbox } from "./launcher/client-groups.ts"
import { SUPERVISOR_EXIT } from "./launcher/protocol.ts"
import { watchMemory } from "./memory-watch.ts"
import { createModuleHosts, type ModuleHosts } from "./modules/module-hosts.ts"
import { observers, UNOBSERVED } from "./observer.ts"
import { openAll, openHttp } from "./opening.ts"
import { createRingPart } from "./ring/follow-ring.ts"
import { type ClusterOptions, openRing } from "./ring/open-ring.ts"
import { runPostStart, runPreStart, startupWatch } from "./startup.ts"
import { prepareStateFiles } from "./state-files.ts"
import { createSupervisor, type Supervisor } from "./supervisor.ts"
import { createUpdater, type UpdateOptions } from "./updates/updater.ts"

/** What `hab sup run` asks of a supervisor process. Travels as JSON from the launcher's entry to the supervisor's. */
export type SupervisorRequest = Readonly<{
  options: SupervisorOptions
  hooks: SupervisorHooks
  programs: SupervisorContext["programs"]
  /** The service named on the command line: loaded, with force, at the launcher's first supervisor only. */
  load?: LoadRequest
  /** Name of the service whose end is ours. */
  exitWith?: string
  /** Absent: there is no HTTP gateway. */
  gateway?: GatewayOptions
  /** Absent: this supervisor is alone. */
  cluster?: ClusterOptions
  /** Absent: control is taken on the socket only. */
  control?: ControlGatewayOptions
  updates: UpdateOptions
  /** How to run another `hab`. */
  habCommand: readonly [string, ...string[]]
  layout: Layout
  version: string
}>

export type BootOptions = Readonly<{
  host: Host
  channel: MessageChannel
  request: SupervisorRequest
  print: (line: string) => void
}>

/**
 * The supervisor process from its connection to the launcher to its end. Resolves with its exit code: 0 after a shutdown
 * or a reload, 1 when it could not begin.
 */
export async function runSupervisor(options: BootOptions): Promise<number> {
  let end: (code: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  const running: Running = { ended: [], exits: createExitInbox(), leaving: new AbortController() }
  let open: (launcher: LauncherClient) => void = () => undefined
  // What comes while we begin waits until we have begun.
  const opened = new Promise<LauncherClient>((resolve) => {
    open = resolve
  })
  const launcher = await connectToLauncher(options.channel, {
    onExit: (exit) => {
      if (running.close !== undefined) running.supervisor?.onExit(exit)
      else if (!running.exits.deliver(exit)) running.ended.push(exit)
    },
    onMessage: (id, message) => running.modules?.onMessage(id, message),
    onShutdown: (forced) => {
      if (forced) return end(0)
      running.leaving.abort()
      void opened.then((client) => shutDown(running, client)).then(() => end(0))
    },
    onReload: () => void opened.then(() => reload(running)).then(() => end(0)),
    onLost: () => end(SUPERVISOR_EXIT.permanentFailure),
  })
  const alone = createContext(options, launcher)
  const say = speakerOf(alone)
  say("hab-sup", "MR", `hab ${alone.version}`)
  say("hab-sup", "MR", `Supervisor Member-ID ${alone.memberId}`)
  try {
    const { exits } = running
    const modules = createModuleHosts(alone, exits)
    running.modules = modules
    running.hooks = createSupervisorHooks(alone, { exits, modules, say })
    const startup = { context: alone, hooks: running.hooks, say, signal: running.leaving.signal }
    await runPreStart(startup)
    if (running.leaving.signal.aborted && !launcher.hello.respawned) return leaveUnopened(launcher)
    const { isUp } = await begin(alone, options, { running, modules, hooks: running.hooks, end })
    open(launcher)
    void runPostStart(startup, isUp)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    const hint = error.hint === undefined ? "" : ` (${error.hint})`
    say("hab-sup", "MR", `Unable to start: ${error.message}${hint}`)
    return error.exitCode
  }
  return ended
}

/** Opens gateways and the ring, then starts services. `isUp` resolves when those that start with us are up. */
async function begin(
  alone: SupervisorContext,
  options: BootOptions,
  parts: Readonly<{
    running: Running
    modules: ModuleHosts
    hooks: SupervisorHookRunner
    end: (code: number) => void
  }>,
): Promise<{ isUp: Promise<void> }> {
  const { running, modules, hooks, end } = parts
  const { request } = options
  const gateway = await openHttp(alone, options)
  const here = gateway === undefined ? alone : { ...alone, httpAddress: gateway.address }
  const ring = request.cluster === undefined ? undefined : openRing(options.host, here, request.cluster)
  const context = ring === undefined ? here : { ...here, ring }
  const part =
    ring === undefined ? undefined : createRingPart(context, ring, () => end(SUPERVISOR_EXIT.permanentFailure))
  const ending = exitWith(context, request.exitWith, speakerOf(context))
  const arriving = startupWatch()
  const others = [gateway?.observer ?? UNOBSERVED, part?.observer ?? UNOBSERVED]
  const updater = createUpdater(context, options.host, request.updates, gateway?.observer ?? UNOBSERVED)
  const memory = watchMemory({ host: options.host, roster: () => supervisor.roster, say: speakerOf(context) })
  const watching = observers(ending, updater.observer, arriving.observer, memory, ...others)
  const { exits } = running
  const supervisor: Supervisor = createSupervisor(context, { exits, modules, hooks }, watching)
  part?.follow(supervisor)
  running.leave = part?.close
  running.supervisor = supervisor
  gateway?.show(gatewaySource(context, supervisor.roster, gateway))
  const { closePorts, close } = await openAll(context, supervisor, request, gateway)
  running.stopUpdates = updater.start(supervisor)
  running.closePorts = closePorts
  running.close = close
  for (const exit of running.ended.splice(0)) supervisor.onExit(exit)
  return { isUp: arriving.whenUp(supervisor.roster) }
}

/** What the launcher's messages reach. Ends that come before services are known wait in `ended`. */
type Running = {
  supervisor?: Supervisor
  modules?: ModuleHosts
  hooks?: SupervisorHookRunner
  readonly exits: ExitInbox
  /** Aborted when we were asked to go: no hook of the start is waited for. */
  readonly leaving: AbortController
  stopUpdates?: () => void
  closePorts?: () => Promise<void>
  close?: () => Promise<void>
  /** Ends our part in the ring. */
  leave?: ((leaves: boolean) => Promise<void>) | undefined
  readonly ended: ProcessExit[]
}

function createContext({ host, request, print }: BootOptions, launcher: LauncherClient): SupervisorContext {
  const { layout, options, version } = request
  const memberId = prepareStateFiles({ host, layout })
  const tools = installChpst(host.files, supervisorPaths(layout).state)
  return {
    host,
    layout,
    store: createStore({ files: host.files, layout, target: host.target }),
    launcher,
    options,
    hooks: request.hooks,
    programs: request.programs,
    version,
    habCommand: request.habCommand,
    memberId,
    toolsDirectory: innerPath(layout, tools),
    ...(request.control === undefined ? {} : { controlAddress: request.control.address }),
    style: launcher.hello.console,
    print,
  }
}

async function shutDown(running: Running, launcher: LauncherClient): Promise<void> {
  const { supervisor, hooks, closePorts, close, leave } = running
  supervisor?.say("hab-sup", "MR", "Supervisor received shutdown signal from launcher")
  running.stopUpdates?.()
  await hooks?.runWithin("pre-stop", "shutdown", closePorts?.())
  await supervisor?.stopAll()
  await hooks?.run("post-stop", "shutdown", NEVER)
  await leave?.(true)
  await close?.()
  launcher.shutdownDone()
}

/** Asked to go while the supervisor's pre-start ran: nothing is open yet, and nothing was started. */
function leaveUnopened(launcher: LauncherClient): number {
  launcher.shutdownDone()
  return 0
}

async function reload(running: Running): Promise<void> {
  const { supervisor, hooks, closePorts, close, leaving } = running
  supervisor?.say("hab-sup", "MR", "Supervisor shutting down for restart; services keep running")
  leaving.abort()
  running.stopUpdates?.()
  await hooks?.runWithin("pre-stop", "reload", closePorts?.())
  supervisor?.detachAll()
  await close?.()
  await hooks?.run("post-stop", "reload", NEVER)
}
