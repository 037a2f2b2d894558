import { HabError } from "../../base/errors.ts"
import type { BegunOperation } from "../../supervisor/set/set-actions.ts"
import { ALL_SERVICES, type SetStatus } from "../../supervisor/set/set-status.ts"
import type { CommandContext } from "../command.ts"
import { WAIT_SEC_DEFAULT } from "../options/wait-options.ts"
import { type Look, lookAgain } from "./look-again.ts"
import { patientQuestions } from "./patient-questions.ts"
import { ownService } from "./wait-for.ts"

type Standing = Readonly<{ tag: "done"; text: string }> | Readonly<{ tag: "pending" | "failed"; why: string }>

/**
 * Waits until operations on sets are over; resolves with one sentence a set. Throws SET_OPERATION_FAILED as soon as one
 * has failed, SERVICE_WAIT_TIMED_OUT, and SERVICE_WAIT_ENDLESS in a hook the operation itself waits for (decisions 19).
 */
export async function waitForSets(
  context: CommandContext,
  begun: readonly BegunOperation[],
  timeoutSec = WAIT_SEC_DEFAULT,
): Promise<string> {
  const ask = patientQuestions(context)
  const look = async () => lookAt(context.host.env, begun, await ask<readonly SetStatus[]>("/sets"))
  return lookAgain(context, look, {
    timeoutSec,
    late: (open) =>
      new HabError("SERVICE_WAIT_TIMED_OUT", `not done after ${timeoutSec} s; ${open}`, {
        hint: "it goes on; --timeout waits longer",
      }),
    interrupted: () => new HabError("SET_OPERATION_FAILED", "interrupted; the operation goes on"),
    note: (open) => ({ about: open, text: `Waiting for ${open}` }),
  })
}

function lookAt(
  env: Readonly<Record<string, string>>,
  begun: readonly BegunOperation[],
  sets: readonly SetStatus[] | undefined,
): Look<string, string> {
  refuseEndlessWait(env, begun, sets ?? [])
  const found = begun.map((one) => ({ name: one.name, standing: standingOf(one, sets) }))
  const failed = found.flatMap(({ standing }) => (standing.tag === "failed" ? [standing.why] : []))
  if (failed.length > 0) {
    throw new HabError("SET_OPERATION_FAILED", failed.join("\n"), { hint: "hab svc status; hab sup logs" })
  }
  const open = found.flatMap(({ name, standing }) => (standing.tag === "pending" ? [`${name}: ${standing.why}`] : []))
  if (open.length > 0) return { tag: "open", open: open.join("; ") }
  const done = found.flatMap(({ standing }) => (standing.tag === "done" ? [standing.text] : []))
  return { tag: "over", value: done.join("\n") }
}

const DONE = { apply: "is up", start: "is up", restart: "is up", stop: "is down" } as const

function standingOf({ name, serial }: BegunOperation, sets: readonly SetStatus[] | undefined): Standing {
  if (sets === undefined) return { tag: "pending", why: "no supervisor answers" }
  const found = sets.find((set) => set.name === name)
  // Only the end of `stop --clean` makes a set disappear.
  const what = name === ALL_SERVICES ? "every service" : `the set ${name}`
  if (found === undefined) return { tag: "done", text: `${what} is gone` }
  const { operation } = found
  if (operation === null || operation.serial < serial) {
    return { tag: "failed", why: `the supervisor was restarted before ${what} was done` }
  }
  if (operation.serial > serial) return { tag: "failed", why: `another operation on ${what} was asked for` }
  if (operation.state === "running") return { tag: "pending", why: operation.step }
  if (operation.state === "failed") return { tag: "failed", why: operation.problem ?? "it failed" }
  return { tag: "done", text: `${what} ${DONE[operation.verb]}` }
}

/** A hook of the set, or of one of its services: the operation cannot end before it. */
function refuseEndlessWait(
  env: Readonly<Record<string, string>>,
  begun: readonly BegunOperation[],
  sets: readonly SetStatus[],
): void {
  const own = ownService(env)
  const { HAB_HOOK_SUBJECT: subject, HAB_HOOK_SERVICE: set } = env
  const isOwn = begun.some(({ name }) => {
    const services = sets.find((one) => one.name === name)?.services ?? []
    return (
      (subject === "supervisor" && (set === name || name === ALL_SERVICES)) ||
      (own !== undefined && services.includes(own.name))
    )
  })
  if (!isOwn) return
  throw new HabError("SERVICE_WAIT_ENDLESS", "This hook belongs to the set it would wait for", {
    hint: "give -d, or leave --wait out; the operation itself goes on",
  })
}
