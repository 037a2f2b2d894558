import { describe, expect, it } from "vitest"
import { supervisorPaths } from "../../../src/base/layout.ts"
import { SetFailure, type SetTask } from "../../../src/supervisor/set/set-runner.ts"
import { ALL_SERVICES } from "../../../src/supervisor/set/set-status.ts"
import { overWith, setWorld } from "../../support/set-world.ts"

/** Two sets without services. */
function twoSets() {
  const world = setWorld()
  world.apply("shop", [])
  world.apply("bar", [])
  const operationOf = (name: string) => world.runner.status().find((set) => set.name === name)?.operation
  return { ...world, world, operationOf }
}

const forEver = ({ until }: SetTask) => until("the end of days", () => false)

describe("operations on sets", () => {
  it("are told by their number, what they wait for, and how they ended", async () => {
    const { world, runner, operationOf } = twoSets()
    expect(operationOf("shop")).toBeNull()
    let isReady = false
    const serial = runner.begin("shop", "start", "manual", ({ until }) => until("db to start", () => isReady))
    await Promise.resolve()
    expect(operationOf("shop")).toMatchObject({ serial, verb: "start", state: "running", step: "db to start" })
    isReady = true
    runner.wake()
    expect(await overWith(world, "shop")).toBeUndefined()
    expect(operationOf("shop")).toMatchObject({ serial, state: "done", step: "" })
    expect(runner.begin("shop", "stop", "manual", async () => undefined)).toBe(serial + 1)
  })

  it("end with what went wrong, which is said", async () => {
    const { world, runner, journal } = twoSets()
    runner.begin("shop", "start", "manual", () => Promise.reject(new SetFailure("db is gone")))
    expect(await overWith(world, "shop")).toBe("db is gone")
    expect(journal).toEqual(["said: db is gone"])
  })

  it("give way to the next one on the same set, which waits for their end; other sets go on", async () => {
    const { world, runner, operationOf, journal } = twoSets()
    const begun: string[] = []
    runner.begin("shop", "start", "manual", forEver)
    runner.begin("bar", "start", "manual", forEver)
    runner.begin("shop", "stop", "manual", async () => void begun.push(operationOf("bar")?.state ?? ""))
    expect(await overWith(world, "shop")).toBeUndefined()
    expect(begun).toEqual(["running"])
    expect(journal).toEqual([])
  })

  it("give way to one on all services, and that to one on any set", async () => {
    const { world, runner, operationOf } = twoSets()
    runner.begin("shop", "start", "manual", forEver)
    runner.begin("bar", "start", "manual", forEver)
    runner.begin(ALL_SERVICES, "stop", "manual", forEver)
    expect(await overWith(world, "shop")).toBe("another operation on the set was asked for")
    expect(await overWith(world, "bar")).toBeDefined()
    expect(operationOf(ALL_SERVICES)).toMatchObject({ state: "running" })
    runner.begin("bar", "start", "manual", async () => undefined)
    expect(await overWith(world, ALL_SERVICES)).toBeDefined()
    expect(await overWith(world, "bar")).toBeUndefined()
  })

  it("owe a stop until it is over, whatever becomes of this supervisor, or something else is asked of the set", async () => {
    const { world, runner } = twoSets()
    const owedLater = () => setWorld(world.context.specs.files).runner.owed()
    const serial = runner.begin("shop", "stop", "manual", forEver, { wish: { force: true } })
    const owed = { set: "shop", serial, wish: { force: true } }
    expect(owedLater()).toEqual([owed])
    runner.begin("bar", "stop", "manual", async () => undefined, { wish: {} })
    expect(await overWith(world, "bar")).toBeUndefined()
    expect(owedLater()).toEqual([owed])
    await runner.giveUpAll()
    expect(owedLater()).toEqual([owed])
    runner.begin("shop", "start", "manual", forEver)
    expect(owedLater()).toEqual([])
    runner.begin("shop", "stop", "manual", () => Promise.reject(new SetFailure("refused")), { wish: {} })
    expect(await overWith(world, "shop")).toBe("refused")
    expect(owedLater()).toEqual([])
  })

  it("begin no stop that cannot be written down, and repeat none that cannot be understood", () => {
    const { world, runner, operationOf } = twoSets()
    const { files, layout } = world.context.specs
    const { data } = supervisorPaths(layout)
    files.makeDirectories(data)
    files.makeDirectories(`${data}/stops.json`)
    expect(() => runner.begin("shop", "stop", "manual", forEver, { wish: {} })).toThrow()
    expect(operationOf("shop")).toBeNull()
    files.removeDirectory(`${data}/stops.json`)
    files.writeFile(`${data}/stops.json`, '[{ "set": 1 }, null]')
    expect(setWorld(files).runner.owed()).toEqual([])
  })

  it("are all given up when the supervisor goes", async () => {
    const { runner, operationOf } = twoSets()
    runner.begin("shop", "start", "manual", forEver)
    await runner.giveUpAll()
    expect(operationOf("shop")).toMatchObject({ state: "failed" })
  })
})
