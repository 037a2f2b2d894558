import type { ControlActions, StopRequest } from "./gateway/routes.ts"
import type { Choice } from "./loaded-specs.ts"
import {
  NO_SERVICES,
  type OperationContext,
  type OperationResult,
  restartServices,
  wantServices,
} from "./operations.ts"
import type { BegunOperation, SetActions } from "./set/set-actions.ts"
import type { StopWish } from "./supervised.ts"
import type { Supervisor } from "./supervisor.ts"

/** Starting, stopping and restarting services and sets. */
export function wishActions(
  supervisor: Supervisor,
  operations: OperationContext,
  sets: SetActions,
): Pick<ControlActions, "start" | "stop" | "restart"> {
  return {
    start: (choice) =>
      withSets(
        sets,
        choice,
        (set) => sets.start(set),
        (loose) => start(supervisor, operations, loose),
      ),
    stop: (request) =>
      withSets(
        sets,
        request,
        (set) => sets.stop(set, { ...stopWishOf(request), clean: request.clean === true }),
        (loose) => stop(supervisor, operations, { ...request, ...loose }),
      ),
    restart: ({ force, ...choice }) =>
      withSets(
        sets,
        choice,
        (set) => sets.restart(set, force === true),
        (loose) => restart(supervisor, operations, loose, force === true),
      ),
  }
}

/** Sets are dealt with as wholes, all other services one by one. */
function withSets(
  sets: SetActions,
  choice: Choice,
  ofSet: (set: string) => BegunOperation,
  ofLoose: (loose: Choice) => OperationResult,
): OperationResult {
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
  supervisor.reconcile("manual")
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
  supervisor.reconcile("manual")
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
  supervisor.reconcile("manual")
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
