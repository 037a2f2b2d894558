import { describe, expect, it } from "vitest"
import { parseFullIdent, parseIdent } from "../../../src/package/ident.ts"
import { type NewService, newService, type Service } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"
import { defaultSpec, type ServiceSpec } from "../../../src/supervisor/spec/spec.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import { updateSelf, updateWish } from "../../../src/supervisor/updates/update-self.ts"

const release = (version: string) => ({ pkg: { ident: parseFullIdent(`acme/web/${version}/1`), path: version } })

type Differs = Readonly<{
  spec?: Partial<ServiceSpec>
  hooks?: NewService["settings"]["hooks"]
  service?: Partial<Service>
  upcoming?: unknown
  leaving?: boolean
}>

/** A service that has been up since second 1. */
function upHeld({ spec = {}, hooks = [], service = {}, upcoming, leaving = false }: Differs = {}): Supervised {
  const made = newService({ settings: { ...DEFAULT_SETTINGS, hooks }, nowMs: 0, bindsMet: true })
  const wish = { ...defaultSpec(parseIdent("acme/web"), {}), updateStrategy: "rolling", ...spec }
  const up = { ...made, state: { tag: "up" }, life: { ...made.life, pid: 7, upSinceMs: 1_000 }, ...service }
  return { spec: wish, service: up, release: release("1"), upcoming, leaving } as unknown as Supervised
}

const at = (held: Supervised, nowMs: number) => updateSelf(held, false, nowMs)

describe("what a service tells of itself for an update", () => {
  it("is healthy by its check, and without one after ten seconds of being up", () => {
    expect(at(upHeld(), 5_000)).toMatchObject({ running: "acme/web/1/1", settled: false, settlesInMs: 6_000 })
    expect(at(upHeld(), 11_000)).toMatchObject({ settled: true })
    const checked = upHeld({ hooks: ["health-check"] })
    expect(at(checked, 99_000)).toMatchObject({ settled: false })
    const ready = { health: { ...checked.service.health, standing: "ready" as const } }
    expect(at(upHeld({ hooks: ["health-check"], service: ready }), 2_000)).toMatchObject({ settled: true })
  })

  it("runs what it goes over to, and is not healthy before it does", () => {
    expect(at(upHeld({ upcoming: release("2") }), 99_000)).toMatchObject({ running: "acme/web/2/1", settled: false })
    // Restarted for something else, which a hook refused.
    expect(at(upHeld({ upcoming: release("1") }), 99_000)).toMatchObject({ running: "acme/web/1/1", settled: true })
  })

  it("has the patience its spec says, 0 being none", () => {
    const own = upHeld().spec.own
    expect(at(upHeld({ spec: { own: { ...own, rollbackAfterSec: 60 } } }), 0)?.patienceMs).toBe(60_000)
    expect(at(upHeld({ spec: { own: { ...own, rollbackAfterSec: 0 } } }), 0)?.patienceMs).toBeUndefined()
  })

  it("is nothing while it takes no part: stopped, unloaded, without a strategy, or pinned to one release", () => {
    expect(updateWish(upHeld())).toBe("acme/web")
    const out: Differs[] = [
      { spec: { desiredState: "down" } },
      { spec: { updateStrategy: "none" } },
      { spec: { ident: parseIdent("acme/web/1/1") } },
      { leaving: true },
      { service: { state: { tag: "gone" } } },
    ]
    expect(out.map((differs) => updateWish(upHeld(differs)))).toEqual(out.map(() => undefined))
  })
})
