import { describe, expect, it } from "vitest"
import { SEQUENCES } from "../../../src/cli/reference/sequences.ts"
import type { ListOutcome } from "../../../src/hooks/runner.ts"
import { type ChangeParts, createChanges } from "../../../src/supervisor/change/change-runner.ts"
import type { ChangeVerb, ServiceChange } from "../../../src/supervisor/change/service-change.ts"
import type { Occasion } from "../../../src/supervisor/hooks/moments.ts"
import type { Roster } from "../../../src/supervisor/roster.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import { commandSpec, heldService } from "../../support/held-service.ts"
import { settle } from "../../support/settle.ts"

type Play = Readonly<{
  /** Events with hooks. */
  hooks?: readonly string[]
  /** Of them, those that fail; `on-error` then gives up. */
  failing?: readonly string[]
  /** Starts that fail before one succeeds. */
  failures?: number
}>

/** One service `web` and the changes of it. */
function world({ hooks = [], failing = [], failures = 0 }: Play = {}) {
  const held = heldService(commandSpec("web"))
  const services = new Map([["web", held]])
  const journal: string[] = []
  const told: Occasion[] = []
  const debts: string[] = []
  let left = failures
  const start = () => {
    left -= 1
    held.service = { ...held.service, state: left >= 0 ? { tag: "waiting", untilMs: 0 } : { tag: "up" } }
  }
  const post = (_: unknown, { tag }: { tag: string }) => {
    if (tag === "start") start()
  }
  const roster = { services, broken: new Map(), post } as unknown as Roster
  const owed = new Map<string, ServiceChange>()
  const parts: ChangeParts = {
    roster,
    hasHooks: (_, events) => events.some((event) => hooks.includes(event)),
    async runHooks(_, occasion) {
      told.push(occasion)
      journal.push(occasion.event)
      debts.push(`${occasion.event}: ${owed.get("web")?.verb ?? "nothing"}`)
      const isBad = failing.includes(occasion.event)
      return [isBad ? { tag: "failed", problem: "it said no" } : { tag: "passed" }] satisfies ListOutcome[]
    },
    prepare: () => undefined,
    say: (_, text) => journal.push(`said: ${text}`),
    owe: (change) => void owed.set(change.held.name, change),
    settle: (name) => void owed.delete(name),
    onProgress() {
      if (held.service.state.tag !== "blocked" || held.isReplacing) return
      journal.push("started")
      start()
      changes.wake()
    },
  }
  const changes = createChanges(parts)
  const change = (verb: ChangeVerb, more: Partial<ServiceChange> = {}): ServiceChange => ({
    ...{ verb, held, spec: held.spec, reason: "load" },
    declared: { spec: [], overlay: { hooks: [], options: new Map(), limits: {} }, supervisor: [] },
    isWanted: () => true,
    act() {
      journal.push("acted")
      if (verb === "delete") services.delete("web")
      else if (verb === "replace") held.service = { ...held.service, state: { tag: "blocked" } }
      else start()
    },
    refused: () => void journal.push("refused"),
    ...more,
  })
  const over = async () => {
    for (let turn = 0; turn < 2_000 && !/done|failed/.test(changes.status("web")?.phase ?? "done"); turn += 1) {
      await Promise.resolve()
    }
    return changes.status("web")
  }
  return { changes, change, journal, told, over, held, services, owed, debts }
}

const waiting = { waits: true } as const
const ofWeb = (wish: object) => new Map([["web", wish]])

