import { median } from "../bench.ts"

/** What supervision took of the machine at one moment. */
export type Sample = Readonly<{ atMs: number; kilobytes: number }>

/** Open descriptors while every service was up and nothing was started: after a fifth of the time, and at the end. */
export type Descriptors = Readonly<{ early: number; late: number }>

/** What a soak must show: see `judge`. */
export type Judgement = Readonly<{
  megabytesPerHour: number
  /** What it grows by at least, for 19 soaks in 20: what is above the limit only by noise is no leak. */
  leastMegabytesPerHour: number
  /** Empty when it passed. */
  problems: readonly string[]
}>

export const MEGABYTES_PER_HOUR_MAX = 1
const WINDOWS = 20
/** Standard deviations that 95 % of a normal distribution are above on one side. */
const ONE_SIDED_95 = 1.645

/**
 * Passed unless memory grows by 1 MB an hour or more over the last half, told apart from noise, or a descriptor stays open.
 */
export function judge(samples: readonly Sample[], { early, late }: Descriptors): Judgement {
  const slopes = slopesOf(samples.slice(Math.floor(samples.length / 2)))
  const megabytesPerHour = medianOf(slopes)
  const leastMegabytesPerHour = leastOf(slopes)
  const grew = `memory grew by ${megabytesPerHour.toFixed(2)} MB an hour over the last half`
  const problems = [
    ...(leastMegabytesPerHour < MEGABYTES_PER_HOUR_MAX ? [] : [grew]),
    ...(early === late ? [] : [`open descriptors went from ${early} to ${late}`]),
  ]
  return { megabytesPerHour, leastMegabytesPerHour, problems }
}

/**
 * MB an hour, as the median slope between the lowest samples of equal windows: garbage that is not collected yet is no
 * leak, and a single outlier is no trend (Theil and Sen).
 */
export function growth(samples: readonly Sample[]): number {
  return medianOf(slopesOf(samples))
}

type Slopes = Readonly<{ windows: number; megabytesPerHour: readonly number[] }>

function slopesOf(samples: readonly Sample[]): Slopes {
  const size = Math.max(1, Math.floor(samples.length / WINDOWS))
  const floors: Sample[] = []
  for (let at = 0; at + size <= samples.length; at += size) {
    floors.push(samples.slice(at, at + size).reduce((least, one) => (one.kilobytes < least.kilobytes ? one : least)))
  }
  const slopes = floors.flatMap((from, index) =>
    floors.slice(index + 1).map((to) => (to.kilobytes - from.kilobytes) / (to.atMs - from.atMs)),
  )
  return { windows: floors.length, megabytesPerHour: slopes.map((slope) => (slope * 3_600_000) / 1024) }
}

function medianOf({ megabytesPerHour }: Slopes): number {
  return megabytesPerHour.length === 0 ? 0 : median(megabytesPerHour)
}

/** The lower end of the slope's confidence interval, by Kendall's variance of the order of the windows. */
function leastOf({ windows, megabytesPerHour }: Slopes): number {
  const deviation = Math.sqrt((windows * (windows - 1) * (2 * windows + 5)) / 18)
  const below = Math.floor((megabytesPerHour.length - ONE_SIDED_95 * deviation) / 2)
  return [...megabytesPerHour].sort((a, b) => a - b)[Math.max(0, below)] ?? 0
}
