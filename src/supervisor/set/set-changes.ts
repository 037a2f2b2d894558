import { type ChangeStatus, isRunning } from "../change/service-change.ts"
import type { SetTask } from "./set-runner.ts"

/** The change of a service that this operation began. */
function changeOf({ context, since }: SetTask, name: string): ChangeStatus | undefined {
  const status = context.changes.status(name)
  return status !== undefined && status.serial > since ? status : undefined
}

/** True when no hook of a change of the service is to run any more. */
export function isChanged(task: SetTask, name: string): boolean {
  const change = changeOf(task, name)
  return change === undefined || !isRunning(change)
}

/** Why the change of a service failed, if it did. */
export function changeProblem(task: SetTask, name: string): string | undefined {
  const change = changeOf(task, name)
  return change?.phase === "failed" ? (change.problem ?? `${name} could not be changed`) : undefined
}
