import { HabError } from "../../base/errors.ts"
import { type Goal, type GoalStanding, goalStanding } from "../../supervisor/gateway/goals.ts"
import type { ServiceStatus } from "../../supervisor/gateway/status.ts"
import type { CommandContext } from "../command.ts"
import { WAIT_SEC_DEFAULT } from "../options/wait-options.ts"
import { type Look, lookAgain } from "./look-again.ts"
import { patientQuestions } from "./patient-questions.ts"

const WORDS: Readonly<Record<Goal, string>> = {
  up: "up",
  down: "down",
  healthy: "healthy",
  started: "up",
  stopped: "down",
  unloaded: "unloaded",
}

/** Events whose hooks run beside a service that is up: it does not wait for them. */
const BESIDE = ["post-start", "reconfigure", "file-updated", "post-healthy", "post-unhealthy"]

export type Awaited = Readonly<{ names: readonly string[]; goal: Goal; timeoutSec: number | undefined }>
type Found = Readonly<{ name: string; standing: GoalStanding }>

/**
 * Waits until every service is where it should be; resolves with one sentence. Throws SERVICE_WAIT_FAILED as soon as one
 * cannot come there, and SERVICE_WAIT_TIMED_OUT. A supervisor that restarts meanwhile is waited for too;
 * when it ended for good, SUPERVISOR_ABSENT is thrown.
 */
export async function waitFor(context: CommandContext, awaited: Awaited): Promise<string> {
  const { names, goal, timeoutSec = WAIT_SEC_DEFAULT } = awaited
  const ask = patientQuestions(context)
  await lookAgain(context, async () => lookAt(awaited, await ask<readonly ServiceStatus[]>("/services")), {
    timeoutSec,
    late: (open) => timedOut(awaited, open, timeoutSec),
    interrupted: () => new HabError("SERVICE_WAIT_FAILED", "interrupted"),
    note: (open) => noteOf(awaited, open),
  })
  return `${names.join(", ")} ${isAre(names)} ${WORDS[goal]}`
}

function noteOf({ goal }: Awaited, open: readonly Found[]) {
  const [first] = open
  const about = open.map(({ name }) => name).join(", ")
  const why = open.length === 1 && first !== undefined ? `: ${whyOf(first)}` : ""
  return { about, text: `Waiting until ${about} ${isAre(open)} ${WORDS[goal]}${why}` }
}

/** The service whose hook we are, if we are one. */
export function ownService(
  env: Readonly<Record<string, string>>,
): Readonly<{ name: string; event: string }> | undefined {
  const { HAB_HOOK_SUBJECT: subject, HAB_HOOK_SERVICE: name = "", HAB_HOOK_EVENT: event = "" } = env
  return subject === "service" && name !== "" ? { name, event } : undefined
}

/** Refuses what could only end when its time is over (decisions 19). Throws SERVICE_WAIT_ENDLESS. */
export function refuseEndlessWait(
  env: Readonly<Record<string, string>>,
  { names, goal }: Pick<Awaited, "names" | "goal">,
): void {
  const own = ownService(env)
  if (own === undefined || !names.includes(own.name)) return
  const isPatient = goal === "up" || goal === "down" || goal === "healthy"
  if (isPatient && BESIDE.includes(own.event)) return
  throw new HabError(
    "SERVICE_WAIT_ENDLESS",
    `This is the ${own.event} hook of ${own.name}: ${own.name} goes on only when the hook has ended, so it cannot wait for ${own.name}`,
    { hint: "give -d, or leave --wait out" },
  )
}

/** Throws SERVICE_WAIT_FAILED when one of them cannot come there any more. */
function lookAt(awaited: Awaited, services: readonly ServiceStatus[] | undefined): Look<undefined, readonly Found[]> {
  const { names, goal } = awaited
  const standing = (name: string): GoalStanding => {
    if (services === undefined) return { tag: "pending", why: "no supervisor answers" }
    const service = services.find((one) => one.name === name)
    return goalStanding(goal, service)
  }
  const open = names.map((name) => ({ name, standing: standing(name) })).filter((one) => one.standing.tag !== "met")
  const failed = open.filter((one) => one.standing.tag === "failed")
  if (failed.length > 0) throw waitFailed(awaited, failed)
  return open.length === 0 ? { tag: "over", value: undefined } : { tag: "open", open }
}

function waitFailed({ goal }: Awaited, failed: readonly Found[]): HabError {
  const what = goal === "started" ? "did not start" : `is not ${WORDS[goal]}`
  const [first] = failed
  return new HabError("SERVICE_WAIT_FAILED", failed.map((one) => `${one.name} ${what}: ${whyOf(one)}`).join("\n"), {
    hint: `hab svc explain ${first?.name}; hab svc logs ${first?.name}`,
  })
}

function timedOut({ goal }: Awaited, open: readonly Found[], timeoutSec: number): HabError {
  const lines = open.map((one) => `${one.name} is not ${WORDS[goal]} after ${timeoutSec} s: ${whyOf(one)}`)
  return new HabError("SERVICE_WAIT_TIMED_OUT", lines.join("\n"), {
    hint: `hab svc explain ${open[0]?.name}; --timeout waits longer`,
  })
}

function whyOf({ standing }: Found): string {
  return standing.tag === "met" ? "" : standing.why
}

function isAre(things: readonly unknown[]): string {
  return things.length === 1 ? "is" : "are"
}
