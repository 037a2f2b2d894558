import type { OperationContext, OperationResult } from "../supervisor/control/operations.ts"
import { askSupervisor } from "../supervisor/gateway/client.ts"
import type { ServiceStatus } from "../supervisor/gateway/status.ts"
import type { CommandContext } from "./command.ts"
import { openStore } from "./installed.ts"
import { launcherOf, nobodyAnswers } from "./supervisor-lock.ts"

type Ask = Readonly<{ method: "GET" | "POST"; path: string; body?: unknown }>

/** Asks the supervisor of this root. Throws SUPERVISOR_ABSENT when none runs, SUPERVISOR_SILENT while it starts, and what the supervisor refuses with. */
export async function ask<T>(context: CommandContext, request: Ask): Promise<T> {
  const answer = await askIfRunning<T>(context, request)
  if (answer === undefined) throw await nobodyAnswers(context)
  return answer
}

/** As `ask`; undefined when no supervisor runs. */
export async function askIfRunning<T>(context: CommandContext, request: Ask): Promise<T | undefined> {
  const { host, layout } = context
  return askSupervisor<T>({ control: host.control, layout, remote: await context.remote() }, request)
}

/** The loaded services. Throws SUPERVISOR_ABSENT. */
export function askServices(context: CommandContext): Promise<readonly ServiceStatus[]> {
  return ask(context, { method: "GET", path: "/services" })
}

/** `result` of an operation, and whether a supervisor acts on it now, or is just starting and will. */
export type Operated = Readonly<{ result: OperationResult; supervised: boolean; isComing?: boolean }>

/** Lets the supervisor do it; without one the command edits the spec files itself, and the next supervisor acts on them. */
export async function operate(
  context: CommandContext,
  request: Readonly<{ path: string; body: unknown }>,
  withoutSupervisor: (operations: OperationContext) => OperationResult,
): Promise<Operated> {
  const answer = await askIfRunning<OperationResult>(context, { method: "POST", ...request })
  if (answer !== undefined) return { result: answer, supervised: true }
  const result = withoutSupervisor(operationContext(context))
  const isComing = (await launcherOf(context.host, context.layout)) !== undefined
  if (result.changed) {
    const who = isComing ? "The supervisor is just starting; it" : "No supervisor runs; the next `hab sup run`"
    context.report({ tag: "note", text: `${who} acts on this.` })
  }
  return { result, supervised: false, isComing }
}

/** What operations on spec files take. */
export function operationContext({ host, layout }: CommandContext): OperationContext {
  const store = openStore({ host, layout })
  return { files: host.files, layout, env: host.env, store }
}
