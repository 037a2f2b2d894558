import { setTimeout as pause } from "node:timers/promises"
import { statements } from "./witnesses.ts"

/** Waits for `condition` to give something truthy; the only waiting tests do. Fails loudly after `limitMs`. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value as NonNullable<T>
    if (performance.now() > deadline) throw gaveUp(what, limitMs)
    await pause(10)
  }
}

function gaveUp(what: string, limitMs: number): Error {
  return new Error(`gave up after ${limitMs} ms waiting until ${what}${statements()}`)
}
