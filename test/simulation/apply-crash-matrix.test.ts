import { describe, expect, it } from "vitest"
import { hook } from "../../src/program/hook.ts"
import { type ApplyWorld, applyWorld, noting } from "../support/apply-world.ts"
import type { Failure } from "../support/memory-file-system.ts"

/** A set of every kind, with hooks of every event. */
const shop = ({ log }: ApplyWorld, version: string) => ({
  packages: { app: { ident: "acme/web", hooks: noting(log, "app") } },
  configs: {
    port: { group: "web.default", values: { port: version }, dependsOn: ["app"], hooks: noting(log, "port") },
  },
  services: { web: { ident: "acme/web", dependsOn: ["app", "port"], hooks: noting(log, "web") } },
  groups: { site: { children: ["web", "port"], hooks: noting(log, "site") } },
})

const moved = (world: ApplyWorld) => {
  const { services, ...rest } = shop(world, "2")
  return { ...rest, services: { web: { ...services.web, group: "blue" } } }
}

/** Nothing but the package any more; the delete hooks of what goes are kept. */
const less = (world: ApplyWorld) => {
  const names = ["web", "port", "site"]
  const note = (name: string) => (args: { event: string }) => void world.log.push(`${args.event} ${name}`)
  const hooks = names.flatMap((name) => [
    hook(`${name}-before-delete`, note(name)),
    hook(`${name}-after-delete`, note(name)),
  ])
  return { packages: shop(world, "1").packages, hooks }
}

type Way = readonly ((world: ApplyWorld) => Promise<unknown>)[]

const WAYS: Readonly<Record<string, Way>> = {
  "a first apply": [(world) => world.apply(shop(world, "1"))],
  "an update": [(world) => world.apply(shop(world, "1")), (world) => world.apply(shop(world, "2"))],
  "a replacement": [(world) => world.apply(shop(world, "1")), (world) => world.apply(moved(world))],
  "a removal": [(world) => world.apply(shop(world, "1")), (world) => world.apply(less(world))],
  "a destroy": [(world) => world.apply(shop(world, "1")), (world) => world.destroy(shop(world, "1"))],
}

async function prepare(way: Way): Promise<ApplyWorld> {
  const world = applyWorld()
  for (const step of way.slice(0, -1)) await step(world)
  world.log.length = 0
  return world
}

describe.each(Object.entries(WAYS))(
  "%s that is killed at any call to the file system",
  { timeout: 60_000 },
  async (_, way) => {
    const last = way.at(-1) ?? (async () => undefined)
    const whole = await prepare(way)
    const before = whole.files.calls
    await last(whole)
    const calls = whole.files.calls - before
    const final = whole.files.snapshot("/things")
    const state = JSON.stringify(whole.state())

    it("comes to the same end when it is run again, with every hook run around its action", async () => {
      expect(calls).toBeGreaterThan(10)
      for (let atCall = 1; atCall <= calls; atCall++) {
        const world = await prepare(way)
        world.files.failWith({ atCall, code: "STOP" } satisfies Failure)
        await last(world).catch(() => undefined)
        world.files.failWith(undefined)
        await last(world)
        expect([atCall, world.files.snapshot("/things"), JSON.stringify(world.state())]).toEqual([atCall, final, state])
        // Nothing is left out by the crash, and what happens twice keeps its order.
        const firsts = [...new Set(world.log)]
        expect([atCall, firsts]).toEqual([atCall, [...new Set(whole.log)]])
        if (atCall % 5 !== 0) continue
        await world.destroy(shop(world, "1"))
        expect([atCall, world.files.snapshot("/things"), world.state()]).toEqual([
          atCall,
          { "/things": "d 755" },
          undefined,
        ])
      }
    })
  },
)
