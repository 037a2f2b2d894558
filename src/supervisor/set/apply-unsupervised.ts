import type { OperationContext, OperationResult } from "../control/operations.ts"
import { removeSpec, writeSpec } from "../spec/spec-files.ts"
import { type ApplySetRequest, describePlan, planSet } from "./apply-set.ts"
import { writeAppliedSet } from "./set-files.ts"

/** Writes a set where no supervisor runs: the next one starts it, hooks included. Throws as `planSet`. */
export function applyUnsupervised(context: OperationContext, request: ApplySetRequest): OperationResult {
  const plan = planSet(context, request)
  writeAppliedSet(context, plan.set)
  for (const { tag, name, spec } of plan.changes) {
    if (tag === "remove") removeSpec(context, name)
    else if (tag !== "unchanged") writeSpec(context, spec)
  }
  return {
    changed: plan.setChanged || plan.changes.some(({ tag }) => tag !== "unchanged"),
    message: describePlan(plan),
    names: plan.changes.filter(({ tag }) => tag !== "remove").map(({ name }) => name),
  }
}
