import { HabError } from "../base/errors.ts"
import { wait } from "../ports/clock.ts"
import type { BegunChange, ChangeStatus } from "../supervisor/change/service-change.ts"
import type { CommandContext } from "./command.ts"
import { askPatiently } from "./operations.ts"

const LOOK_EVERY_MS = 50
/** After so long people wonder: we say what is waited for. */
const SILENT_MS = 2_000

/** `through`: the hooks before a change, which may refuse it, or all of it. No `timeoutSec`: as long as it takes. */
export type ChangeWait = Readonly<{ through: "before" | "done"; timeoutSec?: number | undefined }>

/**
 * Waits until changes of services have their hooks behind them. Throws SERVICE_CHANGE_FAILED as soon as one has failed,
 * and SERVICE_WAIT_TIMED_OUT.
 */
export async function waitForChanges(
  context: CommandContext,
  begun: readonly BegunChange[],
  { through, timeoutSec }: ChangeWait,
): Promise<void> {
  const { clock } = context.host
  const begunMs = clock.monotonicMs()
  let said = ""
  for (const one of begun) {
    for (;;) {
      const path = `/services/${encodeURIComponent(one.service)}/change`
      const status = await askPatiently<ChangeStatus | null>(context, { method: "GET", path })
      const step = awaited(one, status, through)
      if (step === undefined) break
      const elapsedMs = clock.monotonicMs() - begunMs
      if (timeoutSec !== undefined && elapsedMs >= timeoutSec * 1000) throw timedOut(one, step, timeoutSec)
      if (elapsedMs >= SILENT_MS && step !== said) {
        said = step
        context.report({ tag: "note", text: `Waiting for ${one.service}: ${step}` })
      }
      await wait(clock, LOOK_EVERY_MS, context.signal)
      if (context.signal.aborted) throw failed("interrupted; the change goes on")
    }
  }
}

/** What is still awaited; undefined when there is nothing more to wait for. */
function awaited(
  { service, serial }: BegunChange,
  status: ChangeStatus | null | undefined,
  through: ChangeWait["through"],
): string | undefined {
  if (status === undefined) return "no supervisor answers"
  if (status === null || status.serial < serial) {
    throw failed(`the supervisor was restarted before ${service} was changed`)
  }
  if (status.serial > serial) throw failed(`another change of ${service} was asked for`)
  if (status.phase === "failed") throw failed(status.problem ?? `the change of ${service} failed`)
  const isOver = through === "before" ? status.phase !== "before" : status.phase === "done"
  return isOver ? undefined : status.step
}

function failed(text: string): HabError {
  return new HabError("SERVICE_CHANGE_FAILED", text, { hint: "hab svc status; hab sup logs" })
}

function timedOut({ service }: BegunChange, step: string, timeoutSec: number): HabError {
  return new HabError("SERVICE_WAIT_TIMED_OUT", `${service} is not changed after ${timeoutSec} s: ${step}`, {
    hint: "it goes on; --timeout waits longer",
  })
}
