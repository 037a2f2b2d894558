import { wait } from "../../ports/clock.ts"
import type { OwnedGroup } from "../../ports/process-group.ts"
import { SUPERVISOR_ID } from "./adoption.ts"
import { type LauncherContext, say, tell } from "./context.ts"
import { createSupervisorOutput } from "./output.ts"
import { parseToLauncher } from "./parse-message.ts"
import { PROTOCOL_VERSION } from "./protocol.ts"
import { serve } from "./requests.ts"
import type { SupervisorLife } from "./verdict.ts"

/** After `shutdown-done` the supervisor has nothing left to do but exit. */
const EXIT_LIMIT_MS = 5_000

/** The program to run as supervisor, on the host's tree. */
export type SupervisorCommand = Readonly<{
  argv: readonly [string, ...string[]]
  env: Readonly<Record<string, string>>
}>

/** Runs one supervisor process from its start to its end, serving its requests. */
export async function liveOnce(
  context: LauncherContext,
  command: SupervisorCommand,
  options: Readonly<{ respawned: boolean; isStopping: () => boolean } & Heard>,
): Promise<Omit<SupervisorLife, "reloading">> {
  const { clock, groups } = context.ports
  const bornMs = clock.monotonicMs()
  const runId = `${context.ownInstance}/${SUPERVISOR_ID}`
  const group = await groups.start(
    { label: SUPERVISOR_ID, runId, ...command, enclosed: false, channel: true },
    createSupervisorOutput(context.consoles, context.ownLog),
  )
  const heard = { ready: false }
  const onReady = () => {
    heard.ready = true
    options.onReady()
  }
  listen(context, group, { ...options, onReady })
  record(context, group, runId)
  greet(context, options.respawned)
  if (options.isStopping()) tell(context, { tag: "shutdown", forced: false })
  const status = await group.exited
  context.peer = undefined
  context.records.remove(SUPERVISOR_ID)
  return { status, wasReady: heard.ready, elapsedMs: clock.monotonicMs() - bornMs }
}

/** What a supervisor says of itself. `onEnd`: it asks for the end of everything. */
type Heard = { onReady: () => void; onEnd: (exitCode: number) => void }

function listen(context: LauncherContext, group: OwnedGroup, { onReady, onEnd }: Heard): void {
  if (group.channel === undefined) return
  context.peer = { group, channel: group.channel }
  group.channel.onMessage((message) => {
    const request = parseToLauncher(message)
    if (request === undefined) return say(context, `Message not understood: ${JSON.stringify(message).slice(0, 200)}`)
    if (request.tag === "ready") return onReady()
    if (request.tag === "end") return onEnd(request.exitCode)
    if (request.tag === "shutdown-done") return void endSoon(context, group)
    serve(context, request)
  })
}

function greet(context: LauncherContext, respawned: boolean): void {
  context.peer?.channel.send({
    tag: "hello",
    protocol: PROTOCOL_VERSION,
    version: context.version,
    pid: context.ports.pid,
    startedMonotonicMs: context.startedMonotonicMs,
    console: context.consoles.style,
    processes: context.table.snapshot(),
    respawned,
  })
}

async function endSoon(context: LauncherContext, group: OwnedGroup): Promise<void> {
  const done = new AbortController()
  void group.exited.then(() => done.abort())
  await wait(context.ports.clock, EXIT_LIMIT_MS, done.signal)
  if (!done.signal.aborted) group.signal("SIGKILL")
}

/** Recorded like any process, so that the next launcher finds a supervisor that did not notice our death. */
function record(context: LauncherContext, group: OwnedGroup, fullRunId: string): void {
  if (group.identity === undefined) return
  const output = { preamble: "hab-sup", lines: "run", headBytes: 0 } as const
  try {
    context.records.write({
      description: { id: SUPERVISOR_ID, kind: "tool", service: "", runId: SUPERVISOR_ID, label: SUPERVISOR_ID, output },
      fullRunId,
      startedMs: context.ports.clock.now(),
      startedMonotonicMs: context.ports.clock.monotonicMs(),
      identity: group.identity,
      streams: group.streams,
    })
  } catch {
    // A full disk: the next launcher then finds ports in use if this supervisor outlives us.
  }
}
