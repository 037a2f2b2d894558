import { NEVER } from "../../base/never.ts"
import { suitabilityAnswer } from "../../hooks/answers.ts"
import { type PerformContext, runAnswering } from "../perform.ts"
import type { Supervised } from "../supervised.ts"

/** How suitable a service is to lead, by its hook (decisions 33): 0 without one, and when it fails. Never rejects. */
export async function askSuitability(context: PerformContext, held: Supervised): Promise<bigint> {
  const { release } = held
  const [planned] =
    release === undefined ? [] : context.planHooks(held, release, { event: "suitability", reason: "schedule" })
  if (planned === undefined) return 0n
  const report = await runAnswering(context, held, planned, NEVER)
  if (report === undefined) return 0n
  const { rank, message } = suitabilityAnswer(report)
  context.say(held, "HK", message)
  return rank
}
