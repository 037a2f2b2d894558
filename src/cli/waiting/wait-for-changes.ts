import { HabError } from "../../base/errors.ts"
import type { BegunChange, ChangeStatus } from "../../supervisor/change/service-change.ts"
import type { CommandContext } from "../command.ts"
import { type Look, lookAgain } from "./look-again.ts"
import { patientQuestions } from "./patient-questions.ts"

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
  const left = [...begun]
  const ask = patientQuestions(context)
  const look = async (): Promise<Look<undefined, Step>> => {
    for (let one = left[0]; one !== undefined; one = left[0]) {
      const path = `/services/${encodeURIComponent(one.service)}/change`
      const status = await ask<ChangeStatus | null>(path)
      const step = awaited(one, status, through)
      if (step !== undefined) return { tag: "open", open: { service: one.service, step } }
      left.shift()
    }
    return { tag: "over", value: undefined }
  }
  await lookAgain(context, look, {
    timeoutSec,
    late: (open) => timedOut(open, timeoutSec),
    interrupted: () => failed("interrupted; the change goes on"),
    note: ({ service, step }) => ({ about: step, text: `Waiting for ${service}: ${step}` }),
  })
}

/** What a change of a service waits for. */
type Step = Readonly<{ service: string; step: string }>

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

function timedOut({ service, step }: Step, timeoutSec: number | undefined): HabError {
  return new HabError("SERVICE_WAIT_TIMED_OUT", `${service} is not changed after ${timeoutSec} s: ${step}`, {
    hint: "it goes on; --timeout waits longer",
  })
}
