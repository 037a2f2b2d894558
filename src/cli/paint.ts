import pc from "picocolors"

export type Paint = Pick<
  ReturnType<typeof pc.createColors>,
  "bold" | "cyan" | "dim" | "green" | "magenta" | "red" | "yellow"
>

const plain = (text: string | number | null | undefined) => String(text)
const PLAIN: Paint = { bold: plain, cyan: plain, dim: plain, green: plain, magenta: plain, red: plain, yellow: plain }

/** Colours for lines people read, or none. The library is loaded for colours only: it looks at the terminal first, 5 ms. */
export function paintOf(colour: boolean): Paint {
  return colour ? pc.createColors(true) : PLAIN
}
