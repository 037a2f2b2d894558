import { describe, expect, it } from "vitest"
import { parseFullIdent, parseIdent, stringifyIdent } from "../../../src/package/ident.ts"
import type { ServiceSpec } from "../../../src/supervisor/spec/spec.ts"
import { decideUpdate } from "../../../src/supervisor/updates/decide-update.ts"
import { updatePeriodMs } from "../../../src/supervisor/updates/update-period.ts"

const at = (version: string | undefined) => (version === undefined ? undefined : parseFullIdent(`a/web/${version}/1`))

type Case = Readonly<{ wish?: string; running?: string; head?: string; installed?: string }>

function decided(condition: ServiceSpec["updateCondition"], { wish = "a/web", running = "2", head, installed }: Case) {
  const facts = { wish: parseIdent(wish), running: parseFullIdent(`a/web/${running}/1`), head: at(head) }
  const decision = decideUpdate({ ...facts, condition, installed: at(installed) })
  return decision.tag === "stay" ? "stay" : `${decision.tag} ${stringifyIdent(decision.to)}`
}

describe("the condition latest", () => {
  it("goes forward to the channel's release, or to a later installed one, and never back", () => {
    expect(decided("latest", { head: "3" })).toBe("update a/web/3/1")
    expect(decided("latest", { head: "3", installed: "4" })).toBe("update a/web/4/1")
    expect(decided("latest", { head: "2", installed: "2" })).toBe("stay")
    expect(decided("latest", { head: "1" })).toBe("stay")
    expect(decided("latest", {})).toBe("stay")
  })
})

describe("the condition track-channel", () => {
  it("goes where the head of the channel is, forward and back", () => {
    expect(decided("track-channel", { head: "3" })).toBe("update a/web/3/1")
    expect(decided("track-channel", { head: "1", installed: "2" })).toBe("roll-back a/web/1/1")
    expect(decided("track-channel", { head: "2", installed: "3" })).toBe("stay")
    expect(decided("track-channel", {})).toBe("stay")
  })
})

describe("a release that was rejected", () => {
  it("is as if it were not there, and one that is newer is taken", () => {
    const facts = { wish: parseIdent("a/web"), running: parseFullIdent("a/web/2/1"), rejected: "a/web/3/1" }
    const decide = (condition: ServiceSpec["updateCondition"], head: string) =>
      decideUpdate({ ...facts, condition, head: at(head), installed: at("3") }).tag
    expect([decide("latest", "3"), decide("track-channel", "3")]).toEqual(["stay", "stay"])
    expect([decide("latest", "4"), decide("track-channel", "1")]).toEqual(["update", "roll-back"])
  })
})

describe("a spec with an exact release", () => {
  it("stays, whatever the channel says", () => {
    expect(decided("latest", { wish: "a/web/2/1", head: "3" })).toBe("stay")
    expect(decided("track-channel", { wish: "a/web/2/1", head: "1" })).toBe("stay")
  })
})

describe("the time between two looks", () => {
  it("is the option's, or the variable's, which is a minute at least unless somebody insists", () => {
    expect(updatePeriodMs({}, 30)).toBe(30_000)
    expect(updatePeriodMs({ HAB_UPDATE_STRATEGY_PERIOD_MS: "500" }, 30)).toBe(60_000)
    expect(updatePeriodMs({ HAB_UPDATE_STRATEGY_PERIOD_MS: "90000" }, 30)).toBe(90_000)
    expect(updatePeriodMs({ HAB_UPDATE_STRATEGY_PERIOD_MS: "soon" }, 30)).toBe(30_000)
    const insisting = { HAB_UPDATE_STRATEGY_PERIOD_MS: "500", HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1" }
    expect(updatePeriodMs(insisting, 30)).toBe(500)
  })
})
