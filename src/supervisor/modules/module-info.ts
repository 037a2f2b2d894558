import type { JavaScriptCall } from "../../hooks/plan-declared.ts"
import { type EventRecord, operationOf } from "../../hooks/record.ts"

/** What a module is handed besides streams (decisions 24), and the process it may talk to. */
export function moduleInfo({ record, surroundings }: JavaScriptCall): Readonly<{
  info: Readonly<Record<string, unknown>>
  run: string | undefined
}> {
  const { subject, pid } = record
  const env = surroundings.env
  const run = pid === undefined ? undefined : surroundings.runId().split("/")[0]
  return {
    run,
    info: {
      ...record,
      ...sidesOf(record),
      operation: operationOf(record.event),
      pm2_env: { ...env, name: subject.name, env, status: "online", pm_cwd: surroundings.cwd ?? "/" },
    },
  }
}

/** What was and what is under the names programs know (decisions 29). */
function sidesOf({ old, new: now }: EventRecord): Readonly<Record<string, unknown>> {
  const sides = { oldInputs: old?.inputs, newInputs: now?.inputs, oldOutputs: old?.outputs, newOutputs: now?.outputs }
  return Object.fromEntries(Object.entries(sides).filter(([, value]) => value !== undefined))
}
