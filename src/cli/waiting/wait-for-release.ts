import { HabError } from "../../base/errors.ts"
import type { ServiceStatus } from "../../supervisor/gateway/status.ts"
import type { CommandContext } from "../command.ts"
import { type Look, lookAgain } from "./look-again.ts"
import { patientQuestions } from "./patient-questions.ts"

export type AwaitedRelease = Readonly<{ name: string; release: string; timeoutSec: number }>

/** Waits until a service runs a release, or is down and would run it. Throws SERVICE_WAIT_TIMED_OUT. */
export async function waitForRelease(
  context: CommandContext,
  { name, release, timeoutSec }: AwaitedRelease,
): Promise<void> {
  const ask = patientQuestions(context)
  const look = async (): Promise<Look<undefined, string>> => {
    const services = await ask<readonly ServiceStatus[]>("/services")
    const found = services?.find((service) => service.name === name)
    const runsIt = found?.ident === release && (found.state === "up" || found.desired === "down")
    if (runsIt) return { tag: "over", value: undefined }
    return { tag: "open", open: found === undefined ? "no supervisor answers" : (found.refused ?? found.why) }
  }
  await lookAgain(context, look, {
    timeoutSec,
    late: (why) =>
      new HabError("SERVICE_WAIT_TIMED_OUT", `${name} does not run ${release} after ${timeoutSec} s: ${why}`, {
        hint: `nothing was removed; hab svc explain ${name}; hab svc logs ${name}`,
      }),
    interrupted: () => context.signal.reason,
  })
}
