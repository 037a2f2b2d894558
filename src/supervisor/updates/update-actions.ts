import type { UpdateRecord } from "../../cluster/ring/records.ts"
import type { Choose, RolloutActions } from "../../cluster/ring/rollout-part.ts"
import { parseFullIdent, stringifyIdent } from "../../package/ident.ts"
import { compareByParts } from "../../package/order.ts"
import type { SupervisorContext } from "../context.ts"
import type { Observer } from "../observer.ts"
import type { Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import { decideUpdate } from "./decide-update.ts"
import { type DepotHost, findHead } from "./find-head.ts"
import { updateSelf } from "./update-self.ts"

export type UpdateParts = Readonly<{
  context: SupervisorContext
  host: DepotHost
  supervisor: Supervisor
  observer: Pick<Observer, "onUpdate">
}>

/** How a service takes part in the updates of its group. `isShared`: others are in the group. */
export function updateActions(parts: UpdateParts, held: Supervised, isShared: boolean): RolloutActions {
  const { context, supervisor, observer } = parts
  const running = () => stringifyIdent((held.upcoming ?? held.release)?.pkg.ident ?? held.spec.ident)
  return {
    self: () => updateSelf(held, isShared && held.spec.topology === "leader", context.host.clock.monotonicMs()),
    install: async (to, verb) => {
      const { bldrUrl, channel } = held.spec
      const before = running()
      supervisor.say(held.group, "SU", `${verb === "update" ? "Updating" : "Rolling back"} from ${before} to ${to}`)
      observer.onUpdate(held, { what: "begun", release: to, before })
      const words = ["install", to, "--ignore-install-hook", "--url", bldrUrl, "--channel", channel]
      return context.store.find(parseFullIdent(to)) !== undefined || supervisor.runHab(held, ["pkg", ...words])
    },
    goOver: (to) => supervisor.goOverTo(held, parseFullIdent(to)),
    settle: async (record) => {
      observer.onUpdate(held, { what: "healthy", release: record.package })
      if (record.from === undefined) await removeLater(parts, held, record)
    },
    notWritten: (why) => supervisor.say(held.group, "SU", `A step of its update could not be written down: ${why}`),
    rejected: ({ package: release, rejected }) => {
      if (rejected === undefined) return
      const { package: bad, why } = rejected
      supervisor.say(held.group, "SU", `${bad} is ${why}: going back to ${release}. It is not tried again`)
      observer.onUpdate(held, { what: "rejected", release: bad, before: release, problem: why })
    },
  }
}

/**
 * What the channel asks for. In a group of many only what is in the channel counts: a release that happens to be on one
 * machine cannot be had by the others.
 */
export function chooseFor({ context, host, supervisor }: UpdateParts, held: Supervised, isShared: boolean): Choose {
  return async ({ current, rejected }) => {
    const { ident: wish, updateCondition: condition } = held.spec
    const head = await findHead(context, host, held, supervisor.say)
    const installed = isShared ? undefined : context.store.find(wish)?.ident
    const running = parseFullIdent(current)
    const known = rejected === undefined ? {} : { rejected }
    const decision = decideUpdate({ wish, condition, running, head, installed, ...known })
    if (decision.tag === "stay") return undefined
    return { to: stringifyIdent(decision.to), tag: decision.tag, follows: condition === "track-channel" }
  }
}

/** After a way back: what is newest among the installed releases has to be what runs (spec supervisor §6.6). */
async function removeLater(parts: UpdateParts, held: Supervised, record: UpdateRecord): Promise<void> {
  const target = parseFullIdent(record.package)
  const { origin, name } = target
  for (const { ident } of parts.context.store.list({ origin, name })) {
    if (compareByParts(ident, target) <= 0) continue
    await parts.supervisor.runHab(held, ["pkg", "uninstall", stringifyIdent(ident), "--no-deps"])
  }
}
