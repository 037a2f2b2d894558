import type { FullIdent } from "../package/ident.ts"
import type { Supervised } from "./supervised.ts"
import { type ChangeContext, takeSpec } from "./take-spec.ts"

/** Somebody asks for a new process of the newest release. `force`: no hook can refuse. */
export function restartByHand(change: ChangeContext, held: Supervised, force: boolean): void {
  const newer = newerRelease(change, held)
  const act = () => {
    takeSpec(change, held, { spec: held.spec, because: "manual" })
    change.roster.post(held, { tag: "restart", reason: "manual", force })
  }
  if (newer === undefined) act()
  else upgrade(change, held, newer, act)
}

/** The service goes over to this installed release, whatever newer ones there are, until it is restarted by hand. */
export function goOverTo(change: ChangeContext, held: Supervised, release: FullIdent): void {
  upgrade(change, held, release, () => takeSpec(change, held, { spec: held.spec, because: "update", release }))
}

/** A newer release that satisfies the spec was installed meanwhile: the service goes over to it. */
export function takeNewerRelease(change: ChangeContext, held: Supervised): void {
  const newer = newerRelease(change, held)
  if (newer !== undefined && !change.changes.isPending(held.name)) {
    upgrade(change, held, newer, () => takeSpec(change, held, { spec: held.spec, because: "update" }))
  }
}

function newerRelease({ context }: ChangeContext, held: Supervised): FullIdent | undefined {
  const newest = held.spec.own.command === undefined ? context.store.find(held.spec.ident) : undefined
  const known = held.upcoming ?? held.release
  return newest !== undefined && newest.path !== known?.pkg.path ? newest.ident : undefined
}

/** A newer release was installed while no supervisor ran: the service starts with it, or, refused, as it was. */
export function upgradeAtBoot(change: ChangeContext, held: Supervised, release: FullIdent): void {
  const start = () => change.roster.post(held, { tag: "start", reason: "boot" })
  const act = () => {
    takeSpec(change, held, { spec: held.spec, because: "boot" })
    start()
  }
  upgrade(change, held, release, act, start)
}

function upgrade(
  change: ChangeContext,
  held: Supervised,
  release: FullIdent,
  act: () => void,
  refused: () => void = () => undefined,
): void {
  void change.changes.run({
    verb: "update",
    ...{ held, spec: { ...held.spec, ident: release }, declared: held.declared, reason: "update", again: true, act },
    isWanted: () => change.roster.services.get(held.name) === held && !held.leaving,
    refused(problem) {
      held.changeRefused = problem
      refused()
    },
  })
}
