import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ClusterStore } from "../../../src/cluster/cluster-store.ts"
import { createEtcdStore } from "../../../src/cluster/etcd/etcd-store.ts"
import { systemClock } from "../../../src/host/clock.ts"
import { systemHttpClient } from "../../../src/host/http-client.ts"
import { type EtcdNode, hasEtcd, startEtcd } from "../../support/etcd.ts"
import { put, recordWatch, storeContract } from "../../support/store-contract.ts"
import { until } from "../../support/until.ts"

let nodes: readonly EtcdNode[] = []
const stores: ClusterStore[] = []

function open(endpoints = nodes.map(({ endpoint }) => endpoint)): ClusterStore {
  const machine = { http: systemHttpClient(), clock: systemClock, random: Math.random }
  const store = createEtcdStore(machine, { endpoints })
  stores.push(store)
  return store
}

const etcdctl = (...words: string[]) =>
  execFileSync("etcdctl", ["--endpoints", nodes[0]?.endpoint ?? "", ...words], {
    encoding: "utf8",
    env: { ...process.env, ETCDCTL_API: "3" },
  })

afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()))
})

describe.skipIf(!hasEtcd)("a cluster of three (needs etcd)", () => {
  beforeAll(async () => {
    nodes = await startEtcd(3)
  }, 90_000)

  storeContract("etcd", () => open())

  it("misses nothing of what was written and compacted while its node was away", async () => {
    const store = open([nodes[2]?.endpoint ?? ""])
    const writer = open([nodes[0]?.endpoint ?? ""])
    const at = `/compaction/${process.pid}/`
    const seen = recordWatch(store, at)
    await until("the listing comes", () => seen.listings.length === 1)
    nodes[2]?.signal("SIGKILL")
    await until("the watch is stale", () => seen.health.at(-1) === "stale")
    // The node may have led the others: they take nothing until they have chosen again.
    const commit = (value: string) =>
      until(`${value} is committed`, async () => {
        const answer = await writer.commit([], [put(`${at}a`, value)])
        return answer.tag === "committed" ? answer.revision : undefined
      })
    await commit("1")
    etcdctl("compact", String(await commit("2")))
    nodes[2]?.start()
    // The node may take the watch before it hears of the compaction, and then tells changes, or some of them.
    const isKnown = (value: string) =>
      seen.changes.some((change) => change.tag === "put" && change.entry.value === value) ||
      seen.listings.some(({ entries }) => entries[0]?.value === value)
    await until("the last value is known", () => isKnown("2"), 60_000)
    await commit("3")
    await until("it follows again", () => isKnown("3"))
  })

  it("goes on without one of the three, missing nothing and holding its lease", async () => {
    const store = open()
    const at = `/failover/${process.pid}/`
    const seen = recordWatch(store, at)
    await until("the listing comes", () => seen.listings.length === 1)
    let lost = false
    const lease = await store.lease(5_000, () => {
      lost = true
    })
    if (lease.tag !== "found") throw new Error(lease.why)
    await store.commit([], [put(`${at}alive`, "1", lease.value.id)])
    nodes[0]?.signal("SIGSTOP")
    const writer = open(nodes.slice(1).map(({ endpoint }) => endpoint))
    await until("a commit succeeds", async () => (await writer.commit([], [put(`${at}b`, "1")])).tag === "committed")
    await until("the watch sees it through another node", () => seen.changes.length >= 2)
    expect(seen.changes.map((change) => change.tag === "put" && change.entry.key.slice(at.length))).toContain("b")
    expect([lost, lease.value.isHeld()]).toEqual([false, true])
    nodes[0]?.signal("SIGCONT")
  })

  it("says that it lost its lease when nobody answers, and what is known goes stale", async () => {
    const store = open()
    const seen = recordWatch(store, "/lost/")
    await until("the listing comes", () => seen.listings.length === 1)
    let lost = false
    const lease = await store.lease(2_000, () => {
      lost = true
    })
    if (lease.tag !== "found") throw new Error(lease.why)
    for (const node of nodes.slice(0, 2)) node.signal("SIGSTOP")
    await until("the lease is lost", () => lost)
    expect(lease.value.isHeld()).toBe(false)
    expect((await store.commit([], [put("/lost/a", "1")])).tag).toBe("unknown")
    expect((await store.list("/lost/")).tag).toBe("unreachable")
    for (const node of nodes) node.signal("SIGCONT")
    await until("it is answered again", async () => (await store.list("/lost/")).tag === "found", 60_000)
    await until("the watch is live", () => seen.health.at(-1) === "live", 60_000)
  })
})
