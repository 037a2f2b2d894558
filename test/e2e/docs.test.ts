import { describe, expect, it } from "vitest"
import { lacksImageTools } from "../support/container.ts"
import { serveDepot } from "../support/depot-server.ts"
import { readerOf } from "../support/doc-page.ts"
import { createHab, type Hab, processesOf } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart, writeInstalled } from "../support/written-packages.ts"

const WEB = "acme/web/1.0.0/20260102030405"
const NEWER = "acme/web/2.0.0/20260203040506"
const SERVICE = { "hooks/run": "#!/bin/sh\nexec sleep 1000\n" }

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

  it("docs/how-to/add-hooks-to-a-service.md", async () => {
    const hab = createHab()
    const tutorial = readerOf("tutorial/first-service.md", hab)
    tutorial.followTo("3. Run it")
    await until("the clock runs", () => pidOf(hab, "clock"))
    const sup = tutorial.supervisor()
    const reader = readerOf("how-to/add-hooks-to-a-service.md", hab)
    reader.followTo("Write them")
    await sup.sees(/hooks\.toml was read again: 2 hooks/)
    reader.followTo("See them run")
    await sup.sees(/hook\[pre-start-overlay\]:\(HK\): starting, because of manual/)
    expect(hab.does("svc", "hooks", "clock")).toMatch(/pre-start-overlay +pre-start +exit 0/)
    const pid = await until("the clock runs again", () => pidOf(hab, "clock"))
    process.kill(pid, "SIGKILL")
    await sup.sees(/it ended with SIGKILL/)
    expect(await sup.stop()).toBe(0)
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

  it("docs/how-to/run-your-own-depot.md, and roll-back.md on top of it", async () => {
    const hab = createHab({ HAB_UPDATE_STRATEGY_PERIOD_MS: "300", HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1" })
    const address = `127.0.0.1:${await freePort()}`
    const reader = readerOf("how-to/run-your-own-depot.md", hab, {
      "0.0.0.0:9636": address,
      "depot.example.com:9636": address,
    })
    const back = readerOf("how-to/roll-back.md", hab)
    const runs = (ident: string) => until(`${ident} runs`, () => hab.status("web")?.ident === ident)
    await trustTestKey(hab)
    await writeHart(hab, { ident: WEB, files: SERVICE }, "results")
    const newer = await writeHart(hab, { ident: NEWER, files: SERVICE })
    reader.followTo("A folder")
    hab.does("pkg", "install", newer)
    back.followTo("A package on one machine")
    expect(hab.does("pkg", "list", "acme/web")).toBe(WEB)
    reader.followTo("A server")
    const sup = hab.supervise()
    reader.followTo("Services that follow a channel")
    await runs(WEB)
    hab.does("pkg", "upload", newer, "--channel", "stable")
    await runs(NEWER)
    back.followTo("A service that follows a channel")
    await runs(WEB)
    expect(await sup.stop()).toBe(0)
  })

  it("docs/how-to/install-without-a-network.md", async () => {
    const [here, there] = [createHab(), createHab()]
    await trustTestKey(here)
    const tools = await writeHart(here, { ident: "acme/tools/1.0.0/20260102030405" })
    const web = await writeHart(here, { ident: WEB, files: SERVICE })
    const depot = await serveDepot(here)
    here.does("pkg", "upload", tools, web, "--channel", "stable", "--url", depot.url, "--auth", depot.token)
    const reader = readerOf("how-to/install-without-a-network.md", here, {
      "http://depot.example.com:9636": depot.url,
      "/media/usb": temporaryDirectory(),
    })
    reader.next(here)
    reader.next(there)
    expect(there.does("pkg", "list", "acme/web")).toBe(WEB)
    reader.next(here)
    expect(here.does("pkg", "search", "acme/", "--url", `file://${here.path("srv/depot")}`)).toBe("acme/web")
  })

  it.skipIf(lacksImageTools)("docs/how-to/make-a-container-image.md (needs skopeo, umoci)", async () => {
    const hab = createHab()
    await writeInstalled(hab, { ident: WEB, files: { ...SERVICE, SVC_USER: "hab\n", SVC_GROUP: "hab\n" } })
    const reader = readerOf("how-to/make-a-container-image.md", hab)
    for (const _ of ["export", "inspect"]) reader.next(hab)
    expect(hab.list("web-image")).toContain("index.json")
  })
})
