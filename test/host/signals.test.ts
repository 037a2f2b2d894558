import { expect, it } from "vitest"
import { keepSignals } from "../../src/host/signals.ts"
import type { SignalName, Signals } from "../../src/ports/signals.ts"

/** Signals that are raised by hand. */
function fakeSignals() {
  const handlers: [SignalName, () => void][] = []
  const signals: Signals = {
    on(name, handler) {
      const entry: [SignalName, () => void] = [name, handler]
      handlers.push(entry)
      return () => void handlers.splice(handlers.indexOf(entry), 1)
    },
  }
  const raise = (name: SignalName) => {
    const heard = handlers.filter(([one]) => one === name)
    for (const [, handler] of heard) handler()
    return heard.length
  }
  return { signals, raise }
}

it("Signals that come before somebody listens are kept for that one; later ones have no default action either", () => {
  const { signals, raise } = fakeSignals()
  const kept = keepSignals(signals)
  const heard: SignalName[] = []
  raise("SIGTERM")
  const stop = kept.on("SIGTERM", () => heard.push("SIGTERM"))
  expect(heard).toEqual(["SIGTERM"])
  raise("SIGTERM")
  expect(heard).toEqual(["SIGTERM", "SIGTERM"])
  stop()
  expect(raise("SIGTERM")).toBe(1)
  expect(heard).toHaveLength(2)
})
