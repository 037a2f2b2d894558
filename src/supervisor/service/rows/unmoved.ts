import { EVENT_TAGS } from "../messages.ts"
import type { Row } from "../row.ts"
import { COMING, ENDING, LIVING, OVER, RESTING } from "../state-groups.ts"

/** What a state has no use for, and why that is right. */
export const UNMOVED_ROWS = [
  {
    id: "over",
    in: OVER,
    on: EVENT_TAGS,
    because: "nobody cares for it any more",
  },
  {
    id: "found too late",
    in: ["blocked", "waiting", ...COMING, "up", "leaving", ...ENDING],
    on: ["found-alive", "found-leftovers"],
    because: "an earlier supervisor's run is told before any wish",
  },
  {
    id: "binds unmet, as it knows",
    in: ["blocked"],
    on: ["binds-unmet"],
    because: "it waits for them",
  },
  {
    id: "files updated while not up",
    in: [...RESTING, ...COMING, "leaving", ...ENDING],
    on: ["files-updated"],
    because: "the hook runs for a running service only (decisions 13)",
  },
  {
    id: "hooks nobody waits for",
    in: [...RESTING, "rendering", "refreshing", "starting", "stopping"],
    on: ["hooks-done"],
    because: "the list was ended with the run, or runs beside nothing",
  },
  {
    id: "a list that is not the state's",
    in: ["preparing", "initializing", "cleaning"],
    on: ["hooks-done"],
    because: "it was ended and answers late",
  },
  {
    id: "rendered for nobody",
    in: [...RESTING, "preparing", "initializing", "starting", ...ENDING],
    on: ["rendered", "render-failed"],
    because: "the next run renders anew",
  },
  {
    id: "a spawn that was given up",
    in: [...RESTING, "preparing", "rendering", "initializing", "refreshing", "up", "leaving", ...ENDING],
    on: ["process-started", "start-failed"],
    because: "terminate ends it when it lands",
  },
  {
    id: "the end of nothing",
    in: ["preparing", "rendering", "initializing", "refreshing"],
    on: ["process-exited"],
    because: "there is no process in this run",
  },
  {
    id: "emptied unasked",
    in: [...RESTING, ...COMING, "up", "leaving", "cleaning"],
    on: ["emptied"],
    because: "only stopping asks for it",
  },
  {
    id: "health of nothing",
    in: [...RESTING, ...COMING, ...ENDING],
    on: ["health-result", "health-timer"],
    because: "only a running service is judged",
  },
  {
    id: "a check that was called off",
    in: ["leaving"],
    on: ["health-timer"],
    because: "a service that is about to stop is not judged",
  },
  {
    id: "a kill that was called off",
    in: LIVING.filter((state) => state !== "stopping"),
    on: ["kill-timer"],
    because: "nothing is alive, or it is not to die",
  },
  {
    id: "a wait that was called off",
    in: LIVING.filter((state) => state !== "waiting"),
    on: ["retry-timer"],
    because: "it does not wait",
  },
] as const satisfies readonly Row[]
