import type { Moved } from "../base/transfer.ts"

const BAR_LENGTH = 20
const UNITS = ["B", "kB", "MB", "GB", "TB"] as const

export type TransferFigures = Moved &
  Readonly<{
    /** Left out until something is known of it. */
    bytesPerSecond?: number
  }>

/** One line, shorter than any terminal: bar, percent, how much of how much, and how fast; without bar where the end is not known. */
export function transferLine({ bytes, total, bytesPerSecond }: TransferFigures, ascii: boolean): string {
  const rate = bytesPerSecond === undefined ? [] : [`${amount(bytesPerSecond)}/s`]
  if (total === undefined || total === 0) return ["", amount(bytes), ...rate].join("  ")
  const part = Math.min(bytes / total, 1)
  const percent = `${Math.floor(part * 100)} %`.padStart(5)
  return ["", bar(part, ascii), percent, `${amount(bytes)} of ${amount(total)}`, ...rate].join("  ")
}

function bar(part: number, ascii: boolean): string {
  const full = Math.floor(part * BAR_LENGTH)
  const [done, left] = ascii ? ["#", "-"] : ["█", "░"]
  return done.repeat(full) + left.repeat(BAR_LENGTH - full)
}

/** Three digits or so: `512 B`, `4.2 MB`, `310 MB`. Units count 1000, as those of networks do. */
function amount(bytes: number): string {
  const power = UNITS.findLastIndex((_, at) => bytes >= 1000 ** at)
  if (power < 1) return `${Math.floor(bytes)} B`
  const count = bytes / 1000 ** power
  return `${count < 100 ? count.toFixed(1) : Math.floor(count)} ${UNITS[power]}`
}
