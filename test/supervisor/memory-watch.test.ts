import { describe, expect, it } from "vitest"
import { watchMemory } from "../../src/supervisor/memory-watch.ts"
import type { Supervised } from "../../src/supervisor/supervised.ts"
import { fakeClock } from "../support/fake-clock.ts"

const MIB = 1024 * 1024

/** Services by their limits in MiB; the pid of each is its place in the list, from 1 on. */
function world(limits: readonly (number | undefined)[]) {
  const clock = fakeClock()
  const held = limits.map(
    (limit, index) =>
      ({
        name: `s${index + 1}`,
        group: `s${index + 1}.default`,
        spec: { own: limit === undefined ? {} : { maxMemoryRestart: limit * MIB } },
        service: { state: { tag: "up" }, life: { pid: index + 1 } },
      }) as unknown as Supervised,
  )
  const asked: number[][] = []
  const said: string[] = []
  const posted: unknown[] = []
  const memory = new Map<number, number>()
  const services = new Map(held.map((one) => [one.name, one]))
  const observer = watchMemory({
    host: {
      clock,
      residentMemory(sessions) {
        asked.push([...sessions])
        return memory
      },
    },
    roster: () => ({ services, post: (one, event) => void posted.push([one.name, event]) }),
    say: (group, key, text) => void said.push(`${group}(${key}): ${text}`),
  })
  const begin = () => {
    for (const one of held) observer.onStep(one, { event: { tag: "process-started" } } as never)
  }
  return { clock, memory, asked, said, posted, services, begin }
}

describe("services with a limit of memory", () => {
  it("restart for that reason once they hold more, and nobody else is looked at", () => {
    const { clock, memory, asked, said, posted, begin } = world([100, undefined, 50])
    begin()
    memory.set(1, 100 * MIB).set(3, 50.5 * MIB)
    clock.advance(30_000)
    expect(asked).toEqual([[1, 3]])
    expect(posted).toEqual([["s3", { tag: "restart", reason: "memory" }]])
    expect(said).toEqual(["s3.default(SR): Restarting: it holds 51M of memory, more than 50M"])
  })

  it("are looked at for as long as one of them runs, and never where there is none", () => {
    const { clock, asked, services, begin } = world([100])
    clock.advance(120_000)
    expect(asked).toEqual([])
    begin()
    clock.advance(60_000)
    services.clear()
    clock.advance(120_000)
    expect(asked).toEqual([[1], [1]])
  })
})
