import type { ClusterStore, Write } from "../../src/cluster/cluster-store.ts"
import { ringKey } from "../../src/cluster/ring/keys.ts"
import type { MemberAddresses } from "../../src/cluster/ring/records.ts"
import { joinRing, type Ring } from "../../src/cluster/ring/ring.ts"
import { systemClock } from "../../src/host/clock.ts"
import { censusObject } from "../../src/supervisor/gateway/census-object.ts"
import { othersIn } from "../../src/supervisor/ring/ring-census.ts"
import type { EtcdNode } from "../../test/support/etcd-cluster.ts"
import { median, medianMs, type Row } from "../bench.ts"
import { storeAt } from "./store.ts"

const RING = "census"
const MEMBERS = 200
const SERVICES = 20
const CHANGES = 50
const WRITES_AT_ONCE = 100

const SYS: MemberAddresses = {
  ...{ ip: "10.0.0.1", hostname: "host", gossip_ip: "10.0.0.1", gossip_port: 9638 },
  ...{ http_gateway_ip: "10.0.0.1", http_gateway_port: 9631, ctl_gateway_ip: "10.0.0.1", ctl_gateway_port: 9632 },
}
const MEMBER = { instance: "bench", version: "1", leaving: false, sys: SYS }
const GROUPS = Array.from({ length: SERVICES }, (_, index) => `service${index}.default`)

const serviceRecord = (group: string, port: number) => ({
  package: `bench/${group.split(".")[0]}/1.0.0/20260101000000`,
  ...{ incarnation: 0, initialized: true, healthy: true, cfg: `port = ${port}\n`, sys: SYS },
})

/** What one supervisor has of a ring of 200 members that run 20 services each. */
export async function censusRows(node: EtcdNode): Promise<Row[]> {
  const store = storeAt(node)
  await fill(store)
  const startedMs = performance.now()
  const ring = joinRing(
    { store, clock: systemClock, random: Math.random, say: () => undefined },
    { ring: RING, memberId: "bench", ttlMs: 30_000, member: MEMBER },
  )
  await changed(ring, () => GROUPS.every((group) => ring.state().services.get(group)?.size === MEMBERS))
  const knownMs = performance.now() - startedMs
  const changesMs = await changeTimes(store, ring)
  const facts = { givenTo: () => ({ config: undefined, files: new Map() }) }
  const census = () => new Map(GROUPS.map((group) => [group, othersIn({ name: RING, ring }, group, 0)]))
  const censusMs = await medianMs(10, () => JSON.stringify(censusObject("bench", census(), facts)))
  await ring.leave()
  await store.close()
  const size = `${MEMBERS}×${SERVICES} services`
  return [
    { what: `${size}: joined, all known`, measured: knownMs, unit: "ms", limit: 1_000 },
    { what: `${size}: a change written, known`, measured: median(changesMs), unit: "ms", limit: 20 },
    { what: `${size}: answer of /census`, measured: censusMs, unit: "ms", limit: 100 },
  ]
}

async function fill(store: ClusterStore): Promise<void> {
  const ids = Array.from({ length: MEMBERS }, (_, index) => `member${String(index).padStart(3, "0")}`)
  const writes = ids.flatMap((id, index): Write[] => [
    { tag: "put", key: ringKey(RING, "members", id), value: JSON.stringify({ ...MEMBER, instance: id }) },
    ...GROUPS.map((group): Write => {
      const value = JSON.stringify(serviceRecord(group, index))
      return { tag: "put", key: ringKey(RING, "services", group, id), value }
    }),
  ])
  for (let at = 0; at < writes.length; at += WRITES_AT_ONCE) {
    const commit = await store.commit([], writes.slice(at, at + WRITES_AT_ONCE))
    if (commit.tag !== "committed") throw new Error(`the ring could not be filled: ${JSON.stringify(commit)}`)
  }
}

async function changeTimes(store: ClusterStore, ring: Ring): Promise<number[]> {
  const [group = ""] = GROUPS
  const elapsed: number[] = []
  for (let index = 0; index < CHANGES; index++) {
    const cfg = serviceRecord(group, 10_000 + index)
    const startedMs = performance.now()
    const key = ringKey(RING, "services", group, "member000")
    const known = changed(ring, () => ring.state().services.get(group)?.get("member000")?.cfg === cfg.cfg)
    await store.commit([], [{ tag: "put", key, value: JSON.stringify(cfg) }])
    await known
    elapsed.push(performance.now() - startedMs)
  }
  return elapsed
}

function changed(ring: Ring, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = ring.subscribe(() => {
      if (!isSo()) return
      stop()
      resolve()
    })
  })
}
