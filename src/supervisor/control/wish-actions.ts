import type { ControlActions, StopRequest } from "../gateway/routes.ts"
import type { BegunOperation, SetActions } from "../set/set-actions.ts"
import type { SetHookEvent } from "../set/set-hooks.ts"
import { ALL_SERVICES } from "../set/set-status.ts"
import { readSpecs } from "../spec/spec-files.ts"
import type { StopWish } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import type { Choice } from "./loaded-specs.ts"
import {
  NO_SERVICES,
  type OperationContext,
  type OperationResult,
  restartServices,
  wantServices,
} from "./operations.ts"

/** Starting, stopping and restarting services and sets. */
export function wishActions(
  supervisor: Supervisor,
  operations: OperationContext,
  sets: SetActions,
): Pick<ControlActions, "start" | "stop" | "restart"> {
  const parts = { supervisor, sets, operations }
  return {
    start: (choice) =>
      withSets(parts, choice, {
        around: ["pre-start", "post-start"],
        ofSet: (set) => sets.start(set),
        ofLoose: (loose) => start(supervisor, operations, loose),
      }),
    stop: (request) =>
      withSets(parts, request, {
        around: ["pre-stop", "post-stop", ...(request.clean === true ? (["pre-delete"] as const) : [])],
        ofSet: (set) => sets.stop(set, { ...stopWishOf(request), clean: request.clean === true }),
        ofLoose: (loose) => stop(supervisor, operations, { ...request, ...loose }),
      }),
    restart: ({ force, ...choice }) =>
      withSets(parts, choice, {
        around: ["pre-restart", "pre-stop", "post-stop", "pre-start", "post-start", "post-restart"],
        ofSet: (set) => sets.restart(set, force === true),
        ofLoose: (loose) => restart(supervisor, operations, loose, force === true),
      }),
  }
}

type Parts = Readonly<{ supervisor: Supervisor; sets: SetActions; operations: OperationContext }>

/** `around`: the events of the supervisor that stand around it where it is about all services. */
type Wish = Readonly<{
  around: readonly SetHookEvent[]
  ofSet: (set: string) => BegunOperation
  ofLoose: (loose: Choice) => OperationResult
}>

/**
 * Sets are dealt with as wholes, all other services one by one; all together where the supervisor has hooks around that
 * (spec lifecycle §C.6).
 */
function withSets(
  { supervisor, sets, operations }: Parts,
  choice: Choice,
  { around, ofSet, ofLoose }: Wish,
): OperationResult {
  if (choice.all === true && supervisor.hooks.has(around, "manual") && readSpecs(operations).specs.size > 0) {
    const message = "Supervisor acting on all services."
    return { changed: true, message, names: [], sets: [ofSet(ALL_SERVICES)] }
  }
  const names = sets.chosen(choice)
  if (names.length === 0) return ofLoose(choice)
  const none: OperationResult = { changed: false, message: NO_SERVICES, names: [] }
  const loose = choice.all === true ? ofLoose({ all: "loose" }) : none
  const begun = names.map(ofSet)
  const told = names.map((name) => `Supervisor acting on the set ${name}.`)
  const message = [...(loose.message === NO_SERVICES ? [] : [loose.message]), ...told].join("\n")
  return { changed: true, message, names: loose.names, sets: begun }
}

function start(supervisor: Supervisor, operations: OperationContext, choice: Choice): OperationResult {
  const { roster } = supervisor
  const result = wantServices(operations, choice, "up")
  supervisor.reconcile("manual", result.names)
  for (const held of result.names.flatMap((name) => roster.services.get(name) ?? [])) {
    roster.heldBack.delete(held.name)
    // Those that were wanted up before see no change of their spec: what rests starts all the same.
    roster.post(held, { tag: "start", reason: "manual" })
  }
  return result
}

function restart(
  supervisor: Supervisor,
  operations: OperationContext,
  choice: Choice,
  force: boolean,
): OperationResult {
  const { services } = supervisor.roster
  const wasUp = [...services.values()].filter((held) => held.spec.desiredState === "up")
  const result = restartServices(operations, choice)
  supervisor.reconcile("manual", result.names)
  for (const held of result.names.flatMap((name) => services.get(name) ?? [])) {
    if (wasUp.includes(held)) supervisor.restart(held, force)
  }
  return result
}

function stop(supervisor: Supervisor, operations: OperationContext, request: StopRequest): OperationResult {
  const { roster } = supervisor
  const wish = stopWishOf(request)
  const result = wantServices(operations, request, "down")
  const meant = result.names.flatMap((name) => roster.services.get(name) ?? [])
  for (const held of meant) held.stopWish = wish
  supervisor.reconcile("manual", result.names)
  // Those that were wanted down before and still live hear it again: whoever asks last says how.
  for (const held of meant.filter((one) => one.stopWish !== undefined)) {
    held.stopWish = undefined
    roster.post(held, { tag: "stop", reason: "manual", ...wish })
  }
  return result
}

/** What a request says of how to stop. */
export function stopWishOf({ shutdownTimeoutSec, force }: StopRequest): StopWish {
  return {
    ...(shutdownTimeoutSec === undefined ? {} : { timeoutMs: shutdownTimeoutSec * 1000 }),
    ...(force === undefined ? {} : { force }),
  }
}