describe("a change of a service", () => {
  it("without hooks is in force when it was asked for", () => {
    const { changes, change, journal } = world()
    void changes.run(change("create"))
    expect(journal).toEqual(["acted"])
    expect(changes.status("web")).toBeUndefined()
  })

  it.each([
    ["create", ["pre-create", "acted", "post-create"]],
    ["update", ["pre-update", "acted", "post-update"]],
    ["delete", ["pre-delete", "acted", "post-delete"]],
    ["replace", ["pre-create", "pre-delete", "acted", "post-delete", "started", "post-create"]],
  ] as const)("%s runs its hooks in their order", async (verb, order) => {
    const hooks = ["pre-create", "post-create", "pre-update", "post-update", "pre-delete", "post-delete"]
    const { changes, change, journal, over } = world({ hooks })
    expect(await changes.run(change(verb))).toBeUndefined()
    expect(await over()).toMatchObject({ phase: "done", problem: null })
    expect(journal).toEqual(order)
  })

  it("tells its hooks what was and what is, as far as it exists", async () => {
    const { changes, change, told, over } = world({ hooks: ["pre-update", "post-update"] })
    await changes.run(change("update", { changed: ["config/a"] }))
    await over()
    expect(told.map(({ old, new: now }) => [old?.outputs !== undefined, now?.outputs !== undefined])).toEqual([
      [true, false],
      [true, true],
    ])
    expect(told[0]).toMatchObject({ changed: ["config/a"], reason: "load", new: { inputs: { ident: "local/web" } } })
  })

  it("is kept from coming into force by a hook before it, taken back, and not asked for again by itself", async () => {
    const { changes, change, journal, over } = world({ hooks: ["pre-create"], failing: ["pre-create"] })
    let refused: Promise<string | undefined> = Promise.resolve(undefined)
    const undo = () => void journal.push("undone")
    const [begun] = changes.wishing(ofWeb({ undo }), () => {
      refused = changes.run(change("create"))
    })
    expect(changes.isPending("web")).toBe(true)
    const problem = "the pre-create hooks of web failed: it said no; web is not loaded"
    expect(await refused).toBe(problem)
    expect(await over()).toMatchObject({ serial: begun?.serial, phase: "failed", problem })
    expect(journal).toEqual(["pre-create", `said: ${problem}`, "refused", "undone"])
    expect(await changes.run(change("create"))).toBe(problem)
    expect(journal.slice(4)).toEqual(["refused"])
    void changes.run(change("create", { again: true }))
    await over()
    expect(journal.slice(5)).toContain("pre-create")
  })

  it("goes on against a hook before a removal when it is forced", async () => {
    const { changes, change, journal, over } = world({ hooks: ["pre-delete"], failing: ["pre-delete"] })
    expect(await changes.run(change("delete", { force: true }))).toBeUndefined()
    await over()
    expect(journal).toContain("acted")
  })

  it("stays when a hook after it fails, which is told", async () => {
    const { changes, change, journal, over } = world({ hooks: ["post-create"], failing: ["post-create"] })
    expect(await changes.run(change("create"))).toBeUndefined()
    expect(await over()).toMatchObject({
      phase: "failed",
      problem: "the post-create hooks of web failed: it said no; web stays loaded",
    })
    expect(journal).not.toContain("refused")
  })

  it("fails with what its act says", async () => {
    const { changes, change, over } = world({ hooks: ["pre-update"] })
    const act = () => Promise.reject(new Error("the ring is gone"))
    expect(await changes.run(change("update", { act }))).toBe("the ring is gone")
    expect(await over()).toMatchObject({ phase: "failed" })
  })
})

describe("hooks that are owed after a change", () => {
  it("are remembered from the moment it comes into force to their end", async () => {
    const { changes, change, owed, over, held } = world({ hooks: ["pre-update", "post-update"] })
    let atAct = false
    const act = () => {
      atAct = owed.has("web")
    }
    void changes.run(change("update", { act, isWanted: () => !owed.has("web") }))
    await over()
    expect([atAct, owed.size]).toEqual([true, 0])
    held.service = { ...held.service, state: { tag: "starting" } } as Supervised["service"]
    void changes.run(change("update", { act: () => undefined }))
    await settle()
    await changes.giveUpAll()
    expect(owed.size).toBe(1)
  })

  it("run alone when the change came into force under an earlier supervisor", async () => {
    const hooks = ["pre-update", "post-update"]
    const { changes, change, journal, told, over, owed } = world({ hooks })
    const old = { inputs: { channel: "stable" }, outputs: { pid: 7 } }
    void changes.run(change("update", { resumed: { old }, act: () => undefined }))
    await over()
    expect(journal).toEqual(["post-update"])
    expect(told[0]?.old).toEqual(old)
    expect(owed.size).toBe(0)
  })

  it("of a replacement are those of a creation once the ones after the removal are over", async () => {
    const { changes, change, debts, over } = world({ hooks: ["pre-delete", "post-delete", "post-create"] })
    await changes.run(change("replace"))
    await over()
    expect(debts).toEqual(["pre-delete: nothing", "post-delete: replace", "post-create: create"])
  })

  it("are forgotten when they are declared no more", () => {
    const { changes, change, owed } = world()
    owed.set("web", change("create"))
    void changes.run(change("create", { resumed: {}, act: () => undefined }))
    expect(owed.size).toBe(0)
  })
})

