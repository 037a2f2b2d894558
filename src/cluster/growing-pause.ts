/** Pauses between tries of what keeps failing. */
export type GrowingPause = Readonly<{
  /** How long to wait now; the next pause is twice as long. */
  nextMs(): number
  /** It worked: the next pause is the first one again. */
  reset(): void
}>

const LONGEST_MS = 5_000

/** Pauses from the first up to five seconds, each shortened by up to a half, so that many machines do not come at once. */
export function growingPause(firstMs: number, random: () => number): GrowingPause {
  let pauseMs = firstMs
  return {
    nextMs() {
      const scatteredMs = pauseMs * (0.5 + random() / 2)
      pauseMs = Math.min(pauseMs * 2, LONGEST_MS)
      return scatteredMs
    },
    reset() {
      pauseMs = firstMs
    },
  }
}
