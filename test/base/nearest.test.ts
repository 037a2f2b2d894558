import { describe, expect, it } from "vitest"
import { nearest } from "../../src/base/nearest.ts"

describe("nearest", () => {
  it.each([
    ["instal", ["build", "install", "list"], "install"],
    ["biuld", ["build", "install"], "build"],
    ["health_check", ["health-check", "init"], "health-check"],
    ["Port", ["port", "sort"], "port"],
    ["cfg.prot", ["cfg.port", "cfg.host"], "cfg.port"],
    ["list", ["listen", "lost"], "lost"],
  ])("takes %s for one of %j", (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant)
  })

  it.each([
    ["run", ["reconfigure", "suitability"]],
    ["ab", ["xyz"]],
    ["r", ["b"]],
    ["same", ["same"]],
    ["", []],
  ])("has no idea what %j means among %j", (word, candidates) => {
    expect(nearest(word, candidates)).toBeUndefined()
  })
})
