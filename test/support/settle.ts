const TURNS = 3

/** Lets everything run that waits for no clock and no machine: promises, and what they put off to the next turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}
