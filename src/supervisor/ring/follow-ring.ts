import { type Elector, takePart } from "../../cluster/ring/elector.ts"
import type { SupervisorContext } from "../context.ts"
import { checkBinds, memberSummary } from "../group/bind-watch.ts"
import type { Observer } from "../observer.ts"
import type { Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import { serviceRecord } from "./own-record.ts"
import { electionIn, fenceIn, othersIn, type RingView } from "./ring-census.ts"
import { createUploads, type Uploads } from "./uploads.ts"

/** What a supervisor does in its ring, from the first service on. */
export type RingPart = Readonly<{
  /** Shows the ring what becomes of our services, and takes part in their elections. */
  observer: Observer
  /** Begins to act on what others do. */
  follow(supervisor: Supervisor): void
  /** `leaves`: services stop here, and the others are told; otherwise this supervisor comes back. */
  close(leaves: boolean): Promise<void>
}>

type Part = Readonly<{
  context: SupervisorContext
  view: RingView
  electors: Map<string, Elector>
  /** What each service was last told of its group. */
  seen: Map<string, string>
  supervisor: { value: Supervisor | undefined }
  uploads: { value: Uploads | undefined }
}>

/** Our part in a ring. `onDeparted`: this member was told to leave for good. */
export function createRingPart(context: SupervisorContext, view: RingView, onDeparted: () => void): RingPart {
  const part: Part = {
    context,
    view,
    electors: new Map(),
    seen: new Map(),
    supervisor: { value: undefined },
    uploads: { value: undefined },
  }
  return {
    observer: {
      onStep: (held) => show(part, held),
      onHook: () => undefined,
      onUpdate: () => undefined,
    },
    follow: (supervisor) => {
      part.supervisor.value = supervisor
      part.uploads.value = createUploads(context, view, supervisor.roster)
      const unsubscribe = view.ring.subscribe(() => {
        if (!view.ring.state().departed.has(context.memberId)) return look(part, supervisor)
        unsubscribe()
        supervisor.say("hab-sup", "MR", DEPARTED)
        onDeparted()
      })
    },
    close: async (leaves) => {
      part.uploads.value?.stop()
      if (!leaves) return
      await Promise.all([...part.electors.values()].map((elector) => elector.stop()))
      await view.ring.leave()
    },
  }
}

function show(part: Part, held: Supervised): void {
  const { context, view } = part
  view.ring.show("services", held.group, serviceRecord(context, held))
  const takesPart = held.spec.topology === "leader" && held.spec.desiredState === "up" && isRendered(held)
  const elector = part.electors.get(held.name)
  if (takesPart && elector === undefined) part.electors.set(held.name, electorOf(part, held))
  if (!isWanted(held) && elector !== undefined) {
    part.electors.delete(held.name)
    void elector.stop()
  }
}

/** Its hooks are there to be run. */
function isRendered({ service }: Supervised): boolean {
  return service.state.tag === "initializing" || service.state.tag === "starting" || service.state.tag === "up"
}

function isWanted({ spec, service, leaving }: Supervised): boolean {
  return !leaving && spec.desiredState === "up" && service.state.tag !== "gone"
}

function electorOf({ context, view, supervisor }: Part, held: Supervised): Elector {
  return takePart({
    ...view,
    group: held.group,
    clock: context.host.clock,
    patienceMs: 5_000,
    suitability: async () => supervisor.value?.askSuitability(held) ?? 0n,
  })
}

function look(part: Part, { roster, say }: Supervisor): void {
  const { context, view, seen, uploads } = part
  uploads.value?.look()
  checkBinds(context, roster, say)
  for (const held of roster.services.values()) {
    const summary = groupSummary(part, held)
    const before = seen.get(held.name) ?? ALONE
    seen.set(held.name, summary)
    if (held.rollout !== undefined) show(part, held)
    held.leaderFence = fenceIn(view, held.group) ?? undefined
    if (summary !== before) roster.post(held, { tag: "inputs-changed" })
  }
}

const DEPARTED =
  "This supervisor was told to leave its ring for good (hab sup depart). To come back as a new member, remove " +
  "MEMBER_ID and data/ from its directory and start it again"

const ALONE = JSON.stringify([[], { status: "none" }])

function groupSummary({ context, view }: Part, held: Supervised): string {
  const others = othersIn(view, held.group, context.host.clock.monotonicMs())
  const election = held.spec.topology === "leader" ? electionIn(view, held.group) : { status: "none" }
  return JSON.stringify([others.map(memberSummary), election])
}
