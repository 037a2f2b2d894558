import { HabError } from "../base/errors.ts"
import type { Reason } from "../hooks/reasons.ts"
import { wait } from "../ports/clock.ts"
import type { Say, SupervisorContext } from "./context.ts"
import type { SupervisorHookRunner } from "./hooks/supervisor-hooks.ts"
import { type Observer, UNOBSERVED } from "./observer.ts"
import type { Roster } from "./roster.ts"
import { afterFailure, NO_FAILURES } from "./service/restart-policy.ts"
import type { Supervised } from "./supervised.ts"

type Startup = Readonly<{ context: SupervisorContext; hooks: SupervisorHookRunner; say: Say; signal: AbortSignal }>

/** Why the supervisor process starts: a launcher that kept services alive over its end has had one before. */
function reasonOf({ launcher }: SupervisorContext): Reason {
  return launcher.hello.respawned ? "reload" : "boot"
}

/**
 * The supervisor's pre-start, before anything is opened (decisions 17). Throws SUPERVISOR_HOOK_FAILED at the launcher's
 * first supervisor; a later one, whose services are alive, tries again with the back-off of services. Resolves when the
 * hooks passed or `signal` is aborted.
 */
export async function runPreStart({ context, hooks, say, signal }: Startup): Promise<void> {
  for (let backoff = NO_FAILURES; ; ) {
    const outcome = await hooks.run("pre-start", reasonOf(context), signal)
    if (outcome.tag === "passed" || outcome.tag === "cancelled") return
    if (!context.launcher.hello.respawned) {
      throw new HabError("SUPERVISOR_HOOK_FAILED", `${outcome.problem}; nothing was started`, {
        hint: "mend the hook in sup.toml, or let it fail with ignore_errors = true",
      })
    }
    const { random, clock } = context.host
    const next = afterFailure(context.options.backoff, backoff, { upForMs: 0, random: random() })
    backoff = next.backoff
    say("hab-sup", "HK", `${outcome.problem}; services stay as they are, it runs again in ${next.delayMs / 1000} s`)
    await wait(clock, next.delayMs, signal)
    if (signal.aborted) return
  }
}

/** Runs the supervisor's post-start once every service that starts with it is up. */
export async function runPostStart({ context, hooks, say, signal }: Startup, up: Promise<void>): Promise<void> {
  await up
  const outcome = await hooks.run("post-start", reasonOf(context), signal)
  if (outcome.tag === "failed" || outcome.tag === "timed-out") say("hab-sup", "HK", outcome.problem)
}

/** Sees services come up. `whenUp` resolves when all that are to start now have come up, or ended for good. */
export function startupWatch(): Readonly<{ observer: Observer; whenUp(roster: Roster): Promise<void> }> {
  let look: () => void = () => undefined
  return {
    observer: { ...UNOBSERVED, onStep: () => look() },
    whenUp: (roster) =>
      new Promise((resolve) => {
        const starting = [...roster.services.values()].filter(
          ({ name, spec }) => spec.desiredState === "up" && !roster.heldBack.has(name),
        )
        look = () => {
          if (!starting.every((held) => hasArrived(held) || roster.services.get(held.name) !== held)) return
          look = () => undefined
          resolve()
        }
        look()
      }),
  }
}

function hasArrived({ service: { state } }: Supervised): boolean {
  return state.tag === "up" || state.tag === "gone" || (state.tag === "down" && state.why !== "never-started")
}
