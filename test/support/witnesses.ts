import { setTimeout as pause } from "node:timers/promises"

const LINES_MAX = 60
/** In front of every statement. */
const MARK = "\n--- "

/** Somebody who saw what a test did: a supervisor it started, a command that failed. */
export type Witness = Readonly<{
  /** A heading without a line feed, and the text below it. */
  tell: () => readonly [heading: string, text: string]
  /** False once nothing that comes after the running test can concern it. */
  isPresent: () => boolean
}>

type Failure = { message?: string }

const witnesses: Witness[] = []

/** From now on, until its test is over and it has left, `witness` is heard when something fails. */
export function hear(witness: Witness): void {
  const { length } = witnesses
  const [heading, text] = witness.tell()
  const last = witnesses[length - 1]?.tell()
  // Who asks again and again fails in the same words.
  if (last?.[0] !== heading || last[1] !== text) witnesses.push(witness)
}

/** What was seen so far, the last lines of each, to be added to the message of a failure. */
export function statements(): string {
  const told = witnesses.map(({ tell }) => {
    const [heading, text] = tell()
    const lines = text.trimEnd().split("\n").slice(-LINES_MAX)
    return [`${MARK}${heading}`, ...lines].join("\n")
  })
  return told.join("")
}

/** To be called after each test: adds the statements to what failed in it, and lets go who has nothing more to say. */
export async function closeHearing(failures: readonly Failure[]): Promise<void> {
  // What was printed while the test did not let us read.
  if (failures.length > 0) await pause(50)
  const said = statements()
  for (const failure of failures) failure.message = `${failure.message?.split(MARK, 1)[0] ?? ""}${said}`
  witnesses.splice(0, witnesses.length, ...witnesses.filter(({ isPresent }) => isPresent()))
}
