import type { Report } from "./progress.ts"

/** What of a file has moved, in bytes, with what an earlier attempt moved; `total` is the whole file, where it is known. */
export type Moved = Readonly<{ bytes: number; total?: number }>

export type OnMoved = (moved: Moved) => void

/** Reports how far a transfer is while it lasts. */
export function reportTransfer<T>(report: Report, transfer: (onMoved: OnMoved) => Promise<T>): Promise<T> {
  return transfer((moved) => report({ tag: "transfer", ...moved })).finally(() => report({ tag: "transfer-over" }))
}
