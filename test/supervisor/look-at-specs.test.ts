import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { createSpecLook, type LookContext } from "../../src/supervisor/look-at-specs.ts"
import { writeSpec } from "../../src/supervisor/spec/spec-files.ts"
import type { Supervised } from "../../src/supervisor/supervised.ts"
import { commandSpec, heldService } from "../support/held-service.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

/** Services that are up, and turns that are taken one by one; `journal`: what was posted, and the ends of looks. */
function createWorld(...names: readonly string[]) {
  const specs = { files: memoryFileSystem(), layout: createLayout({ root: "/r", enclosed: true }), env: {} }
  const services = new Map(names.map((name) => [name, heldService(commandSpec(name))]))
  for (const { spec } of services.values()) writeSpec(specs, spec)
  const journal: string[] = []
  const turns: (() => void)[] = []
  const post = (held: Supervised, { tag, reason }: { tag: string; reason: string }) => {
    journal.push(`${held.name} ${tag} ${reason}`)
  }
  const changes = { isPending: () => false, wake: () => journal.push("over") }
  const known = { has: () => true, takeEarlier: () => [], note: () => undefined, keep: () => undefined }
  const roster = { services, broken: new Map(), creating: new Map(), heldBack: new Map(), post }
  const looking = {
    ...{
      context: { host: { files: specs.files, env: {} }, layout: specs.layout },
      roster,
      known,
      say: () => undefined,
    },
    changing: (reason: string) => ({ roster, changes, known, reason }),
    inTurn: (job: () => void) => void turns.push(job),
  } as unknown as LookContext
  const want = (name: string, desiredState: "up" | "down") => {
    const held = services.get(name)
    if (held !== undefined) writeSpec(specs, { ...held.spec, desiredState })
  }
  const takeTurns = (count = Number.POSITIVE_INFINITY) => {
    for (let turn = 0; turn < count && turns.length > 0; turn += 1) turns.shift()?.()
  }
  return { ...createSpecLook(looking), journal, takeTurns, want, names }
}

function allWantedDown() {
  const world = createWorld("a", "b", "c", "d")
  for (const name of world.names) world.want(name, "down")
  return world
}

describe("a look at the specs", () => {
  it("is over when it returns where nothing differs", async () => {
    const { look, done, journal } = createWorld("a", "b")
    look("load")
    await done()
    expect(journal).toEqual(["over"])
  })

  it("does at once what somebody waits for, and the rest in turn with other work, in order", async () => {
    const { look, done, journal, takeTurns } = allWantedDown()
    look("manual", ["c"])
    expect(journal).toEqual(["c stop manual"])
    takeTurns(1)
    expect(journal).toEqual(["c stop manual", "a stop manual"])
    const over = done()
    takeTurns()
    await over
    expect(journal.slice(2)).toEqual(["b stop manual", "d stop manual", "over"])
  })

  it("is overtaken by the next one: each service is dealt with once, by what is wanted last", () => {
    const { look, journal, takeTurns, want } = allWantedDown()
    look("load")
    takeTurns(2)
    want("c", "up")
    look("load", ["d"])
    takeTurns()
    expect(journal).toEqual(["a stop manual", "b stop manual", "d stop manual", "over"])
  })

  it("is left as it is when the supervisor goes", async () => {
    const { look, done, giveUp, journal, takeTurns } = allWantedDown()
    look("load")
    takeTurns(1)
    giveUp()
    takeTurns()
    await done()
    expect(journal).toEqual(["a stop manual"])
  })
})
