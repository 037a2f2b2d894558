import { describeExit } from "../../base/exit-status.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import { wait } from "../../ports/clock.ts"
import type { ConsoleStyle } from "../console/line.ts"
import { adoptLeft } from "./adoption.ts"
import { createContext, type LauncherContext, type LauncherPorts, say, tell } from "./context.ts"
import { endProcesses, flushConsoles, removeTraces } from "./finish.ts"
import { liveOnce, type SupervisorCommand } from "./supervisor-life.ts"
import { judge, type Verdict } from "./verdict.ts"

export type LauncherOptions = Readonly<{
  ports: LauncherPorts
  layout: Layout
  /** Asked for every new supervisor. */
  supervisor: () => SupervisorCommand
  console: ConsoleStyle
  /** Of hab, for `hab sup status`. */
  version: string
}>

/** What signals and the supervisor's lives tell each other. */
type Control = {
  stopping: boolean
  reloading: boolean
  /** The supervisor asked us to end with it. */
  exitCode: number | undefined
  /** Aborted by the first signal to end: no respawn is waited for. */
  readonly stop: AbortController
  /** Aborted by the second one: nothing is waited for. */
  readonly hurry: AbortController
}

type Ending = Extract<Verdict, { tag: "end" }>

/**
 * The main process of `hab sup run` (decisions C): keeps a supervisor running and everything it asked for, adopts what a
 * dead launcher left, and ends it all on INT or TERM. The caller holds LOCK. Resolves with the exit code.
 */
export async function runLauncher(options: LauncherOptions): Promise<number> {
  const paths = supervisorPaths(options.layout)
  options.ports.files.makeDirectories(paths.logs)
  const context = createContext({ ...options, processes: paths.processes, logs: paths.logs })
  const control: Control = {
    stopping: false,
    reloading: false,
    exitCode: undefined,
    stop: new AbortController(),
    hurry: new AbortController(),
  }
  const unlisten = listenToSignals(context, control)
  writePidFile(context, paths.launcherPid)
  await adoptLeft(context)
  const ending = await keepSupervisor(context, control, options.supervisor)
  const isClear = await endProcesses(context, ending.adopted, control.hurry.signal)
  removeTraces(context, isClear, paths)
  if (ending.adopted === "stop") say(context, "Hasta la vista, services.")
  await flushConsoles(context)
  unlisten()
  return ending.exitCode === 0 ? (control.exitCode ?? 0) : ending.exitCode
}

async function keepSupervisor(
  context: LauncherContext,
  control: Control,
  command: LauncherOptions["supervisor"],
): Promise<Ending> {
  let first = true
  let failures = 0
  for (let respawned = false; !control.stopping; respawned = true) {
    control.reloading = false
    const life = await liveOnce(context, command(), {
      respawned,
      isStopping: () => control.stopping,
      onReady: () => {
        if (first) void tellReady(context)
        first = false
      },
      onEnd: (exitCode) => {
        control.exitCode ??= exitCode
        if (!control.stopping) stop(context, control)
      },
    })
    const history = { first, failures, stopping: control.stopping }
    const verdict = judge({ ...life, reloading: control.reloading }, history)
    if (verdict.tag === "end") return verdict
    failures = verdict.failures
    if (!control.reloading) say(context, `Supervisor ${describeExit(life.status)}; ${whenAgain(verdict.afterMs)}`)
    await wait(context.ports.clock, verdict.afterMs, control.stop.signal)
  }
  return { tag: "end", exitCode: 0, adopted: "stop" }
}

/** The first supervisor is up: who started us may go on. */
async function tellReady(context: LauncherContext): Promise<void> {
  const problem = await context.ports.serviceManager?.ready()
  if (problem !== undefined) say(context, `The service manager was not told that hab is ready: ${problem}`)
}

function whenAgain(afterMs: number): string {
  return afterMs === 0 ? "starting it again" : `starting it again in ${afterMs / 1000} s`
}

function stop(context: LauncherContext, control: Control): void {
  control.stopping = true
  control.stop.abort()
  tell(context, { tag: "shutdown", forced: false })
}

function listenToSignals(context: LauncherContext, control: Control): () => void {
  const end = () => {
    if (!control.stopping) return stop(context, control)
    control.hurry.abort()
    tell(context, { tag: "shutdown", forced: true })
    context.peer?.group.signal("SIGKILL")
  }
  const reload = () => {
    control.reloading = true
    tell(context, { tag: "reload" })
  }
  const stops = [
    context.ports.signals.on("SIGINT", end),
    context.ports.signals.on("SIGTERM", end),
    context.ports.signals.on("SIGHUP", reload),
    // Node opens its debugger on USR1.
    ...(["SIGUSR1", "SIGUSR2"] as const).map((signal) => context.ports.signals.on(signal, () => undefined)),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function writePidFile({ ports }: LauncherContext, file: string): void {
  ports.files.makeDirectories(file.slice(0, file.lastIndexOf("/")))
  ports.files.writeFile(file, String(ports.pid))
}
