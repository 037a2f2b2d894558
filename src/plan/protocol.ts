import { Buffer } from "node:buffer"

/** One thing the build's shell says: a kind, and its fields (session.bash). */
export type ShellMessage = Readonly<{ kind: string; fields: readonly string[] }>

/** Takes the bytes of the shell's channel as they come and tells of whole records: kind, count, fields, each NUL-ended. */
export function decodeMessages(onMessage: (message: ShellMessage) => void): (bytes: Uint8Array) => void {
  let held = Buffer.alloc(0)
  let texts: string[] = []
  return (bytes) => {
    held = Buffer.concat([held, bytes])
    for (let end = held.indexOf(0); end >= 0; end = held.indexOf(0)) {
      texts.push(held.toString("utf8", 0, end))
      held = held.subarray(end + 1)
      if (texts.length >= 2 && texts.length === 2 + Number(texts[1])) {
        const [kind = "", , ...fields] = texts
        texts = []
        onMessage({ kind, fields })
      }
    }
  }
}

/**
 * Takes the lines a shell prints. A line of one NUL is not output: the shell tells by it that all it printed has come,
 * and precedes it with a line feed that ends an unfinished line.
 */
export function withoutMarks(onLine: (line: string) => void, onMark: () => void): (line: string) => void {
  let heldEmpty = false
  return (line) => {
    const isMark = line === "\0"
    if (heldEmpty && !isMark) onLine("")
    heldEmpty = line === ""
    if (isMark) onMark()
    else if (line !== "") onLine(line)
  }
}

/** The answer to a helper's call: a status and what to tell it. NUL cannot be in a shell's text and is dropped. */
export function encodeAnswer(answer: Readonly<{ status: number; fields: readonly string[] }>): string {
  const texts = [String(answer.status), String(answer.fields.length), ...answer.fields]
  return texts.map((text) => `${text.replaceAll("\0", "")}\0`).join("")
}

/** The text as one word of bash, whatever it holds. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** `name=value` with the value taken as it is. */
export function assignText(name: string, value: string): string {
  return `${name}=${shellWord(value)}`
}

/** `name=(…)` for a list of values. */
export function assignList(name: string, values: readonly string[]): string {
  return `${name}=(${values.map(shellWord).join(" ")})`
}

/** `name=([key]=…)` for an associative array that is declared already. */
export function assignMap(name: string, values: ReadonlyMap<string, string>): string {
  const entries = [...values].map(([key, value]) => `[${shellWord(key)}]=${shellWord(value)}`)
  return `${name}=(${entries.join(" ")})`
}
