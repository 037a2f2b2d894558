import type { HookReport } from "../hooks/execute.ts"
import type { TakenStep } from "./last-process.ts"
import type { Supervised } from "./supervised.ts"

/** Who only watches what services do: events for clients, figures for monitoring. Must not throw. */
export type Observer = Readonly<{
  /** After every step of a service; `held` is as it became. */
  onStep(held: Supervised, step: TakenStep): void
  /** After every run of a hook, install hooks and health checks included. */
  onHook(held: Supervised, report: HookReport): void
  /** What becomes of an update of its package. */
  onUpdate(held: Supervised, news: UpdateNews): void
}>

/** `begun`: it goes over; `healthy`: it did, and is well; `rejected`: it is not, and goes back to what was `before`. */
export type UpdateNews = Readonly<{
  what: "begun" | "healthy" | "rejected"
  release: string
  before?: string
  problem?: string
}>

/** Several who watch, as one. */
export function observers(...all: readonly Observer[]): Observer {
  return {
    onStep: (held, step) => all.forEach((one) => void one.onStep(held, step)),
    onHook: (held, report) => all.forEach((one) => void one.onHook(held, report)),
    onUpdate: (held, news) => all.forEach((one) => void one.onUpdate(held, news)),
  }
}

/** Nobody watches. */
export const UNOBSERVED: Observer = { onStep: () => undefined, onHook: () => undefined, onUpdate: () => undefined }
