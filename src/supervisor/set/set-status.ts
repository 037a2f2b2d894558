import type { HookNow } from "../gateway/explanation.ts"

/** Every service at once, as if it were a set (spec lifecycle §C.6, "start all"). No set can be called so. */
export const ALL_SERVICES = "*"

const SET_VERBS = ["apply", "start", "stop", "restart"] as const
export type SetVerb = (typeof SET_VERBS)[number]

/** An operation on a set: the last one, running or over. */
export type SetOperation = Readonly<{
  serial: number
  verb: SetVerb
  state: "running" | "done" | "failed"
  /** Why it failed. */
  problem: string | null
  /** What it waits for. */
  step: string
}>

/** What the control API says of an applied set. */
export type SetStatus = Readonly<{
  name: string
  file: string
  services: readonly string[]
  /** Its own hooks that run now. */
  running: readonly HookNow[]
  /** Null when nobody asked anything of it since this supervisor started. */
  operation: SetOperation | null
}>
