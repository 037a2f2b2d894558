import type { Roster } from "../roster.ts"
import type { Supervised } from "../supervised.ts"

/** A service has another process than before: those that restart with it do, unless somebody stopped them. */
export function restartDependents(roster: Pick<Roster, "services" | "post">, { name }: Supervised): void {
  for (const other of roster.services.values()) {
    if (!other.spec.own.restartWith?.includes(name) || other.service.state.tag !== "up") continue
    roster.post(other, { tag: "restart", reason: "dependency" })
  }
}
