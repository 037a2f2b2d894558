import type { Signals } from "../ports/signals.ts"

/** Signals sent to this process. */
export const systemSignals: Signals = {
  on(signal, handler) {
    process.on(signal, handler)
    return () => void process.removeListener(signal, handler)
  },
}
