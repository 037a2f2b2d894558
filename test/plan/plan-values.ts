import { type KindValue, PLAN_VARIABLES, type PlanValues, type PlanVariable } from "../../src/plan/variables.ts"

const EMPTY: KindValue = { text: "", list: [], map: new Map() }

/** The variables of a small valid plan, with what a test says about them. */
export function planValues(changes: Partial<PlanValues> = {}): PlanValues {
  const names = Object.keys(PLAN_VARIABLES) as PlanVariable[]
  const empty = Object.fromEntries(names.map((name) => [name, EMPTY[PLAN_VARIABLES[name].kind]]))
  return {
    ...(empty as PlanValues),
    pkg_name: "tree",
    pkg_origin: "acme",
    pkg_version: "1.0",
    pkg_release: "20240102030405",
    pkg_target: "x86_64-linux",
    pkg_prefix: "/hab/pkgs/acme/tree/1.0/20240102030405",
    pkg_svc_user: "hab",
    pkg_svc_group: "hab",
    ...changes,
  }
}
