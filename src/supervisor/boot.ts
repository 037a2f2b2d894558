import { HabError } from "../base/errors.ts"
import { hostPath, innerPath, type Layout, supervisorPaths } from "../base/layout.ts"
import { parseIdent, stringifyIdent } from "../package/ident.ts"
import { createStore } from "../package/store.ts"
import type { ControlHandler, ControlServer } from "../ports/control-channel.ts"
import type { Host } from "../ports/host.ts"
import type { MessageChannel } from "../ports/message-channel.ts"
import { type SupervisorContext, type SupervisorHooks, type SupervisorOptions, speakerOf } from "./context.ts"
import { controlActions } from "./control-actions.ts"
import { checkExitWith, exitWith } from "./exit-with.ts"
import { type ControlGatewayOptions, openControlGateway } from "./gateway/control-gateway.ts"
import { gatewaySource } from "./gateway/gateway-source.ts"
import { type Gateway, type GatewayOptions, openGateway } from "./gateway/http-gateway.ts"
import { printListenAddress } from "./gateway/listen-address.ts"
import { answerControl, controlRouteOf } from "./gateway/routes.ts"
import { installChpst } from "./launcher/chpst.ts"
import { connectToLauncher, type LauncherClient, type ProcessExit } from "./launcher/client.ts"
import { SUPERVISOR_EXIT } from "./launcher/protocol.ts"
import { settleLeft } from "./left.ts"
import { observers, UNOBSERVED } from "./observer.ts"
import { type LoadRequest, loadService } from "./operations.ts"
import { createRingPart } from "./ring/follow-ring.ts"
import { type ClusterOptions, openRing } from "./ring/open-ring.ts"
import { prepareStateFiles } from "./state-files.ts"
import { createSupervisor, rewritePidFiles, type Supervisor, watchSpecs } from "./supervisor.ts"
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
  const running: Running = { ended: [] }
  let open: (launcher: LauncherClient) => void = () => undefined
  // What comes while we begin waits until we have begun.
  const opened = new Promise<LauncherClient>((resolve) => {
    open = resolve
  })
  const launcher = await connectToLauncher(options.channel, {
    onExit: (exit) => (running.close === undefined ? running.ended.push(exit) : running.supervisor?.onExit(exit)),
    onMessage: (id, message) => running.supervisor?.onMessage(id, message),
    onShutdown: (forced) =>
      forced ? end(0) : void opened.then((client) => shutDown(running, client)).then(() => end(0)),
    onReload: () => void opened.then(() => reload(running)).then(() => end(0)),
    onLost: () => end(SUPERVISOR_EXIT.permanentFailure),
  })
  const alone = createContext(options, launcher)
  const say = speakerOf(alone)
  say("hab-sup", "MR", `hab ${alone.version}`)
  say("hab-sup", "MR", `Supervisor Member-ID ${alone.memberId}`)
  try {
    const gateway = await openHttp(alone, options)
    const here = gateway === undefined ? alone : { ...alone, httpAddress: gateway.address }
    const { cluster } = options.request
    const ring = cluster === undefined ? undefined : openRing(options.host, here, cluster)
    const context = ring === undefined ? here : { ...here, ring }
    const part =
      ring === undefined ? undefined : createRingPart(context, ring, () => end(SUPERVISOR_EXIT.permanentFailure))
    const ending = exitWith(context, options.request.exitWith, say)
    const updater = createUpdater(context, options.host, options.request.updates)
    const ours = [ending, updater.observer]
    const watching = observers(gateway?.observer ?? UNOBSERVED, ...ours, part?.observer ?? UNOBSERVED)
    const supervisor = createSupervisor(context, watching)
    part?.follow(supervisor)
    running.leave = part?.close
    running.supervisor = supervisor
    gateway?.show(gatewaySource(context, supervisor.roster, gateway))
    const close = await openAll(context, supervisor, options.request, gateway)
    const stopUpdates = updater.start(supervisor)
    running.close = () => {
      stopUpdates()
      return close()
    }
    for (const exit of running.ended.splice(0)) supervisor.onExit(exit)
    open(launcher)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    const hint = error.hint === undefined ? "" : ` (${error.hint})`
    say("hab-sup", "MR", `Unable to start: ${error.message}${hint}`)
    return error.exitCode
  }
  return ended
}

