import { exitCodeOf } from "../base/exit-status.ts"
import type { Say, SupervisorContext } from "./context.ts"
import { type Observer, UNOBSERVED } from "./observer.ts"
import type { Roster } from "./roster.ts"
import type { Service } from "./service/service.ts"

/** The exit code of a service that ended for good: its policy leaves it at that. Undefined while it may run again. */
export function finalExitCode({ state, lastExit }: Service): number | undefined {
  if (state.tag !== "down" || (state.why !== "finished" && state.why !== "failed")) return undefined
  const code = lastExit === undefined ? 1 : exitCodeOf(lastExit)
  return state.why === "failed" && code === 0 ? 1 : code
}

/** `hab sup run --exit-with`: when that service ended for good, everything else is stopped and we exit as it did. */
export function exitWith(context: SupervisorContext, name: string | undefined, say: Say): Observer {
  let told = false
  if (name === undefined) return UNOBSERVED
  return {
    ...UNOBSERVED,
    onStep(held) {
      const exitCode = held.name === name ? finalExitCode(held.service) : undefined
      if (exitCode === undefined || told) return
      told = true
      say("hab-sup", "MR", `${held.group} has ended for good: stopping everything, to exit with ${exitCode}`)
      context.launcher.end(exitCode)
    },
  }
}

/** Says once why `--exit-with` may never happen. */
export function checkExitWith(name: string | undefined, roster: Roster, say: Say): void {
  if (name === undefined) return
  const held = roster.services.get(name)
  if (held === undefined) {
    return say("hab-sup", "MR", `--exit-with ${name}: no such service is loaded yet; it is waited for`)
  }
  if (held.spec.own.restart !== "always") return
  say(
    "hab-sup",
    "MR",
    `--exit-with ${name}: its restart policy 'always' never lets it end; load it with --restart no or on-failure`,
  )
}
