import { HabError } from "../base/errors.ts"
import { wait } from "../ports/clock.ts"
import type { ServiceStatus } from "../supervisor/gateway/status.ts"
import type { CommandContext } from "./command.ts"
import { askPatiently } from "./operations.ts"

const LOOK_EVERY_MS = 50

export type AwaitedRelease = Readonly<{ name: string; release: string; timeoutSec: number }>

/** Waits until a service runs a release, or is down and would run it. Throws SERVICE_WAIT_TIMED_OUT. */
export async function waitForRelease(
  context: CommandContext,
  { name, release, timeoutSec }: AwaitedRelease,
): Promise<void> {
  const { clock } = context.host
  const begunMs = clock.monotonicMs()
  for (;;) {
    const services = await askPatiently<readonly ServiceStatus[]>(context, { method: "GET", path: "/services" })
    const found = services?.find((service) => service.name === name)
    if (found?.ident === release && (found.state === "up" || found.desired === "down")) return
    if (clock.monotonicMs() - begunMs >= timeoutSec * 1000) {
      const why = found === undefined ? "no supervisor answers" : (found.refused ?? found.why)
      throw new HabError("SERVICE_WAIT_TIMED_OUT", `${name} does not run ${release} after ${timeoutSec} s: ${why}`, {
        hint: `nothing was removed; hab svc explain ${name}; hab svc logs ${name}`,
      })
    }
    await wait(clock, LOOK_EVERY_MS, context.signal)
    context.signal.throwIfAborted()
  }
}
