import { printByteSize } from "../base/byte-size.ts"
import type { Host } from "../ports/host.ts"
import type { Say } from "./context.ts"
import { type Observer, UNOBSERVED } from "./observer.ts"
import type { Roster } from "./roster.ts"
import type { Supervised } from "./supervised.ts"

/** As often as PM2 looks; nobody looks while no service that runs has a limit. */
const PERIOD_MS = 30_000
const MIB = 1024 * 1024

/** What may give a service a process or a limit. */
const BEGINNINGS: readonly string[] = ["process-started", "found-alive", "settings-changed"]

type Context = Readonly<{
  host: Pick<Host, "clock" | "residentMemory">
  roster: () => Pick<Roster, "services" | "post">
  say: Say
}>

/** Restarts services whose processes hold more memory than their `max_memory_restart`, with the reason `memory`. */
export function watchMemory({ host, roster, say }: Context): Observer {
  let isArmed = false
  const arm = () => {
    if (isArmed) return
    isArmed = true
    host.clock.schedule(PERIOD_MS, look)
  }
  const look = () => {
    isArmed = false
    const limited = [...roster().services.values()].filter(isLimited)
    if (limited.length === 0) return
    arm()
    const held = host.residentMemory(new Set(limited.flatMap(({ service }) => service.life.pid ?? [])))
    for (const one of limited) {
      const { pid = 0 } = one.service.life
      const limit = one.spec.own.maxMemoryRestart ?? 0
      const bytes = held.get(pid) ?? 0
      if (bytes <= limit || one.service.state.tag !== "up") continue
      say(
        one.group,
        "SR",
        `Restarting: it holds ${Math.ceil(bytes / MIB)}M of memory, more than ${printByteSize(limit)}`,
      )
      roster().post(one, { tag: "restart", reason: "memory" })
    }
  }
  return {
    ...UNOBSERVED,
    onStep(one, { event }) {
      if (BEGINNINGS.includes(event.tag) && isLimited(one)) arm()
    },
  }
}

function isLimited({ spec, service }: Supervised): boolean {
  return spec.own.maxMemoryRestart !== undefined && service.life.pid !== undefined
}
