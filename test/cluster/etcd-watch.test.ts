import { describe, expect, it } from "vitest"
import type { Change, Listing, StoreHealth } from "../../src/cluster/cluster-store.ts"
import type { EtcdGateway, FollowObserver } from "../../src/cluster/etcd/gateway.ts"
import { encode, prefixRange } from "../../src/cluster/etcd/messages.ts"
import { watchPrefix } from "../../src/cluster/etcd/watch.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { settle } from "../support/settle.ts"

/** A watch over an etcd that says what the test wants. */
function watching(revision = 7) {
  const asked: string[] = []
  const told: (Listing | Change | StoreHealth)[] = []
  const clock = fakeClock()
  let observer: FollowObserver | undefined
  const gateway: EtcdGateway = {
    call: async <T>() => {
      asked.push("list")
      return { tag: "replied", message: { header: { revision: String(revision) } } as T, ambiguous: false }
    },
    follow: (_path, message, given) => {
      const { create_request } = message as { create_request: { start_revision: string } }
      asked.push(`watch from ${create_request.start_revision}`)
      observer = given
      return () => asked.push("stop")
    },
  }
  const http = { call: () => expect.fail("nothing is asked past the gateway"), follow: () => () => undefined }
  const stop = watchPrefix({ clock, http, random: () => 0.5 }, gateway, "/a/", {
    onListing: (listing) => told.push(listing),
    onChanges: (changes) => told.push(...changes),
    onHealth: (health) => told.push(health),
  })
  return {
    asked,
    told,
    clock,
    stop,
    say: (result: object) => observer?.onMessage({ result }),
    end: () => observer?.onEnd("cut off"),
  }
}

const event = (revision: string, storeRevision = revision) => ({
  header: { revision: storeRevision },
  events: [{ kv: { key: encode("/a/x"), value: encode("1"), create_revision: "3", mod_revision: revision } }],
})

describe("a watch on etcd", () => {
  it("goes on after the last revision it saw when it is cut off, less often the longer it fails", async () => {
    const { asked, told, clock, say, end } = watching()
    await settle()
    say({ created: true })
    say(event("9"))
    end()
    expect(told.at(-1)).toEqual({ tag: "stale", why: "cut off" })
    clock.advance(200)
    end()
    clock.advance(200)
    expect(asked).toEqual(["list", "watch from 8", "watch from 10"])
    clock.advance(200)
    expect(asked.at(-1)).toBe("watch from 10")
    expect(asked).toHaveLength(4)
    say({ created: true })
    expect(told.at(-1)).toEqual({ tag: "live" })
  })

  it("goes on after the last change it was told while it catches up, however far the store is", async () => {
    const { asked, clock, say, end } = watching()
    await settle()
    say({ created: true })
    say(event("9", "1500"))
    end()
    clock.advance(200)
    expect(asked).toEqual(["list", "watch from 8", "watch from 10"])
  })

  it("lists again when what it wants was compacted", async () => {
    const { asked, clock, say } = watching()
    await settle()
    say({ created: true })
    say({ canceled: true, compact_revision: "12" })
    clock.advance(200)
    await settle()
    expect(asked).toEqual(["list", "watch from 8", "stop", "list", "watch from 8"])
  })

  it("tells nothing after it is stopped", async () => {
    const { told, stop, say } = watching()
    await settle()
    const before = told.length
    stop()
    say(event("9"))
    expect(told).toHaveLength(before)
  })
})

describe("the range of a prefix", () => {
  it("ends before the next key that does not begin so", () => {
    expect(prefixRange("/a/")).toEqual({ key: encode("/a/"), range_end: encode("/a0") })
    expect(prefixRange("")).toEqual({ key: encode("\0"), range_end: encode("\0") })
  })
})
