import { hostPath, supervisorPaths } from "../base/layout.ts"
import { parseIdent, stringifyIdent } from "../package/ident.ts"
import type { ControlHandler, ControlServer } from "../ports/control-channel.ts"
import type { BootOptions, SupervisorRequest } from "./boot.ts"
import { type SupervisorContext, speakerOf } from "./context.ts"
import { controlActions } from "./control/control-actions.ts"
import { loadService } from "./control/operations.ts"
import { checkExitWith } from "./exit-with.ts"
import { type ControlGatewayOptions, openControlGateway } from "./gateway/control-gateway.ts"
import { type Gateway, openGateway } from "./gateway/http-gateway.ts"
import { printListenAddress } from "./gateway/listen-address.ts"
import { answerControl, controlRouteOf } from "./gateway/routes.ts"
import { settleLeft } from "./left.ts"
import { rewritePidFiles, type Supervisor, watchSpecs } from "./supervisor.ts"

/** Opened before any service is looked at (decisions 17): who asks early is told to come back. */
export async function openHttp(
  context: SupervisorContext,
  { host, request }: BootOptions,
): Promise<Gateway | undefined> {
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

/** Ports close when we are asked to go; the rest, our own control socket with it, when nothing is left to do. */
export type Closing = Readonly<{ closePorts: () => Promise<void>; close: () => Promise<void> }>

/** Loads what the command line names, opens the control socket and starts what the specs want; returns how to close it. */
export async function openAll(
  context: SupervisorContext,
  supervisor: Supervisor,
  request: SupervisorRequest,
  gateway: Gateway | undefined,
): Promise<Closing> {
  const { hello } = context.launcher
  if (request.load !== undefined && !hello.respawned) {
    loadService({ ...context.host, layout: context.layout, store: context.store }, { ...request.load, force: true })
    supervisor.say(
      "hab-sup",
      "MR",
      `The ${stringifyIdent(parseIdent(request.load.ident))} service was successfully loaded`,
    )
  }
  const booted = openable()
  const { local, remote } = await openControl(context, supervisor, { options: request.control, booted }, gateway)
  // Watched before they are read: what is written in between is not missed.
  const unwatch = watchSpecs(context, supervisor)
  const startSets = supervisor.bootSets()
  supervisor.reconcile("boot")
  await supervisor.reconciled()
  startSets()
  settleLeft(context, supervisor.roster)
  rewritePidFiles(context, supervisor.roster)
  booted.open()
  context.launcher.ready()
  checkExitWith(request.exitWith, supervisor.roster, supervisor.say)
  return {
    async closePorts() {
      await Promise.all([remote?.close(), gateway?.close()])
    },
    async close() {
      unwatch()
      await local.close()
    },
  }
}

type Openable = Readonly<{ opened: Promise<void>; open: () => void }>

function openable(): Openable {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

async function openControl(
  context: SupervisorContext,
  supervisor: Supervisor,
  { options, booted }: Readonly<{ options: ControlGatewayOptions | undefined; booted: Openable }>,
  gateway: Gateway | undefined,
): Promise<Readonly<{ local: ControlServer; remote?: ControlServer }>> {
  const socket = supervisorPaths(context.layout).controlSocket
  const actions = controlActions(context, supervisor)
  const handler: ControlHandler = async (request) => {
    // Who asks before services are known waits.
    await booted.opened
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
  if (options === undefined) return { local }
  const remote = await openControlGateway(context, options, handler)
  say(printListenAddress(remote.address))
  return { local, remote }
}
