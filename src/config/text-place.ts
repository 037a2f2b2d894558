/** Line and column of a text, both counted from 1 as editors do. */
export type TextPlace = Readonly<{ line: number; column: number }>

/** Where an offset is. For many questions about one text, `indexLines` is cheaper. */
export function placeAt(text: string, offset: number): TextPlace {
  return indexLines(text.slice(0, offset)).placeAt(offset)
}

/** Answers where offsets are, and back; places outside a text are moved to its edge. */
export function indexLines(text: string): {
  placeAt(offset: number): TextPlace
  offsetOf(place: TextPlace): number
} {
  const starts = [0]
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return {
    placeAt(offset) {
      const line = lastNotAbove(starts, offset)
      return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
    },
    offsetOf: ({ line, column }) => Math.min((starts[line - 1] ?? text.length) + column - 1, text.length),
  }
}

function lastNotAbove(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle
    else high = middle
  }
  return low
}
