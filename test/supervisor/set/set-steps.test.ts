import { describe, expect, it } from "vitest"
import { OTHER_SEQUENCES } from "../../../src/cli/reference/sequences.ts"
import { bootSets } from "../../../src/supervisor/set/boot-sets.ts"
import { readAppliedSets } from "../../../src/supervisor/set/set-files.ts"
import type { SetTask } from "../../../src/supervisor/set/set-runner.ts"
import { ALL_SERVICES } from "../../../src/supervisor/set/set-status.ts"
import { applySet, restartSet, startSet, stopSet } from "../../../src/supervisor/set/set-steps.ts"
import { findSpec, writeSpec } from "../../../src/supervisor/spec/spec-files.ts"
import { commandSpec } from "../../support/held-service.ts"
import { overWith, type SetWorld, setWorld } from "../../support/set-world.ts"

const db = commandSpec("db")
const web = commandSpec("web", { dependsOn: { db: "started" } })

/** A set `shop` of web, which needs db, and its start. */
async function shop(): Promise<SetWorld> {
  const world = setWorld()
  world.apply("shop", [web, db])
  await start(world)
  world.journal.length = 0
  return world
}

function start(world: SetWorld, name = "shop") {
  world.runner.begin(name, "start", "manual", (task) => startSet(task))
  return overWith(world, name)
}

function stop(world: SetWorld, wish = {}, name = "shop") {
  world.runner.begin(name, "stop", "manual", (task) => stopSet(task, wish))
  return overWith(world, name)
}

function restart(world: SetWorld, force = false, name = "shop") {
  world.runner.begin(name, "restart", "manual", (task) => restartSet(task, force))
  return overWith(world, name)
}

const stateOf = ({ services }: SetWorld, name: string) => services.get(name)?.service.state.tag

describe("the hooks of a set", () => {
  const eventsOf = (world: SetWorld) => world.journal.flatMap((line) => /^(\S+) of shop$/.exec(line)?.[1] ?? [])
  const acts = {
    start: (world: SetWorld) => start(world),
    stop: (world: SetWorld) => stop(world),
    clean: (world: SetWorld) => stop(world, { clean: true }),
    restart: (world: SetWorld) => restart(world),
  }
  it.each(Object.keys(acts) as (keyof typeof acts)[])("run in the order that the reference prints: %s", async (act) => {
    const world = await shop()
    await acts[act](world)
    expect(eventsOf(world)).toEqual(OTHER_SEQUENCES[act].steps.filter((step) => !step.startsWith("(")))
  })
})

describe("starting a set", () => {
  it("runs its hooks around its services", async () => {
    const world = setWorld()
    world.apply("shop", [web, db])
    expect(await start(world)).toBeUndefined()
    expect(world.journal[0]).toBe("pre-start of shop")
    expect(world.journal.slice(1, 3).sort()).toEqual(["db up", "web up"])
    expect(world.journal[3]).toBe("post-start of shop")
  })

  it("holds its services back when the hooks before it fail, until it is started again", async () => {
    const world = setWorld()
    world.apply("shop", [db])
    world.failing.add("shop pre-start")
    expect(await start(world)).toBe("the pre-start hooks of the set shop failed: it said no")
    expect(stateOf(world, "db")).toBe("blocked")
    world.failing.clear()
    expect(await start(world)).toBeUndefined()
    expect(stateOf(world, "db")).toBe("up")
  })

  it("fails when a service does not come up, and says which", async () => {
    const world = setWorld()
    world.apply("shop", [db, commandSpec("other")])
    world.broken.add("db")
    expect(await start(world)).toMatch(/^the set shop did not start whole; db: /)
    expect(world.journal).not.toContain("post-start of shop")
  })
})

describe("stopping a set", () => {
  it("goes against the order of dependencies, between its hooks", async () => {
    const world = await shop()
    expect(await stop(world)).toBeUndefined()
    expect(world.journal).toEqual(["pre-stop of shop", "web down", "db down", "post-stop of shop"])
    expect(findSpec(world.context.specs, "web")?.desiredState).toBe("down")
  })

  it("ends where a hook refuses, of the set or of a service, unless it is forced", async () => {
    const world = await shop()
    world.failing.add("shop pre-stop")
    expect(await stop(world)).toBe("the pre-stop hooks of the set shop failed: it said no")
    expect(stateOf(world, "web")).toBe("up")
    world.failing.clear()
    world.refusing.add("web")
    expect(await stop(world)).toBe("a hook of web refused its stop")
    expect(stateOf(world, "db")).toBe("up")
    world.failing.add("shop pre-stop")
    for (const held of world.services.values()) held.service = { ...held.service, refused: undefined }
    expect(await stop(world, { force: true })).toBeUndefined()
    expect(stateOf(world, "db")).toBe("down")
  })

  it("forgets it when it is cleaned, after hooks of its own", async () => {
    const world = await shop()
    expect(await stop(world, { clean: true })).toBeUndefined()
    expect(world.journal.slice(-2)).toEqual(["post-stop of shop", "pre-delete of shop"])
    expect(readAppliedSets(world.context.specs)).toEqual([])
    expect([...world.services.keys()]).toEqual([])
  })
})

