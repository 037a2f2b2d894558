import { createLocalStore } from "../../src/cluster/local-store.ts"
import type { MemberRecord, ServiceRecord } from "../../src/cluster/ring/records.ts"
import { joinRing, type Ring } from "../../src/cluster/ring/ring.ts"
import { recordOf } from "../../src/cluster/ring/rollout.ts"
import { type RolloutPart, takePartInUpdates } from "../../src/cluster/ring/rollout-part.ts"
import { parseFullIdent, parseIdent } from "../../src/package/ident.ts"
import { decideUpdate } from "../../src/supervisor/updates/decide-update.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { createLine, type Line } from "../support/store-with-faults.ts"
import { createRandom } from "./random.ts"

export const GROUP = "web.default"
export const TTL_MS = 5_000
export const PATIENCE_MS = 20_000
const WISH = "a/web"
const PERIOD_MS = 3_000

/** What a machine keeps when its supervisor dies: the service goes on. */
type Machine = { release: string; healthyAtMs: number }
export type Life = { line: Line; ring: Ring; part: RolloutPart; ended: boolean }

/** The release of a version. */
export const release = (version: number) => `a/web/${version}/1`

/** Supervisors with a service each in one group that follows a channel, one member at a time. */
export function createRolloutWorld(seed: number) {
  const random = createRandom(seed).next
  const clock = fakeClock()
  const shared = createLocalStore({ read: () => ({ revision: 0, entries: [] }), write: () => undefined }, 0)
  const machines = new Map<string, Machine>()
  const lives = new Map<string, Life>()
  const channel = { head: release(1), bad: new Set<string>() }
  const problems: string[] = []
  const isHealthy = (machine: Machine) =>
    clock.monotonicMs() >= machine.healthyAtMs && !channel.bad.has(machine.release)

  const goOver = (id: string, ring: Ring, machine: Machine, to: string) => {
    const unwell = [...lives].filter(
      ([other, life]) =>
        other !== id &&
        life.ring.isMember() &&
        ring.state().members.get(other)?.lostMs === undefined &&
        ring.state().members.has(other) &&
        !isHealthy(machines.get(other) as Machine),
    )
    if (isHealthy(machine) && unwell.length > 0)
      problems.push(`${id} goes over to ${to} while ${unwell.map(([one]) => one)} is not well`)
    const rejected = recordOf(ring.state(), GROUP)?.rejected?.package
    if (rejected === to) problems.push(`${id} goes over to ${to}, which was rejected`)
    machine.release = to
    machine.healthyAtMs = clock.monotonicMs() + random() * 8_000
    clock.schedule(machine.healthyAtMs - clock.monotonicMs(), () => lives.get(id)?.part.look())
  }

  const begin = (id: string) => {
    const machine = machines.get(id) ?? { release: release(1), healthyAtMs: 0 }
    machines.set(id, machine)
    const line = createLine(shared, clock)
    const member = { instance: id, version: "1", leaving: false, sys: {} } as unknown as MemberRecord
    const ring = joinRing(
      { store: line, clock, random, say: () => undefined },
      { ring: "test", memberId: id, ttlMs: TTL_MS, member },
    )
    const self = () => {
      show()
      return {
        wish: WISH,
        running: machine.release,
        settled: isHealthy(machine),
        leaderLast: false,
        patienceMs: PATIENCE_MS,
      }
    }
    const show = () =>
      ring.show("services", GROUP, {
        ...{ package: machine.release, incarnation: 0, initialized: true, healthy: isHealthy(machine), wish: WISH },
        ...{ cfg: "", sys: {} },
      } as unknown as ServiceRecord)
    const life: Life = { line, ring, ended: false, part: undefined as unknown as RolloutPart }
    const actions = {
      self,
      install: async () => {
        await new Promise<void>((resolve) => void clock.schedule(random() * 4_000, resolve))
        return !life.ended && random() < 0.8
      },
      goOver: (to: string) => {
        if (!life.ended) goOver(id, ring, machine, to)
      },
      settle: async () => undefined,
      rejected: () => undefined,
      notWritten: () => undefined,
    }
    life.part = takePartInUpdates({ ring, name: "test", group: GROUP, clock, retryMs: PERIOD_MS, actions })
    lives.set(id, life)
    show()
    const search = () => {
      if (life.ended) return
      void life.part.search(async ({ current, rejected }) => decide(current, channel.head, rejected))
      clock.schedule(PERIOD_MS, search)
    }
    clock.schedule(random() * PERIOD_MS, search)
  }

  const end = async (id: string, isGraceful: boolean) => {
    const life = lives.get(id)
    if (life === undefined) return
    lives.delete(id)
    life.ended = true
    life.part.stop(false)
    if (isGraceful) await life.ring.leave()
    life.line.kill()
  }

  return { random, clock, channel, machines, lives, problems, begin, end, isHealthy, shared }
}

function decide(current: string, head: string, rejected: string | undefined) {
  const decision = decideUpdate({
    wish: parseIdent(WISH),
    condition: "track-channel",
    running: parseFullIdent(current),
    head: parseFullIdent(head),
    installed: undefined,
    ...(rejected === undefined ? {} : { rejected }),
  })
  if (decision.tag === "stay") return undefined
  const { origin, name, version, release: stamp } = decision.to
  return { to: `${origin}/${name}/${version}/${stamp}`, tag: decision.tag, follows: true }
}
