import type { SignalName, Signals } from "../ports/signals.ts"

/** Signals sent to this process. */
export const systemSignals: Signals = {
  on(signal, handler) {
    process.on(signal, handler)
    return () => void process.removeListener(signal, handler)
  },
}

const KEPT: readonly SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"]

/**
 * From now on none of these signals ends this process: those that come before somebody listens are kept for that one, and
 * those that come when nobody listens any more are passed over.
 */
export function keepSignals(signals: Signals = systemSignals): Signals {
  const kept: SignalName[] = []
  const heard = new Set<SignalName>()
  for (const name of KEPT) signals.on(name, () => void (heard.has(name) || kept.push(name)))
  return {
    on(name, handler) {
      heard.add(name)
      for (const _ of kept.filter((one) => one === name)) handler()
      return signals.on(name, handler)
    },
  }
}
