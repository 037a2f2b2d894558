import { describe, expect, it } from "vitest"
import { readerOf } from "../support/doc-page.ts"
import { createHab, type Hab, processesOf } from "../support/hab.ts"
import { until } from "../support/until.ts"

const pidOf = (hab: Hab, name: string) => hab.status(name)?.pid ?? undefined

describe("the pages that are followed step by step", () => {
  it("docs/tutorial/first-service.md", async () => {
    const hab = createHab()
    const reader = readerOf("tutorial/first-service.md", hab)
    reader.followTo("3. Run it")
    const sup = reader.supervisor()
    await sup.sees(/^clock\.default\(O\): \d\d:\d\d:\d\d in UTC$/)
    reader.followTo("4. Look at it")
    const first = pidOf(hab, "clock")
    reader.followTo("5. Change its configuration")
    await sup.sees(/in Asia\/Tokyo/)
    const second = pidOf(hab, "clock")
    expect(second).not.toBe(first)
    reader.followTo("6. Change it without a restart")
    await sup.sees(/the clock goes on/)
    await sup.sees(/in Africa\/Nairobi/)
    expect(hab.status("clock")?.ident).toContain("me/clock/0.2.0/")
    const third = pidOf(hab, "clock")
    reader.followTo("7. Kill it")
    expect(pidOf(hab, "clock")).not.toBe(third)
    reader.followTo("8. Stop")
    expect(await sup.ended()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
  })

  it("docs/how-to/write-hooks.md", async () => {
    const hab = createHab()
    const reader = readerOf("how-to/write-hooks.md", hab)
    reader.followTo("Try it")
    const sup = reader.supervisor()
    await sup.sees(/carried welcome/)
    const pid = pidOf(hab, "courier")
    const userToml = "hab/user/courier/config/user.toml"
    hab.write(userToml, "every = 2\n")
    await sup.sees(/every 2 s/)
    expect(pidOf(hab, "courier")).toBe(pid)
    hab.write(userToml, 'every = 2\nstore = ""\n')
    await sup.sees(/store must not be empty in user.toml/)
    hab.write(userToml, "[health]\nwarning = 0\n")
    await until("it is well again", () => hab.status("courier")?.health === "warning")
    expect(await sup.stop()).toBe(0)
    expect(sup.output()).toMatch(/left 0 files in the inbox/)
  })

  it("docs/how-to/upgrade-the-supervisor.md", async () => {
    const hab = createHab()
    const tutorial = readerOf("tutorial/first-service.md", hab)
    tutorial.followTo("3. Run it")
    const pid = await until("the clock runs", () => pidOf(hab, "clock"))
    const reader = readerOf("how-to/upgrade-the-supervisor.md", hab)
    reader.followTo("Replace the supervisor")
    expect(pidOf(hab, "clock")).toBe(pid)
    reader.followTo("Replace the launcher")
    await until("the next launcher knows the service", () => pidOf(hab, "clock") === pid)
    expect(await reader.supervisor().stop()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
  })
})
