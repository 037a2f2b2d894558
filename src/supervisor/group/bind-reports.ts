import { nearest } from "../../base/nearest.ts"
import type { SupervisorContext } from "../context.ts"
import type { ServiceExplanation } from "../gateway/explanation.ts"
import type { Supervised } from "../supervised.ts"
import { standingsOf } from "../views.ts"
import type { BindStanding } from "./census.ts"
import { stringifyServiceGroup } from "./service-group.ts"

/** How each bind of a service stands, and what may have been meant where its group is not there. */
export function bindReports(
  context: SupervisorContext,
  services: Iterable<Supervised>,
  { spec, release }: Supervised,
): ServiceExplanation["binds"] {
  const all = [...services]
  const standings = release === undefined ? undefined : standingsOf(context, all, spec, release)
  const groups = all.map((held) => held.group)
  return spec.binds.map((bind) => {
    const group = stringifyServiceGroup(bind.group)
    const standing = standings?.get(bind.name) ?? ({ tag: "not-present" } as const)
    return { name: bind.name, group, standing: standing.tag, problem: problemOf(standing, group, groups) }
  })
}

function problemOf(standing: BindStanding, group: string, groups: readonly string[]): string | null {
  if (standing.tag === "satisfied") return null
  if (standing.tag === "lacks-exports") return `which does not export ${standing.missing.join(", ")}`
  if (standing.tag === "empty") return "none of whose members is alive"
  const near = nearest(group, groups)
  return `which is not loaded here${near === undefined ? "" : `; did you mean ${near}?`}`
}