describe("error hooks of a change", () => {
  it("see every error, the newest first, and have it tried again", async () => {
    const { changes, change, told, over } = world({ hooks: ["on-error", "post-create"], failures: 3 })
    changes.wishing(ofWeb(waiting), () => void changes.run(change("create")))
    expect(await over()).toMatchObject({ phase: "done" })
    expect(told.map(({ event, errors }) => [event, errors?.length])).toEqual([
      ["on-error", 1],
      ["on-error", 2],
      ["on-error", 3],
      ["post-create", undefined],
    ])
    expect(told[0]).toMatchObject({ failedOperation: "create" })
  })

  it("stand in the order that the reference prints", async () => {
    const hooks = ["pre-create", "on-error", "post-create"]
    const { changes, change, journal, over } = world({ hooks, failures: 1 })
    changes.wishing(ofWeb(waiting), () => void changes.run(change("create")))
    await over()
    expect(journal.filter((line) => hooks.includes(line))).toEqual(
      SEQUENCES.failure.events.filter((name) => hooks.includes(name)),
    )
  })

  it("are asked 100 times at most", async () => {
    const { changes, change, told, over } = world({ hooks: ["on-error"], failures: 1_000 })
    changes.wishing(ofWeb(waiting), () => void changes.run(change("create")))
    expect(await over()).toMatchObject({ phase: "failed" })
    expect(told).toHaveLength(100)
  })

  it("end it when none of them wants it again, and are not asked where nobody waits", async () => {
    const one = world({ hooks: ["on-error"], failing: ["on-error"], failures: 1 })
    one.changes.wishing(ofWeb(waiting), () => void one.changes.run(one.change("create")))
    expect(await one.over()).toMatchObject({ phase: "failed" })
    const other = world({ hooks: ["on-error"], failures: 1 })
    void other.changes.run(other.change("create"))
    await settle()
    expect(other.changes.status("web")).toMatchObject({ phase: "acting" })
    other.held.service = { ...other.held.service, state: { tag: "up" } } as Supervised["service"]
    other.changes.wake()
    expect(await other.over()).toMatchObject({ phase: "done" })
    expect(other.told).toEqual([])
  })
})

describe("several changes of one service", () => {
  it("give way to the last one, and all of them when the supervisor goes", async () => {
    const { changes, change, journal, over } = world({ hooks: ["pre-update", "pre-delete"] })
    let isAllowed = false
    const first = changes.run(change("update", { awaits: () => (isAllowed ? [] : ["db"]) }))
    await Promise.resolve()
    const second = changes.run(change("delete"))
    expect(await first).toBe("it was given up: something else was asked for")
    isAllowed = true
    expect(await second).toBeUndefined()
    await over()
    expect(journal).toEqual(["pre-delete", "acted"])
    void changes.run(change("update", { awaits: () => ["db"] }))
    await changes.giveUpAll()
    expect(changes.status("web")).toMatchObject({ phase: "failed" })
  })

  it("end without a word when they are not wanted any more", async () => {
    const { changes, change, journal, over } = world({ hooks: ["pre-create"] })
    void changes.run(change("create", { isWanted: () => false }))
    await over()
    expect(journal).toEqual(["pre-create"])
  })
})
