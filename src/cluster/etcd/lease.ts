import type { Answer, Lease } from "../cluster-store.ts"
import type { EtcdGateway, EtcdMachine } from "./gateway.ts"
import type { KeepAliveReply, LeaseReply } from "./messages.ts"

const RETRY_MS = 250

/**
 * Takes a lease and keeps it alive at a third of its time. It counts as lost when etcd says so, or when its time passed
 * since the last try that succeeded was *sent*: etcd's own clock for it started later, so we always know first.
 */
export async function takeLease(
  { clock }: EtcdMachine,
  gateway: EtcdGateway,
  ttlMs: number,
  onLost: () => void,
): Promise<Answer<Lease>> {
  let confirmedMs = clock.monotonicMs()
  const granted = await gateway.call<LeaseReply>("/v3/lease/grant", { TTL: String(Math.ceil(ttlMs / 1000)) })
  if (granted.tag !== "replied") return { tag: "unreachable", why: granted.why }
  const id = granted.message.ID ?? "0"
  const lifeMs = Number(granted.message.TTL ?? Math.ceil(ttlMs / 1000)) * 1000
  let state: "held" | "lost" | "released" = "held"
  const isHeld = () => state === "held" && clock.monotonicMs() - confirmedMs < lifeMs
  const lose = () => {
    if (state !== "held") return
    state = "lost"
    cancel()
    onLost()
  }
  const keepAlive = async () => {
    if (!isHeld()) return lose()
    const sentMs = clock.monotonicMs()
    const reply = await gateway.call<KeepAliveReply>("/v3/lease/keepalive", { ID: id })
    if (state !== "held") return
    if (reply.tag === "replied" && Number(reply.message.result?.TTL ?? 0) > 0) confirmedMs = sentMs
    else if (reply.tag === "replied" && reply.message.error === undefined) return lose()
    if (!isHeld()) return lose()
    const wait = reply.tag === "replied" ? lifeMs / 3 : RETRY_MS
    cancel = clock.schedule(
      Math.max(1, Math.min(wait, confirmedMs + lifeMs - clock.monotonicMs())),
      () => void keepAlive(),
    )
  }
  let cancel = clock.schedule(lifeMs / 3, () => void keepAlive())
  const release = async () => {
    if (state !== "held") return
    state = "released"
    cancel()
    await gateway.call("/v3/lease/revoke", { ID: id })
  }
  return { tag: "found", value: { id, isHeld, release } }
}
