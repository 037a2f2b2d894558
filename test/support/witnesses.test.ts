import { expect, it } from "vitest"
import { closeHearing, hear, statements } from "./witnesses.ts"

const says = (heading: string, text: string, isPresent = () => false) =>
  hear({ tell: () => [heading, text], isPresent })

it("A failure is told with the last lines of everybody who saw the test, and of those who go on the next one too", async () => {
  const printed = Array.from({ length: 99 }, (_, line) => `line ${line}`).join("\n")
  let isRunning = true
  says("a supervisor", printed, () => isRunning)
  for (const _ of ["first", "again"]) says("a command", "no such service\n")
  const failure = { message: "expected 1 to be 2" }
  await closeHearing([failure])
  expect(failure.message).toMatch(
    /^expected 1 to be 2\n--- a supervisor\nline 39\n[\s\S]*\nline 98\n--- a command\nno such service$/,
  )
  isRunning = false
  const next = { message: `gave up${statements()}` }
  await closeHearing([next])
  expect(next.message.split("\n--- ")).toEqual(["gave up", expect.stringMatching(/^a supervisor\n/)])
  expect(statements()).toBe("")
})
