import { Buffer } from "node:buffer"
import { unreachable } from "../../base/assert.ts"
import { messageOf } from "../../base/errors.ts"
import { describeExit, type ExitStatus } from "../../base/exit-status.ts"
import type { OnOutput, OwnedGroup } from "../../ports/process-group.ts"
import { type LauncherContext, say, tell } from "./context.ts"
import { createProcessOutput, type ProcessOutput } from "./output.ts"
import type { ProcessRecord } from "./process-record.ts"
import type { ProcessRequest, ToLauncher } from "./protocol.ts"

type Request = Exclude<ToLauncher, { tag: "ready" } | { tag: "shutdown-done" } | { tag: "end" }>

/** Does what the supervisor asks; answers go to whichever supervisor is connected by then. */
export function serve(context: LauncherContext, request: Request): void {
  switch (request.tag) {
    case "spawn":
      return spawnTracked(context, request.request, request.process)
    case "signal":
      return signalRun(context, request.runId, request.signal)
    case "watch-empty":
      return void emptied(context, request.runId).then(() => tell(context, { tag: "emptied", runId: request.runId }))
    case "acknowledge":
      if (context.table.acknowledge(request.id)) context.records.remove(request.id)
      return
    case "write-input":
      return void context.table.find(request.id)?.group?.writeInput(Buffer.from(request.bytes, "base64"))
    case "close-input":
      return context.table.find(request.id)?.group?.closeInput()
    case "send":
      return context.table.find(request.id)?.group?.channel?.send(request.message)
    case "copy-output":
      return copyOutput(context, request.from, request.to)
    default:
      return unreachable(request)
  }
}

function copyOutput(context: LauncherContext, from: string, to: string): void {
  const channel = context.table.find(to)?.group?.channel
  context.copies.copy(from, (stream, bytes) =>
    channel?.send({ tag: "output", run: from, stream, bytes: Buffer.from(bytes).toString("base64") }),
  )
}

/** A signal to everything of a run, whichever launcher started it. */
export function signalRun(context: LauncherContext, runId: string, signal: string): void {
  for (const instance of context.instances) context.ports.groups.signalRun(`${instance}/${runId}`, signal)
}

/** Watches a process of the table to its end, remembers how it ended and tells. */
export function follow(
  context: LauncherContext,
  record: ProcessRecord,
  group: OwnedGroup,
  output: ProcessOutput,
): void {
  const { id, kind, output: plan } = record.description
  void group.exited.then((status) => {
    output.end()
    context.copies.forget(id)
    const summary = output.summary()
    context.table.exited(id, status, summary)
    const empty = kind === "run" && isEmpty(context, record.description.runId) ? { empty: true } : {}
    tell(context, { tag: "exited", id, status, ...(summary === undefined ? {} : { output: summary }), ...empty })
    if (kind === "run") say(context, exitLine(plan.preamble, group.pid, status))
  })
}

function spawnTracked(context: LauncherContext, request: number, wanted: ProcessRequest): void {
  const spawned = spawn(context, request, wanted).finally(() => context.starting.delete(spawned))
  context.starting.add(spawned)
}

async function emptied(context: LauncherContext, runId: string): Promise<void> {
  await Promise.all([...context.instances].map((instance) => context.ports.groups.emptied(`${instance}/${runId}`)))
}

function isEmpty(context: LauncherContext, runId: string): boolean {
  return [...context.instances].every((instance) => context.ports.groups.isEmpty(`${instance}/${runId}`))
}

async function spawn(context: LauncherContext, request: number, wanted: ProcessRequest): Promise<void> {
  const refuse = (cause: string) => tell(context, { tag: "not-started", request, cause })
  if (context.closing) return refuse("the launcher is ending")
  if (context.table.has(wanted.id)) return refuse(`a process with the id '${wanted.id}' is already known`)
  const output = createProcessOutput(context.consoles, context.logs, wanted.output)
  const command = { ...wanted, runId: `${context.ownInstance}/${wanted.runId}` }
  const copy = wanted.stdin === "pipe" ? context.copies.keep(wanted.id) : undefined
  const take: OnOutput = (stream, bytes) => {
    output.take(stream, bytes)
    copy?.(stream, bytes)
  }
  const group = await context.ports.groups.start(command, take)
  if (group.identity === undefined) return refuse(causeOf(await group.exited))
  const { clock } = context.ports
  const started = { startedMs: clock.now(), startedMonotonicMs: clock.monotonicMs() }
  const record = recordOf(wanted, command.runId, group, started)
  context.table.put({ record, adopted: false, group })
  keepRecord(context, record)
  group.channel?.onMessage((message) => tell(context, { tag: "message", id: wanted.id, message }))
  tell(context, { tag: "started", request, pid: group.pid, startedMs: started.startedMs })
  follow(context, record, group, output)
}

function recordOf(
  wanted: ProcessRequest,
  fullRunId: string,
  group: OwnedGroup,
  started: Pick<ProcessRecord, "startedMs" | "startedMonotonicMs">,
): ProcessRecord {
  const { id, kind, service, hook, runId, label, output } = wanted
  const description = { id, kind, service, ...(hook === undefined ? {} : { hook }), runId, label, output }
  if (group.identity === undefined) throw new Error("assertion failed: a started process has an identity")
  return { description, fullRunId, ...started, identity: group.identity, streams: group.streams }
}

/** On a full disk the process runs without a record: it would not be adopted after a crash of ours, but it runs. */
function keepRecord(context: LauncherContext, record: ProcessRecord): void {
  try {
    context.records.write(record)
  } catch (error) {
    const why = messageOf(error)
    say(context, `Process ${record.identity.pid} of '${record.description.service}' could not be recorded: ${why}`)
  }
}

function causeOf(status: ExitStatus): string {
  return status.tag === "not-started" ? status.cause : describeExit(status)
}

function exitLine(serviceGroup: string, pid: number, status: ExitStatus): string {
  const how = status.tag === "exited" ? `exited with code exit status: ${status.code}` : describeExit(status)
  return `Child for service '${serviceGroup}' with PID ${pid} ${how}`
}