/** What the launcher's messages reach. Ends that come before services are known wait in `ended`. */
type Running = {
  supervisor?: Supervisor
  close?: () => Promise<void>
  /** Ends our part in the ring. */
  leave?: ((leaves: boolean) => Promise<void>) | undefined
  readonly ended: ProcessExit[]
}

/** Opened before any service is looked at (decisions 17): who asks early is told to come back. */
async function openHttp(context: SupervisorContext, { host, request }: BootOptions): Promise<Gateway | undefined> {
  if (request.gateway === undefined) return undefined
  const say = speakerOf(context)
  const onBug = (error: unknown) => {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    say("hab-sup", "MR", `This is a bug in hab: the HTTP gateway could not answer: ${what}`)
  }
  const gateway = await openGateway(host, request.gateway, onBug)
  say("hab-sup", "MR", `Starting http-gateway on ${printListenAddress(gateway.address)}`)
  return gateway
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

/** Loads what the command line names, opens the control socket and starts what the specs want. */
async function openAll(
  context: SupervisorContext,
  supervisor: Supervisor,
  request: SupervisorRequest,
  gateway: Gateway | undefined,
): Promise<() => Promise<void>> {
  const { hello } = context.launcher
  if (request.load !== undefined && !hello.respawned) {
    loadService({ ...context.host, layout: context.layout, store: context.store }, { ...request.load, force: true })
    supervisor.say(
      "hab-sup",
      "MR",
      `The ${stringifyIdent(parseIdent(request.load.ident))} service was successfully loaded`,
    )
  }
  const servers = await openControl(context, supervisor, request.control, gateway)
  // Watched before they are read: what is written in between is not missed.
  const unwatch = watchSpecs(context, supervisor)
  const startSets = supervisor.bootSets()
  supervisor.reconcile("boot")
  startSets()
  settleLeft(context, supervisor.roster)
  rewritePidFiles(context, supervisor.roster)
  context.launcher.ready()
  checkExitWith(request.exitWith, supervisor.roster, supervisor.say)
  return async () => {
    unwatch()
    await Promise.all([...servers.map((server) => server.close()), gateway?.close()])
  }
}

async function openControl(
  context: SupervisorContext,
  supervisor: Supervisor,
  options: ControlGatewayOptions | undefined,
  gateway: Gateway | undefined,
): Promise<readonly ControlServer[]> {
  const socket = supervisorPaths(context.layout).controlSocket
  const actions = controlActions(context, supervisor)
  const handler: ControlHandler = async (request) => {
    const startedMs = context.host.clock.monotonicMs()
    const reply = await answerControl(actions, request)
    const route = controlRouteOf(request)
    gateway?.metrics.count("hab_sup_rpc_call_total", route)
    const tookMs = context.host.clock.monotonicMs() - startedMs
    gateway?.metrics.observe("hab_sup_rpc_call_request_duration_seconds", route, tookMs)
    return reply
  }
  const say = (place: string) => supervisor.say("hab-sup", "MR", `Starting ctl-gateway on ${place}`)
  say(hostPath(context.layout, socket))
  const local = await context.host.control.serve(socket, handler)
  if (options === undefined) return [local]
  const remote = await openControlGateway(context, options, handler)
  say(printListenAddress(remote.address))
  return [local, remote]
}

async function shutDown({ supervisor, close, leave }: Running, launcher: LauncherClient): Promise<void> {
  supervisor?.say("hab-sup", "MR", "Supervisor received shutdown signal from launcher")
  await supervisor?.stopAll()
  await leave?.(true)
  await close?.()
  launcher.shutdownDone()
}

async function reload({ supervisor, close }: Running): Promise<void> {
  supervisor?.say("hab-sup", "MR", "Supervisor shutting down for restart; services keep running")
  supervisor?.detachAll()
  await close?.()
}
