/** How console lines look; the launcher decides once and tells the supervisor. */
export type ConsoleStyle = Readonly<{ json: boolean; color: boolean }>

/** Where a line comes from. `program`: `hab-sup` or `hab-launch` itself, which is coloured otherwise. */
export type LineSource = Readonly<{ preamble: string; key: string; program?: boolean }>

/** Place in our source, printed when verbose. */
export type LineLocation = Readonly<{ file: string; line: number; column: number }>

/** The keys of spec supervisor §8.3: what part of us a line is from. */
const LOG_KEYS = {
  AG: "control gateway",
  CE: "census",
  CF: "configuration",
  CMD: "commands",
  E: "a service's standard error",
  HK: "hooks and health",
  MN: "main",
  MR: "manager",
  O: "a service's standard output",
  PW: "peer watcher",
  SD: "spec directory",
  SH: "shell",
  SR: "service runtime",
  ST: "terminator",
  SU: "service updater",
  SV: "service process",
  SY: "system",
  UCW: "user configuration watcher",
  UT: "utilities",
} as const satisfies Record<string, string>

export type LogKey = keyof typeof LOG_KEYS

const CYAN = 36
const GREEN = 32
const BOLD_WHITE = "1;37"
const UNDERLINED_WHITE = "4;37"

/** One line without its line feed: `redis.default(O): ready`, or one JSON object (spec supervisor §8.3). */
export function formatLine(style: ConsoleStyle, source: LineSource, text: string, location?: LineLocation): string {
  if (style.json) {
    return JSON.stringify({ preamble: source.preamble, logkey: source.key, ...location, content: text })
  }
  const place = location === undefined ? "" : `${location.file}:${location.line}:${location.column}`
  const shown = place === "" ? "" : `[${paint(style, UNDERLINED_WHITE, place)}]`
  return `${head(style, source)}${shown}: ${text}`
}

/** What stands in front of every plain line of a source: `redis.default(O): `. */
export function linePrefix(style: ConsoleStyle, source: LineSource): string {
  return `${head(style, source)}: `
}

function head(style: ConsoleStyle, { preamble, key, program }: LineSource): string {
  const name = paint(style, program === true ? CYAN : GREEN, preamble)
  return `${name}(${paint(style, BOLD_WHITE, key)})`
}

function paint({ color }: ConsoleStyle, code: number | string, text: string): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}
