import type { StateTag } from "./service.ts"

/** Nothing of the service is alive, and somebody may want it. */
export const RESTING = ["down", "blocked", "waiting"] as const satisfies readonly StateTag[]

/** A run has begun and its process is not known to be there yet. */
export const COMING = [
  "preparing",
  "rendering",
  "initializing",
  "refreshing",
  "starting",
] as const satisfies readonly StateTag[]

/** The run is being ended. */
export const ENDING = ["stopping", "cleaning"] as const satisfies readonly StateTag[]

/** No supervisor cares for the service any more. */
export const OVER = ["gone", "detached"] as const satisfies readonly StateTag[]

/** Every state in which events still mean something. */
export const LIVING = [...RESTING, ...COMING, "up", "leaving", ...ENDING] as const satisfies readonly StateTag[]
