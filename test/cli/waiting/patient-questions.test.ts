import { expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import type { CommandContext } from "../../../src/cli/command.ts"
import { patientQuestions } from "../../../src/cli/waiting/patient-questions.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { fakeLocks } from "../../support/install-world.ts"

it("Who waits for a supervisor waits while its launcher is there, and ten seconds for another launcher", async () => {
  const [clock, locks] = [fakeClock(), fakeLocks()]
  const world = { answer: undefined as unknown }
  const control = { request: async () => world.answer }
  const layout = createLayout({ root: "/", enclosed: true })
  const context = {
    host: { clock, locks, control },
    layout,
    remote: async () => undefined,
  } as unknown as CommandContext
  const ask = patientQuestions(context)
  const launcher = await locks.acquire("/hab/sup/default/LOCK", { content: "4711" })
  for (const _ of ["at once", "after a long time"]) {
    expect(await ask("/services")).toBeUndefined()
    clock.advance(60_000)
  }
  if (launcher.tag === "acquired") launcher.release()
  expect(await ask("/services")).toBeUndefined()
  clock.advance(9_999)
  expect(await ask("/services")).toBeUndefined()
  world.answer = { status: 200, body: [] }
  expect(await ask("/services")).toEqual([])
  world.answer = undefined
  expect(await ask("/services")).toBeUndefined()
  clock.advance(10_000)
  await expect(ask("/services")).rejects.toMatchObject({ code: "SUPERVISOR_ABSENT" })
})
