import type { EventName } from "../../hooks/events.ts"
import type { Reason } from "../../hooks/reasons.ts"
import type { DeclaredHooks } from "../hooks/declared-hooks.ts"
import type { Release } from "../release.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"
import type { Before } from "./snapshots.ts"

/** What becomes of a service that is loaded, changed or unloaded; `replace`: another package or group of the same name. */
export type ChangeVerb = "create" | "update" | "delete" | "replace"

type Bracket = Readonly<{
  operation: "create" | "update" | "delete"
  before: readonly EventName[]
  /** When nothing is left of what is replaced, and before what replaces it starts. */
  between?: readonly EventName[]
  after: readonly EventName[]
}>

/** The events around each change, in their order (spec lifecycle §C.2, decisions 28). */
export const BRACKETS: Readonly<Record<ChangeVerb, Bracket>> = {
  create: { operation: "create", before: ["pre-create"], after: ["post-create"] },
  update: { operation: "update", before: ["pre-update"], after: ["post-update"] },
  delete: { operation: "delete", before: ["pre-delete"], after: ["post-delete"] },
  replace: {
    operation: "create",
    before: ["pre-create", "pre-delete"],
    between: ["post-delete"],
    after: ["post-create"],
  },
}

/** Every event around a change, in their order. */
export function eventsOf({ before, between = [], after }: Bracket): readonly EventName[] {
  return [...before, ...between, ...after]
}

/** One change of one service, with what has to be known to run its hooks. */
export type ServiceChange = Readonly<{
  verb: ChangeVerb
  /** Its hooks and its process; of a create, a service that is not listed yet. */
  held: Supervised
  /** What is wanted; of a delete, what was. */
  spec: ServiceSpec
  /** The hooks that are declared with what is wanted. */
  declared: DeclaredHooks
  /** Of a replacement: the release that comes, and whose hooks around the removal of the old one. */
  replacement?: Readonly<{ release: Release | undefined; removed: DeclaredHooks }>
  /** It came into force under an earlier supervisor, and this was before it: only hooks after it are owed. */
  resumed?: Before
  reason: Reason
  /** Paths of files that change. */
  changed?: readonly string[]
  /** Hooks cannot keep it from being deleted. */
  force?: boolean
  /** Asked for anew: runs even though the same change was refused before. */
  again?: boolean
  /** Why the hooks before it have to wait: one phrase each. */
  awaits?: () => readonly string[]
  /** Whether it is still wanted when the hooks before it are over. */
  isWanted: () => boolean
  /** Takes it into force; a promise is waited for. */
  act: () => unknown
  /** Hooks kept it from coming into force. */
  refused: (problem: string) => void
}>

/** What whoever writes a spec says of the change that follows. */
export type ChangeWish = Readonly<{
  /** Takes back what was written, when hooks refuse the change. */
  undo?: () => void
  /** Somebody waits for it: error hooks are asked when it fails (decisions 29). */
  waits?: boolean
}>

/** How far the last change of a service is. `before`: its first hooks run; `acting`: it came into force. */
export type ChangeStatus = Readonly<{
  service: string
  /** Counts changes; a later one has a greater number. */
  serial: number
  verb: ChangeVerb
  phase: "before" | "acting" | "after" | "done" | "failed"
  /** What is awaited, for people. */
  step: string
  /** Why it failed. */
  problem: string | null
}>

/** A change that was begun: who waits asks for its end by this number. */
export type BegunChange = Readonly<{ service: string; serial: number }>

/** True while hooks may still refuse it, or it is on its way. */
export function isRunning({ phase }: Pick<ChangeStatus, "phase">): boolean {
  return phase !== "done" && phase !== "failed"
}
