import { describe, expect, it } from "vitest"
import type { Change, ClusterStore, Commit, Listing, Write } from "../../src/cluster/cluster-store.ts"
import { until } from "./until.ts"

/** What a watch told, in order. */
export function recordWatch(store: ClusterStore, prefix: string) {
  const listings: Listing[] = []
  const changes: Change[] = []
  const health: string[] = []
  const stop = store.watch(prefix, {
    onListing: (listing) => listings.push(listing),
    onChanges: (some) => changes.push(...some),
    onHealth: ({ tag }) => health.push(tag),
  })
  return { listings, changes, health, stop }
}

export const put = (key: string, value: string, lease?: string): Write =>
  lease === undefined ? { tag: "put", key, value } : { tag: "put", key, value, lease }

function revisionOf(commit: Commit): number {
  if (commit.tag !== "committed") throw new Error(`not committed: ${JSON.stringify(commit)}`)
  return commit.revision
}

/** What every store must do. `open` gives another view of the same store each time; `ring` is a prefix of its own. */
export function storeContract(name: string, open: () => ClusterStore): void {
  let rings = 0
  const ring = () => `/test/${process.pid}/${++rings}/`
  const valueAt = async (store: ClusterStore, key: string) => {
    const answer = await store.get(key)
    return answer.tag === "found" ? answer.value : answer
  }

  describe(`${name} as a cluster store`, () => {
    it("keeps what was committed, with the revisions of its making and its last writing", async () => {
      const [store, other, at] = [open(), open(), ring()]
      const made = revisionOf(await store.commit([], [put(`${at}a`, "1")]))
      const written = revisionOf(await store.commit([], [put(`${at}a`, "ünï\n")]))
      expect(written).toBeGreaterThan(made)
      expect(await valueAt(other, `${at}a`)).toEqual({
        key: `${at}a`,
        value: "ünï\n",
        createRevision: made,
        revision: written,
      })
      expect(await valueAt(other, `${at}b`)).toBeUndefined()
      revisionOf(await store.commit([], [{ tag: "delete", key: `${at}a` }]))
      expect(await valueAt(other, `${at}a`)).toBeUndefined()
    })

    it("lists what is below a prefix, in the order of the keys, and nothing beside it", async () => {
      const [store, at] = [open(), ring()]
      await store.commit([], [put(`${at}b/2`, "2"), put(`${at}b/1`, "1"), put(`${at}b`, "no"), put(`${at}c`, "no")])
      const answer = await store.list(`${at}b/`)
      expect(
        answer.tag === "found" && answer.value.entries.map(({ key, value }) => [key.slice(at.length), value]),
      ).toEqual([
        ["b/1", "1"],
        ["b/2", "2"],
      ])
    })

    it("commits all or nothing, and only if every guard holds", async () => {
      const [store, at] = [open(), ring()]
      const a = revisionOf(await store.commit([{ tag: "absent", key: `${at}a` }], [put(`${at}a`, "1")]))
      const refused = { tag: "refused" }
      const both = [put(`${at}a`, "x"), put(`${at}b`, "x")]
      expect(await store.commit([{ tag: "absent", key: `${at}a` }], both)).toEqual(refused)
      expect(await store.commit([{ tag: "unchanged", key: `${at}a`, revision: a - 1 }], both)).toEqual(refused)
      expect(await store.commit([{ tag: "made-at", key: `${at}b`, createRevision: a }], both)).toEqual(refused)
      expect(await valueAt(store, `${at}b`)).toBeUndefined()
      const guards = [
        { tag: "unchanged", key: `${at}a`, revision: a } as const,
        { tag: "absent", key: `${at}b` } as const,
      ]
      const b = revisionOf(await store.commit(guards, both))
      expect(await store.commit(guards, both)).toEqual(refused)
      expect(await valueAt(store, `${at}b`)).toMatchObject({ value: "x", createRevision: b })
      expect(
        (await store.commit([{ tag: "made-at", key: `${at}a`, createRevision: a }], [put(`${at}a`, "y")])).tag,
      ).toBe("committed")
    })

    it("lets one of many win a key that is absent", async () => {
      const [stores, at] = [[open(), open(), open()], ring()]
      const results = await Promise.all(
        stores.map((store, index) =>
          store.commit([{ tag: "absent", key: `${at}leader` }], [put(`${at}leader`, `${index}`)]),
        ),
      )
      expect(results.map(({ tag }) => tag).sort()).toEqual(["committed", "refused", "refused"])
    })

    it("tells a watch everything there is, then each change once, those of one commit together", async () => {
      const [store, other, at] = [open(), open(), ring()]
      await store.commit([], [put(`${at}a`, "1")])
      const seen = recordWatch(other, at)
      await until("the listing comes", () => seen.listings.length === 1)
      expect(seen.listings[0]?.entries.map(({ value }) => value)).toEqual(["1"])
      await store.commit([], [put(`${at}a`, "2"), put(`${at}b`, "1")])
      await store.commit([], [{ tag: "delete", key: `${at}a` }])
      await store.commit([], [put(`${at.slice(0, -1)}x`, "beside")])
      await store.commit([], [put(`${at}c`, "1")])
      await until("the last change comes", () => seen.changes.length >= 4)
      expect(
        seen.changes.map((change) =>
          change.tag === "put" ? `${change.entry.key}=${change.entry.value}` : `-${change.key}`,
        ),
      ).toEqual([`${at}a=2`, `${at}b=1`, `-${at}a`, `${at}c=1`])
      expect(seen.health.at(-1)).toBe("live")
      seen.stop()
      await store.commit([], [put(`${at}d`, "1")])
      const after = recordWatch(other, at)
      await until(
        "another watch knows of it",
        () => after.listings[0]?.entries.some(({ key }) => key === `${at}d`) === true,
      )
      expect(seen.changes).toHaveLength(4)
    })

    it("takes the keys of a released lease away", async () => {
      const [store, other, at] = [open(), open(), ring()]
      const answer = await store.lease(2_000, () => undefined)
      if (answer.tag !== "found") throw new Error(answer.why)
      await store.commit([], [put(`${at}a`, "1", answer.value.id), put(`${at}b`, "stays")])
      expect(answer.value.isHeld()).toBe(true)
      const seen = recordWatch(other, at)
      await until("the listing comes", () => seen.listings.length === 1)
      await answer.value.release()
      expect(answer.value.isHeld()).toBe(false)
      await until("the key is seen to go", () => seen.changes.some((change) => change.tag === "deleted"))
      expect(await valueAt(store, `${at}a`)).toBeUndefined()
      expect(await valueAt(store, `${at}b`)).toMatchObject({ value: "stays" })
    })

    it("takes any text for a key and a value", async () => {
      const [store, at] = [open(), ring()]
      const value = JSON.stringify({ text: "💾".repeat(1000), zero: "\0" })
      await store.commit([], [put(`${at}ключ/"'`, value)])
      expect(await valueAt(store, `${at}ключ/"'`)).toMatchObject({ value })
    })
  })
}
