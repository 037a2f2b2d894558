import type { HookReport } from "../hooks/execute.ts"
import type { TakenStep } from "./last-process.ts"
import type { Supervised } from "./supervised.ts"

/** Who only watches what services do: events for clients, figures for monitoring. Must not throw. */
export type Observer = Readonly<{
  /** After every step of a service; `held` is as it became. */
  onStep(held: Supervised, step: TakenStep): void
  /** After every run of a hook, install hooks and health checks included. */
  onHook(held: Supervised, report: HookReport): void
}>

/** Several who watch, as one. */
export function observers(...all: readonly Observer[]): Observer {
  return {
    onStep: (held, step) => all.forEach((one) => void one.onStep(held, step)),
    onHook: (held, report) => all.forEach((one) => void one.onHook(held, report)),
  }
}

/** Nobody watches. */
export const UNOBSERVED: Observer = { onStep: () => undefined, onHook: () => undefined }
