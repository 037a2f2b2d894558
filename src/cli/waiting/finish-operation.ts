import type { Goal } from "../../supervisor/gateway/goals.ts"
import type { CommandContext, CommandResult } from "../command.ts"
import type { Operated } from "../operations.ts"
import type { WaitOptions } from "../options/wait-options.ts"
import { ownService, refuseEndlessWait, waitFor } from "./wait-for.ts"
import { waitForChanges } from "./wait-for-changes.ts"
import { waitForSets } from "./wait-for-sets.ts"

/** How an operation ends for who asked. `byDefault`: it is waited for without --wait. */
export type Finish = Readonly<{ goal: Goal; wait: WaitOptions; byDefault: boolean }>

/** Whether who asks wants to see it done. */
export function waitsFor({ wait, timeout, detach }: WaitOptions): boolean {
  return !detach && (wait || timeout !== undefined)
}

/** Says what was done, and waits for it where that is wanted: a hook never does by default for its own service. */
export async function finishOperation(
  context: CommandContext,
  { result, supervised, isComing }: Operated,
  { goal, wait, byDefault }: Finish,
): Promise<CommandResult> {
  const { changed, names, message, sets = [], changes = [] } = result
  const own = ownService(context.host.env)
  const isOwn = own !== undefined && names.includes(own.name)
  const waits = waitsFor(wait) || (byDefault && changed && !isOwn)
  const isActedOn = supervised || (isComing === true && waitsFor(wait))
  if (!isActedOn || names.length + sets.length === 0 || wait.detach) return { text: message }
  if (!waits) {
    // Hooks that may refuse what was asked for are waited for: nothing is said to be done that is not.
    if (!isOwn) await waitForChanges(context, changes, { through: "before" })
    return { text: message }
  }
  refuseEndlessWait(context.host.env, { names, goal })
  context.print(`${message}\n`)
  await waitForChanges(context, changes, { through: "done", timeoutSec: wait.timeout })
  const ofSets = sets.length === 0 ? [] : [await waitForSets(context, sets, wait.timeout)]
  const ofServices = names.length === 0 ? [] : [await waitFor(context, { names, goal, timeoutSec: wait.timeout })]
  return { text: [...ofServices, ...ofSets].join("\n") }
}
