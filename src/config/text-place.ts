/** Line and column of a text, both counted from 1 as editors do. */
export type TextPlace = Readonly<{ line: number; column: number }>

/** Where an offset is. */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf("\n") + 1
  return { line: before.split("\n").length, column: before.length - lineStart + 1 }
}
