import { describe, expect, it } from "vitest"
import { createLocalStore } from "../../../src/cluster/local-store.ts"
import { joinRing } from "../../../src/cluster/ring/ring.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { settle } from "../../support/settle.ts"
import { createLine } from "../../support/store-with-faults.ts"

function createWorld() {
  const clock = fakeClock()
  const shared = createLocalStore({ read: () => ({ revision: 0, entries: [] }), write: () => undefined }, 0)
  const said: string[] = []
  const join = (memberId: string, instance = memberId) => {
    const line = createLine(shared, clock)
    const sys = {
      ...{ ip: "192.0.2.1", hostname: instance, gossip_ip: "", gossip_port: 0 },
      ...{ http_gateway_ip: "", http_gateway_port: 0, ctl_gateway_ip: "", ctl_gateway_port: 0 },
    }
    const member = { instance, version: "1", leaving: false, sys }
    const context = { store: line, clock, random: () => 1, say: (text: string) => said.push(text) }
    return { line, ring: joinRing(context, { ring: "r", memberId, ttlMs: 5_000, member }) }
  }
  return { clock, said, join }
}

describe("a member of a ring", () => {
  it("shows what it runs again after its lease was lost", async () => {
    const { clock, join } = createWorld()
    const [a, b] = [join("a"), join("b")]
    a.ring.show("services", "web.default", { package: "acme/web" })
    await settle()
    expect([...b.ring.state().members.keys()]).toEqual(["a", "b"])
    a.line.cut()
    clock.advance(6_000)
    await settle()
    expect([a.ring.isMember(), b.ring.state().members.get("a")?.lostMs === undefined]).toEqual([false, false])
    a.line.heal()
    clock.advance(10_000)
    await settle()
    expect([a.ring.isMember(), a.ring.life()]).toEqual([true, 2])
    expect(b.ring.state().members.get("a")?.lostMs).toBeUndefined()
    expect(b.ring.state().services.get("web.default")?.get("a")).toEqual({ package: "acme/web" })
  })

  it("stays out while another supervisor carries its member id, and says which; comes in when that is gone", async () => {
    const { clock, said, join } = createWorld()
    const first = join("a", "host-one")
    await settle()
    const clone = join("a", "host-two")
    await settle()
    expect([first.ring.isMember(), clone.ring.isMember()]).toEqual([true, false])
    expect(said.filter((line) => line.includes("member id"))).toEqual([
      expect.stringMatching(
        /Another supervisor, on host-one \(192.0.2.1\), is in this ring under our member id a: .*MEMBER_ID/,
      ),
    ])
    await first.ring.leave()
    clock.advance(6_000)
    await settle()
    expect(clone.ring.isMember()).toBe(true)
  })

  it("comes back as itself before the lease of its earlier process has run out", async () => {
    const { join } = createWorld()
    const [earlier, other] = [join("a"), join("b")]
    await settle()
    earlier.line.kill()
    const later = join("a")
    await settle()
    expect(later.ring.isMember()).toBe(true)
    expect(other.ring.state().members.get("a")?.lostMs).toBeUndefined()
  })
})
