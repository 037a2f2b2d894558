import { HabError } from "../../base/errors.ts"
import type { OperationContext, OperationResult } from "../control/operations.ts"
import type { Reason } from "../service/messages.ts"
import { type ApplySetRequest, describePlan, planSet } from "./apply-set.ts"
import type { SetStopWish } from "./owed-stops.ts"
import { readAppliedSets } from "./set-files.ts"
import type { SetRunner } from "./set-runner.ts"
import type { SetStatus } from "./set-status.ts"
import { applySet, restartSet, startSet, stopSet } from "./set-steps.ts"

/** An operation that was begun on a set: who waits asks for its end by this number. */
export type BegunOperation = Readonly<{ name: string; serial: number }>

export type SetActions = Readonly<{
  apply(request: ApplySetRequest): OperationResult
  start(set: string, reason?: Reason): BegunOperation
  stop(set: string, wish: SetStopWish): BegunOperation
  restart(set: string, force: boolean): BegunOperation
  /** Names of the applied sets a choice is about. Throws SET_NOT_FOUND. */
  chosen(choice: Readonly<{ set?: string; all?: unknown }>): readonly string[]
  status(): readonly SetStatus[]
}>

/** What the control API does with sets (decisions 31). */
export function setActions(operations: OperationContext, runner: SetRunner): SetActions {
  return {
    apply(request) {
      const plan = planSet(operations, request)
      const { name } = plan.set
      const names = plan.changes.filter(({ tag }) => tag !== "remove").map((change) => change.name)
      const changed = plan.setChanged || plan.changes.some(({ tag }) => tag !== "unchanged")
      const message = describePlan(plan)
      const last = runner.status().find((set) => set.name === name)?.operation
      if (!changed && last?.state !== "failed") return { changed, message, names }
      const serial = runner.begin(name, "apply", "apply", (task) => applySet(task, plan, request.force === true))
      return { changed: true, message, names: [], sets: [{ name, serial }] }
    },
    start: (name, reason = "manual") => ({
      name,
      serial: runner.begin(name, "start", reason, (task) => startSet(task)),
    }),
    stop: (name, wish) => ({
      name,
      serial: runner.begin(name, "stop", "manual", (task) => stopSet(task, wish), { wish }),
    }),
    restart: (name, force) => ({
      name,
      serial: runner.begin(name, "restart", "manual", (task) => restartSet(task, force)),
    }),
    chosen({ set, all }) {
      const applied = readAppliedSets(operations).map(({ name }) => name)
      if (set === undefined) return all === true ? applied : []
      if (applied.includes(set)) return [set]
      throw new HabError("SET_NOT_FOUND", `no set '${set}' was applied`, {
        hint: applied.length === 0 ? "hab svc apply FILE" : `there are: ${applied.join(", ")}`,
      })
    },
    status: () => runner.status(),
  }
}
