import { NEVER } from "../base/never.ts"
import type { ServiceChanges } from "./change/change-runner.ts"
import type { SpecLook } from "./look-at-specs.ts"
import { orderServices } from "./set/dependency-order.ts"
import type { SetContext, SetRunner } from "./set/set-runner.ts"
import type { Supervised } from "./supervised.ts"

/** How a supervisor comes to its end. */
export type Endings = Readonly<{
  /** Stops every service, sets with their hooks; resolves when nothing of any is left. */
  stopAll(): Promise<void>
  /** Lets every service go, alive as it is. */
  detachAll(): void
}>

type Parts = Readonly<{ sets: SetRunner; changes: ServiceChanges; giveUp: SpecLook["giveUp"] }>

/** What was found in the specs and is not done yet stays as it is. `stopped`: woken when a service has settled. */
export function endings(setContext: SetContext, { sets, changes, giveUp }: Parts, stopped: (() => void)[]): Endings {
  const { roster } = setContext
  const begin = () => {
    giveUp()
    return changes.giveUpAll()
  }
  return {
    stopAll: () => begin().then(() => stopAll(setContext, sets, stopped)),
    detachAll: () => {
      void begin()
      for (const held of roster.services.values()) roster.post(held, { tag: "detach" })
    },
  }
}

/** True for a service of which nothing is alive and nothing is being done about. */
export function isSettled(held: Supervised): boolean {
  return held.service.state.tag === "down" || held.service.state.tag === "gone"
}

/** Those that depend on others first; around it, all at once, the hooks of the sets that have something to stop. */
async function stopAll(setContext: SetContext, sets: SetRunner, stopped: (() => void)[]): Promise<void> {
  const { roster } = setContext
  await sets.giveUpAll()
  const services = [...roster.services.values()]
  const alive = services.filter((held) => !isSettled(held)).flatMap(({ spec }) => spec.own.set ?? [])
  const hooks = (event: "pre-stop" | "post-stop") =>
    Promise.all(
      [...new Set(alive)].map((set) => setContext.runHooks(set, event, { reason: "shutdown", signal: NEVER })),
    )
  await hooks("pre-stop")
  const bySpec = new Map(services.map((held) => [held.spec, held]))
  for (const level of orderServices(services.map(({ spec }) => spec)).reverse()) {
    const held = level.flatMap((spec) => bySpec.get(spec) ?? [])
    for (const one of held) roster.post(one, { tag: "stop", reason: "shutdown", force: true })
    while (held.some((one) => !isSettled(one) && roster.services.has(one.name))) {
      await new Promise<void>((resolve) => stopped.push(resolve))
    }
  }
  await hooks("post-stop")
}
