import { describe, expect, it } from "vitest"
import {
  isProcessDescription,
  parseFromLauncher,
  parseToLauncher,
} from "../../../src/supervisor/launcher/parse-message.ts"

const process = {
  id: "run-1",
  kind: "run",
  service: "redis",
  runId: "run-1",
  label: "redis.run",
  argv: ["/hab/svc/redis/run"],
  env: { PATH: "/bin" },
  user: { name: "hab", uid: 1, gid: 1 },
  output: {
    preamble: "redis.default",
    lines: "run",
    log: { directory: "/l", name: "run", keep: "rotated" },
    headBytes: 0,
  },
}
const spawn = { tag: "spawn", request: 1, process }

describe("messages to the launcher", () => {
  it.each([
    spawn,
    { tag: "ready", protocol: 1 },
    { tag: "signal", runId: "run-1/4", signal: "SIGTERM" },
    { tag: "watch-empty", runId: "run-1" },
    { tag: "acknowledge", id: "run-1" },
    { tag: "shutdown-done", from: "a newer supervisor" },
  ])("are taken as they are: %j", (message) => {
    expect(parseToLauncher(message)).toBe(message)
  })

  it.each([
    undefined,
    "spawn",
    [],
    {},
    { tag: "toString" },
    { tag: "from the future" },
    { tag: "signal", runId: "run-1", signal: 9 },
    { tag: "signal", runId: "run-1", signal: "kill -9" },
    { tag: "watch-empty", runId: "" },
    { tag: "acknowledge", id: "with space" },
    { ...spawn, request: "1" },
    { ...spawn, process: { ...process, id: "a\u0000b" } },
    { ...spawn, process: { ...process, argv: [] } },
    { ...spawn, process: { ...process, argv: "sh" } },
    { ...spawn, process: { ...process, env: { PATH: 1 } } },
    { ...spawn, process: { ...process, kind: "daemon" } },
    { ...spawn, process: { ...process, user: { name: "hab" } } },
    { ...spawn, process: { ...process, output: { ...process.output, log: { directory: "/l" } } } },
  ])("are passed over when they make no sense to us: %j", (message) => {
    expect(parseToLauncher(message)).toBeUndefined()
  })
})

describe("messages from the launcher", () => {
  const hello = {
    tag: "hello",
    protocol: 1,
    version: "0.1.0",
    pid: 5,
    console: { json: false, color: true },
    processes: [
      {
        id: "a",
        kind: "run",
        service: "s",
        runId: "a",
        pid: 7,
        startedMs: 1,
        adopted: false,
        status: { tag: "exited", code: 0 },
      },
    ],
    respawned: false,
  }

  it("are taken as they are", () => {
    for (const message of [hello, { tag: "exited", id: "a", status: { tag: "unknown" } }, { tag: "reload" }]) {
      expect(parseFromLauncher(message)).toBe(message)
    }
  })

  it("are passed over when they make no sense to us", () => {
    const broken = [
      { ...hello, processes: [{}] },
      { ...hello, console: {} },
      { tag: "exited", id: "a", status: "dead" },
    ]
    expect(broken.map(parseFromLauncher)).toEqual([undefined, undefined, undefined])
  })
})

it("what is written down of a process is checked like a message", () => {
  const { argv: _argv, env: _env, user: _user, ...description } = process
  expect(isProcessDescription(description)).toBe(true)
  expect(isProcessDescription({ ...description, output: {} })).toBe(false)
  expect(isProcessDescription(undefined)).toBe(false)
})
