import { expect, it } from "vitest"
import { type History, judge, type SupervisorLife } from "../../../src/supervisor/launcher/verdict.ts"

const exit = (code: number) => ({ tag: "exited", code }) as const
const killed = { tag: "signaled", signal: "SIGKILL" } as const
const steady: SupervisorLife = { status: killed, wasReady: true, elapsedMs: 60_000, reloading: false }
const quick: SupervisorLife = { ...steady, elapsedMs: 500 }
const later: History = { first: false, failures: 0, stopping: false }
const first: History = { ...later, first: true }

it.each([
  ["killed after a while", steady, later, { tag: "respawn", afterMs: 0, failures: 0 }],
  ["failed after a while", { ...steady, status: exit(1) }, later, { tag: "respawn", afterMs: 0, failures: 0 }],
  ["died young, once", quick, later, { tag: "respawn", afterMs: 0, failures: 1 }],
  ["died young, twice", quick, { ...later, failures: 1 }, { tag: "respawn", afterMs: 1_000, failures: 2 }],
  ["died young, four times", quick, { ...later, failures: 3 }, { tag: "respawn", afterMs: 4_000, failures: 4 }],
  ["died young all day", quick, { ...later, failures: 99 }, { tag: "respawn", afterMs: 30_000, failures: 100 }],
  ["not ready later", { ...quick, wasReady: false }, later, { tag: "respawn", afterMs: 0, failures: 1 }],
  [
    "reloaded",
    { ...quick, status: exit(0), reloading: true },
    { ...later, failures: 3 },
    { tag: "respawn", afterMs: 0, failures: 0 },
  ],
  [
    "failed to reload",
    { ...quick, status: exit(1), reloading: true },
    later,
    { tag: "respawn", afterMs: 0, failures: 1 },
  ],
  ["said 86", { ...steady, status: exit(86) }, later, { tag: "end", exitCode: 86, adopted: "stop" }],
  ["said 84", { ...steady, status: exit(84) }, first, { tag: "end", exitCode: 0, adopted: "stop" }],
  [
    "failed at first",
    { ...quick, status: exit(2), wasReady: false },
    first,
    { tag: "end", exitCode: 2, adopted: "leave" },
  ],
  [
    "left at first",
    { ...quick, status: exit(0), wasReady: false },
    first,
    { tag: "end", exitCode: 1, adopted: "leave" },
  ],
  ["killed at first", { ...quick, wasReady: false }, first, { tag: "end", exitCode: 1, adopted: "leave" }],
  [
    "ended when asked",
    { ...steady, status: exit(0) },
    { ...later, stopping: true },
    { tag: "end", exitCode: 0, adopted: "stop" },
  ],
  ["killed while stopping", quick, { ...first, stopping: true }, { tag: "end", exitCode: 0, adopted: "stop" }],
] as const)("a supervisor that %s", (_, life, history, verdict) => {
  expect(judge(life, history)).toEqual(verdict)
})
