import { HabError } from "../../base/errors.ts"
import { openDepot } from "../../depot/open-depot.ts"
import { type FullIdent, stringifyIdent } from "../../package/ident.ts"
import { compareByParts } from "../../package/order.ts"
import type { Host } from "../../ports/host.ts"
import { reportAs, type SupervisorContext } from "../context.ts"
import type { Observer } from "../observer.ts"
import type { Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import { decideUpdate } from "./decide-update.ts"

export type UpdateOptions = Readonly<{
  periodMs: number
  /** How many releases of a service's package stay once it runs a newer one. Absent: all. */
  keepLatest?: number
}>

export type Updater = Readonly<{
  observer: Observer
  /** Begins to look; returns how to stop. */
  start(supervisor: Supervisor): () => void
}>

/**
 * Keeps services with the strategy `at-once` on their channel: looks every period, the first time after a random part of
 * one, installs what it decided on through a `hab` of its own, and lets the service go over. What a rollback left behind
 * is removed as soon as the older release runs (spec supervisor §6.6).
 */
export function createUpdater(
  context: SupervisorContext,
  host: Pick<Host, "web" | "compression" | "target">,
  options: UpdateOptions,
): Updater {
  const { clock, random } = context.host
  const rolledBack = new Map<string, FullIdent>()
  let supervisor: Supervisor | undefined
  let cancel = () => {}
  const next = (delayMs: number) => {
    cancel = clock.schedule(delayMs, () => void look().finally(() => next(options.periodMs)))
  }
  const look = async () => {
    for (const held of supervisor?.roster.services.values() ?? []) {
      if (held.spec.updateStrategy === "at-once" && !held.leaving) await lookAt(held)
    }
  }
  const lookAt = async (held: Supervised) => {
    const running = (held.upcoming ?? held.release)?.pkg.ident
    if (supervisor === undefined || running === undefined || held.spec.desiredState === "down") return
    try {
      const head = await headOf(context, host, held, supervisor)
      const installed = context.store.find(held.spec.ident)?.ident
      const condition = held.spec.updateCondition
      const decision = decideUpdate({ wish: held.spec.ident, condition, running, head, installed })
      if (decision.tag === "stay") return
      const verb = decision.tag === "update" ? "Updating" : "Rolling back"
      const { to } = decision
      supervisor.say(held.group, "SU", `${verb} from ${stringifyIdent(running)} to ${stringifyIdent(to)}`)
      const { bldrUrl, channel } = held.spec
      const words = ["install", stringifyIdent(to), "--ignore-install-hook", "--url", bldrUrl, "--channel", channel]
      if (context.store.find(to) === undefined && !(await supervisor.runHab(held, ["pkg", ...words]))) return
      if (decision.tag === "roll-back") rolledBack.set(held.name, to)
      supervisor.goOverTo(held, to)
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      supervisor.say(held.group, "SU", `Looking for an update failed: ${error.message}`)
    }
  }
  const cleanUp = async (held: Supervised) => {
    const { ident } = held.release?.pkg ?? {}
    if (supervisor === undefined || ident === undefined) return
    const { origin, name } = ident
    const releases = context.store.list({ origin, name }).map((pkg) => pkg.ident)
    const target = rolledBack.get(held.name)
    if (target !== undefined && stringifyIdent(target) === stringifyIdent(ident)) {
      rolledBack.delete(held.name)
      for (const newer of releases.filter((one) => compareByParts(one, target) > 0)) {
        await supervisor.runHab(held, ["pkg", "uninstall", stringifyIdent(newer), "--no-deps"])
      }
    }
    const { keepLatest } = options
    if (keepLatest === undefined || releases.length <= keepLatest) return
    await supervisor.runHab(held, ["pkg", "uninstall", `${origin}/${name}`, "--keep-latest", String(keepLatest)])
  }
  return {
    observer: {
      onStep: (held, { event }) => {
        if (event.tag === "process-started") void cleanUp(held)
      },
      onHook: () => undefined,
    },
    start(running) {
      supervisor = running
      next(random() * options.periodMs)
      return () => cancel()
    },
  }
}

async function headOf(
  context: SupervisorContext,
  { web, compression, target }: Pick<Host, "web" | "compression" | "target">,
  held: Supervised,
  { say }: Supervisor,
): Promise<FullIdent | undefined> {
  const { bldrUrl, channel, ident } = held.spec
  const tools = { ...context.host, web, compression, report: reportAs(say, held.group, "SU") }
  const depot = openDepot(tools, bldrUrl, context.host.env["HAB_AUTH_TOKEN"])
  return (await depot.find(ident, { channel, target }))?.ident
}
