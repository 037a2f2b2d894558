import { type FullIdent, isFullIdent, type PackageIdent, stringifyIdent } from "../../package/ident.ts"
import { comparePartially } from "../../package/order.ts"
import type { ServiceSpec } from "../spec/spec.ts"

export type UpdateDecision = Readonly<{ tag: "stay" } | { tag: "update" | "roll-back"; to: FullIdent }>

export type UpdateFacts = Readonly<{
  /** What the spec asks for. */
  wish: PackageIdent
  condition: ServiceSpec["updateCondition"]
  running: FullIdent
  /** The latest release of the channel that answers the wish. */
  head: FullIdent | undefined
  /** The latest installed one that does. */
  installed: FullIdent | undefined
  /** A release that did not become healthy: it is as if it were not there. */
  rejected?: string
}>

/**
 * What a service should run next (spec supervisor §6.6). `latest` only goes forward, to the channel's release or to a later
 * one that is installed; `track-channel` goes wherever the channel's head is. An exact release in the spec stays, and so
 * does everything while the channel has none.
 */
export function decideUpdate({ wish, condition, running, rejected, ...offered }: UpdateFacts): UpdateDecision {
  const usable = (ident: FullIdent | undefined) =>
    ident === undefined || stringifyIdent(ident) === rejected ? undefined : ident
  const [head, installed] = [usable(offered.head), usable(offered.installed)]
  if (isFullIdent(wish)) return { tag: "stay" }
  if (condition === "track-channel") {
    if (head === undefined || stringifyIdent(head) === stringifyIdent(running)) return { tag: "stay" }
    return { tag: comparePartially(head, running) === 1 ? "update" : "roll-back", to: head }
  }
  const offers = [head, installed].filter((one) => one !== undefined)
  const latest = offers.reduce((best, one) => (comparePartially(one, best) === 1 ? one : best), running)
  return latest === running ? { tag: "stay" } : { tag: "update", to: latest }
}
