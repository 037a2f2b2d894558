import { describe, expect, it } from "vitest"
import { orderServices } from "../../../src/supervisor/set/dependency-order.ts"
import { DEFAULT_OWN_SPEC } from "../../../src/supervisor/spec/spec.ts"

const service = (name: string, ...needs: string[]) => ({
  ident: { origin: "local", name },
  own: { ...DEFAULT_OWN_SPEC, dependsOn: Object.fromEntries(needs.map((one) => [one, "started" as const])) },
})
const namesOf = (levels: ReturnType<typeof service>[][]) => levels.map((level) => level.map(({ ident }) => ident.name))

describe("the order of a set", () => {
  it("has a level for each step of dependencies; names outside the set do not count", () => {
    const all = [service("web", "api", "db"), service("api", "db"), service("db", "elsewhere"), service("cron")]
    expect(namesOf(orderServices(all))).toEqual([["db", "cron"], ["api"], ["web"]])
  })

  it("names those that wait for each other, and loses none", () => {
    const said: string[] = []
    const levels = orderServices([service("a", "b"), service("b", "a"), service("c")], (text) => said.push(text))
    expect(namesOf(levels)).toEqual([["c"], ["a", "b"]])
    expect(said).toEqual(["these services wait for each other: a, b"])
  })
})
