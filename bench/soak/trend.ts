import { median } from "../bench.ts"

/** What supervision took of the machine at one moment. */
export type Sample = Readonly<{ atMs: number; kilobytes: number }>

/** Open descriptors while every service was up and nothing was started: after a fifth of the time, and at the end. */
export type Descriptors = Readonly<{ early: number; late: number }>

/** What a soak must show: see `judge`. */
export type Judgement = Readonly<{
  megabytesPerHour: number
  /** Empty when it passed. */
  problems: readonly string[]
}>

export const MEGABYTES_PER_HOUR_MAX = 1
const WINDOWS = 20

/** Passed when memory grows by less than 1 MB an hour over the last half, and no descriptor stays open. */
export function judge(samples: readonly Sample[], { early, late }: Descriptors): Judgement {
  const halfMs = (samples.at(-1)?.atMs ?? 0) / 2
  const megabytesPerHour = growth(samples.filter(({ atMs }) => atMs >= halfMs))
  const grew = `memory grew by ${megabytesPerHour.toFixed(2)} MB an hour over the last half`
  const problems = [
    ...(megabytesPerHour < MEGABYTES_PER_HOUR_MAX ? [] : [grew]),
    ...(early === late ? [] : [`open descriptors went from ${early} to ${late}`]),
  ]
  return { megabytesPerHour, problems }
}

/**
 * MB an hour, as the median slope between the lowest samples of equal windows: garbage that is not collected yet is no
 * leak, and a single outlier is no trend.
 */
export function growth(samples: readonly Sample[]): number {
  const size = Math.max(1, Math.floor(samples.length / WINDOWS))
  const floors: Sample[] = []
  for (let at = 0; at + size <= samples.length; at += size) {
    floors.push(samples.slice(at, at + size).reduce((least, one) => (one.kilobytes < least.kilobytes ? one : least)))
  }
  const slopes = floors.flatMap((from, index) =>
    floors.slice(index + 1).map((to) => (to.kilobytes - from.kilobytes) / (to.atMs - from.atMs)),
  )
  return slopes.length === 0 ? 0 : (median(slopes) * 3_600_000) / 1024
}
