import type { WatchObserver } from "../cluster-store.ts"
import { growingPause } from "../growing-pause.ts"
import type { EtcdGateway, EtcdMachine } from "./gateway.ts"
import { changesOf, lastRevision, listingOf, prefixRange, type RangeReply, type WatchReply } from "./messages.ts"

const FIRST_PAUSE_MS = 200

/**
 * Lists a prefix, then follows it from there. A broken connection goes on after the last revision seen; what was
 * compacted meanwhile is listed again. Tries for ever, less often the longer it fails.
 */
export function watchPrefix(
  { clock, random }: EtcdMachine,
  gateway: EtcdGateway,
  prefix: string,
  observer: WatchObserver,
): () => void {
  const range = prefixRange(prefix)
  let stopped = false
  let stop: () => void = () => undefined
  let next: number | undefined
  const pause = growingPause(FIRST_PAUSE_MS, random)

  const retry = (why: string) => {
    if (stopped) return
    observer.onHealth({ tag: "stale", why })
    stop = clock.schedule(pause.nextMs(), begin)
  }
  const live = () => {
    pause.reset()
    observer.onHealth({ tag: "live" })
  }
  const list = async () => {
    const reply = await gateway.call<RangeReply>("/v3/kv/range", range)
    if (stopped) return
    if (reply.tag !== "replied") return retry(reply.why)
    const listing = listingOf(reply.message)
    next = listing.revision + 1
    observer.onListing(listing)
    open(next)
  }
  const open = (from: number) => {
    const request = { create_request: { ...range, start_revision: String(from) } }
    const onMessage = (message: unknown) => take((message as { result?: WatchReply }).result ?? {})
    stop = gateway.follow("/v3/watch", request, { onMessage, onEnd: retry })
  }
  const take = (reply: WatchReply) => {
    if (stopped) return
    if (reply.canceled) {
      stop()
      if (Number(reply.compact_revision ?? 0) > 0) next = undefined
      return retry(reply.cancel_reason ?? "etcd ended the watch")
    }
    if (reply.created) live()
    const changes = changesOf(reply.events ?? [])
    if (changes.length === 0) return
    const revision = lastRevision(changes)
    next = revision + 1
    observer.onChanges(changes, revision)
  }
  const begin = () => {
    if (stopped) return
    if (next === undefined) void list()
    else open(next)
  }
  queueMicrotask(begin)
  return () => {
    stopped = true
    stop()
  }
}