describe("a stop whose supervisor is killed midway", () => {
  /** The next supervisor over the same files, up to its first look at the specs and what follows that. */
  function rebooted(world: SetWorld): SetWorld {
    const next = setWorld(world.context.specs.files)
    const follow = bootSets(next.context, next.runner, () => false)
    next.context.reconcile("boot")
    expect([stateOf(next, "web"), stateOf(next, "db")]).toEqual(["blocked", "blocked"])
    follow()
    return next
  }

  async function killedIn(world: SetWorld, wish = {}): Promise<SetWorld> {
    const killed = ({ until }: SetTask) => until("it is killed", () => false)
    const serial = world.runner.begin("shop", "stop", "manual", killed, { wish })
    const next = rebooted(world)
    expect(next.runner.status()[0]?.operation).toMatchObject({ serial, verb: "stop" })
    return next
  }

  it("goes on, under its number, before anything of the set starts, and only once", async () => {
    const next = await killedIn(await shop())
    expect(await overWith(next, "shop")).toBeUndefined()
    expect(next.journal).toEqual(["pre-stop of shop", "web down", "db down", "post-stop of shop"])
    expect(findSpec(next.context.specs, "db")?.desiredState).toBe("down")
    expect(next.runner.owed()).toEqual([])
  })

  it("still forgets the set where it is to be cleaned", async () => {
    const next = await killedIn(await shop(), { clean: true })
    expect(await overWith(next, "shop")).toBeUndefined()
    expect(readAppliedSets(next.context.specs)).toEqual([])
  })

  it("lets the set start where a hook refuses it this time", async () => {
    const world = await shop()
    world.runner.begin("shop", "stop", "manual", ({ until }) => until("it is killed", () => false), { wish: {} })
    const next = rebooted(world)
    next.failing.add("shop pre-stop")
    expect(await overWith(next, "shop")).toBe("the pre-stop hooks of the set shop failed: it said no")
    expect([stateOf(next, "web"), stateOf(next, "db")]).toEqual(["up", "up"])
    expect(next.runner.owed()).toEqual([])
  })

  it("is one of all services too: none of them starts", async () => {
    const world = await shop()
    const killed = ({ until }: SetTask) => until("it is killed", () => false)
    world.runner.begin(ALL_SERVICES, "stop", "manual", killed, { wish: {} })
    const next = rebooted(world)
    expect(await overWith(next, ALL_SERVICES)).toBeUndefined()
    expect(next.journal.filter((line) => line.endsWith(" up"))).toEqual([])
    expect(findSpec(next.context.specs, "web")?.desiredState).toBe("down")
  })
})

describe("restarting a set", () => {
  it("stops all of it before any of it starts, with its hooks in the documented order", async () => {
    const world = await shop()
    expect(await restart(world)).toBeUndefined()
    const { journal } = world
    expect(journal.slice(0, 6)).toEqual([
      "pre-restart of shop",
      "pre-stop of shop",
      "web down",
      "db down",
      "post-stop of shop",
      "pre-start of shop",
    ])
    expect(journal.slice(6, 8).sort()).toEqual(["db up", "web up"])
    expect(journal.slice(8)).toEqual(["post-start of shop", "post-restart of shop"])
  })
})

describe("applying a set", () => {
  it("removes what is not named any more before it starts what is new, and leaves the rest alone", async () => {
    const world = await shop()
    const cache = commandSpec("cache", { set: "shop" })
    const [set] = readAppliedSets(world.context.specs)
    if (set === undefined) throw new Error("there is a set")
    const shopOf = (spec: typeof db) => ({ ...spec, own: { ...spec.own, set: "shop" } })
    const changes = [
      { tag: "unchanged", name: "db", spec: shopOf(db) },
      { tag: "create", name: "cache", spec: cache },
      { tag: "remove", name: "web", spec: shopOf(web) },
    ] as const
    world.runner.begin("shop", "apply", "apply", (task) => applySet(task, { set, changes, setChanged: false }, false))
    expect(await overWith(world, "shop")).toBeUndefined()
    expect(world.journal).toEqual(["web down", "cache up"])
  })
})

describe("all services", () => {
  it("start, stop and restart as one set, the supervisor's hooks around those of the sets", async () => {
    const world = await shop()
    writeSpec(world.context.specs, commandSpec("loose"))
    world.context.reconcile("load")
    world.journal.length = 0
    expect(await stop(world, {}, ALL_SERVICES)).toBeUndefined()
    const stopped = ["pre-stop of hab-sup", "pre-stop of shop", "post-stop of shop", "post-stop of hab-sup"]
    expect(world.journal.filter((line) => line.includes(" of "))).toEqual(stopped)
    world.journal.length = 0
    expect(await start(world, ALL_SERVICES)).toBeUndefined()
    expect(world.journal.filter((line) => line.endsWith(" up")).sort()).toEqual(["db up", "loose up", "web up"])
    expect(world.journal.at(-1)).toBe("post-start of hab-sup")
    world.failing.add("hab-sup pre-restart")
    expect(await restart(world, false, ALL_SERVICES)).toBe("the pre-restart hooks of all services failed: it said no")
    expect(stateOf(world, "loose")).toBe("up")
    expect(world.runner.status().map(({ name }) => name)).toEqual(["shop", ALL_SERVICES])
  })

  it("keep their specs when they are cleaned, where they are of no set", async () => {
    const world = await shop()
    writeSpec(world.context.specs, commandSpec("loose"))
    world.context.reconcile("load")
    expect(await stop(world, { clean: true }, ALL_SERVICES)).toBeUndefined()
    expect([...world.services.keys()]).toEqual(["loose"])
    expect(readAppliedSets(world.context.specs)).toEqual([])
  })
})
