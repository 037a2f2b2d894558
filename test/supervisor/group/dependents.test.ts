import { describe, expect, it } from "vitest"
import { restartDependents } from "../../../src/supervisor/group/dependents.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"

/** A service in this state that restarts with these. */
const held = (name: string, state: string, ...restartWith: string[]) =>
  ({ name, service: { state: { tag: state } }, spec: { own: { restartWith } } }) as unknown as Supervised

describe("a service with another process than before", () => {
  it("restarts those that said so and are up, for that reason; nobody who was stopped or says nothing", () => {
    const db = held("db", "up")
    const all = [db, held("web", "up", "cache", "db"), held("stopped", "down", "db"), held("other", "up", "cache")]
    const posted: unknown[] = []
    const services = new Map(all.map((one) => [one.name, one]))
    restartDependents({ services, post: (one, event) => void posted.push([one.name, event]) }, db)
    expect(posted).toEqual([["web", { tag: "restart", reason: "dependency" }]])
  })
})
