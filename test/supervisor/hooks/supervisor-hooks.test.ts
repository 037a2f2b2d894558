import { describe, expect, it } from "vitest"
import type { Problem } from "../../../src/base/errors.ts"
import { createLayout } from "../../../src/base/layout.ts"
import { readDeclarations } from "../../../src/hooks/read-declarations.ts"
import type { SupervisorContext } from "../../../src/supervisor/context.ts"
import { createSupervisorHooks, type HookParts } from "../../../src/supervisor/hooks/supervisor-hooks.ts"
import { createExitInbox } from "../../../src/supervisor/launcher/client-groups.ts"
import type { ProcessRequest } from "../../../src/supervisor/launcher/protocol.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { fakeUsers } from "../../support/fake-users.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"
import { settle } from "../../support/settle.ts"

const FOLDER = "/hab/sup/default/config"
const NEVER = new AbortController().signal

/** The supervisor's hooks over a launcher that plays them: `ends` says how each line ends; what is not named runs on. */
function hooksOf(tables: Readonly<Record<string, unknown>>, ends: Readonly<Record<string, number>> = {}) {
  const problems: Problem[] = []
  const source = { declaredIn: "supervisor", subject: "supervisor", folder: FOLDER, placeOf: () => "sup.toml" } as const
  const declared = readDeclarations(tables, source, problems)
  expect(problems).toEqual([])
  const clock = fakeClock()
  const files = memoryFileSystem()
  files.makeDirectories(FOLDER)
  const exits = createExitInbox()
  const spawned: ProcessRequest[] = []
  const killed: string[] = []
  const said: string[] = []
  const end = (id: string, code: number) => void exits.deliver({ id, status: { tag: "exited", code } })
  const launcher = {
    async spawn(request: ProcessRequest) {
      spawned.push(request)
      const code = ends[lineOf(request)]
      if (code !== undefined) queueMicrotask(() => end(request.id, code))
      return { tag: "started", pid: spawned.length, startedMs: 0 }
    },
    signal(id: string, signal: string) {
      killed.push(`${signal} ${id}`)
      end(id, 137)
    },
    emptied: () => Promise.resolve(),
    acknowledge: () => undefined,
  }
  const context = {
    ...{ launcher, layout: createLayout({ root: "/", enclosed: true }), version: "1" },
    host: { clock, files, users: fakeUsers(), env: { PATH: "/bin", SECRET: "x" }, pid: 7 },
    hooks: { declared, allowUsers: [], exitWaitMs: 5_000 },
  } as unknown as SupervisorContext
  const say: HookParts["say"] = (_, __, text) => void said.push(text)
  const parts = { exits, say, modules: {} as HookParts["modules"] }
  return {
    hooks: createSupervisorHooks(context, parts),
    spawned,
    killed,
    said,
    clock,
    lines: () => spawned.map(lineOf),
  }
}

const lineOf = ({ argv }: ProcessRequest) => argv.at(-1) ?? ""

describe("hooks of the supervisor itself", () => {
  it("run one after the other, in the folder of their file, with little of its environment", async () => {
    const tables = {
      "pre-start": [{ run: "a" }, { run: "b" }],
      "on-init": [{ run: "first" }],
      "post-stop": { run: "c" },
    }
    const { hooks, spawned, lines } = hooksOf(tables, { a: 0, b: 0, first: 0 })
    expect(await hooks.run("pre-start", "boot", NEVER)).toEqual({ tag: "passed" })
    expect(lines()).toEqual(["first", "a", "b"])
    expect(spawned[0]).toMatchObject({
      cwd: FOLDER,
      env: { PATH: "/bin", HAB_HOOK_REASON: "boot", HAB_HOOK_SUBJECT: "supervisor" },
    })
    expect(spawned[0]?.env).not.toHaveProperty("SECRET")
  })

  it("stop at the first failure that counts; once they succeeded, those with once are left out", async () => {
    const { hooks, lines } = hooksOf(
      { "on-init": { run: "first" }, "pre-start": [{ run: "a" }, { run: "b" }] },
      { first: 0, a: 3 },
    )
    expect(await hooks.run("pre-start", "boot", NEVER)).toMatchObject({ tag: "failed" })
    expect(await hooks.run("pre-start", "manual", NEVER)).toMatchObject({ tag: "failed" })
    expect(lines()).toEqual(["first", "a", "a"])
  })

  it("are told apart by reason: those of the process do not run around all services", () => {
    const { hooks } = hooksOf({ "on-run": { run: "a" }, "on-shutdown": { run: "b" }, "pre-restart": { run: "c" } })
    expect([hooks.has(["pre-start"], "boot"), hooks.has(["pre-start", "pre-stop"], "manual")]).toEqual([true, false])
    expect(hooks.has(["post-restart", "pre-restart"], "manual")).toBe(true)
  })

  it("have one deadline together with what is done beside them, and are killed by name when it is over", async () => {
    const { hooks, killed, said, clock, lines } = hooksOf(
      { "on-shutdown": [{ run: "quick" }, { run: "slow" }] },
      { quick: 0 },
    )
    let isClosed = false
    const closing = new Promise<void>((resolve) => clock.schedule(1_000, resolve)).then(() => {
      isClosed = true
    })
    let isOver = false
    const within = hooks.runWithin("pre-stop", "shutdown", closing).then(() => {
      isOver = true
    })
    await settle()
    expect(lines().sort()).toEqual(["quick", "slow"])
    clock.advance(4_999)
    await settle()
    expect([isOver, isClosed]).toEqual([false, true])
    clock.advance(1)
    await within
    expect(said[0]).toContain("at most 5 s (exit_wait) for its 2 hooks of pre-stop")
    expect(said.slice(1)).toEqual([
      expect.stringMatching(/^hook\[on-shutdown-supervisor-2\] is ended: it did not finish within 5 s/),
    ])
    expect(killed.some((line) => line.startsWith("SIGKILL"))).toBe(true)
  })

  it("let the ports close without hooks, and no longer than the deadline", async () => {
    const { hooks, clock, said } = hooksOf({})
    let isOver = false
    void hooks.runWithin("pre-stop", "shutdown", new Promise(() => undefined)).then(() => {
      isOver = true
    })
    await settle()
    expect(isOver).toBe(false)
    clock.advance(5_000)
    await settle()
    expect(isOver).toBe(true)
    expect(said).toEqual([])
  })
})
