import type { ActionName } from "./actions.ts"
import type { Target } from "./entries.ts"
import type { GuardName } from "./guards.ts"
import type { EventTag } from "./messages.ts"
import type { Next, StateTag } from "./service.ts"

/**
 * Where the run goes in the end: said by the row, by the event, by the state as it is, by what was refused, or by the
 * restart policy: `no` leaves a failed service alone. Where a stop was refused, every way down that nobody asked for
 * leads there and not to another start.
 */
export type NextRule = Next | "wished" | "kept" | "refused" | "by policy"

/**
 * One answer of the machine, as data. Of the rows of a state and event the first one whose conditions all hold answers;
 * the last has none.
 */
export type Row = Readonly<{
  id: string
  in: readonly StateTag[]
  on: readonly EventTag[]
  when?: readonly GuardName[]
  do?: readonly ActionName[]
  /** Default: the state stays. With `next` alone, the state stays and only its next changes. */
  to?: Target
  next?: NextRule
  because: string
}>
