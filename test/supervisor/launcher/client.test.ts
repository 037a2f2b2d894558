import { describe, expect, it } from "vitest"
import type { MessageChannel } from "../../../src/ports/message-channel.ts"
import { connectToLauncher, type LauncherHandlers } from "../../../src/supervisor/launcher/client.ts"
import { createExitInbox, launcherGroups } from "../../../src/supervisor/launcher/client-groups.ts"

const hello = {
  tag: "hello",
  protocol: 1,
  version: "0.1.0",
  pid: 5,
  console: { json: false, color: false },
  processes: [],
  respawned: false,
}
const output = { preamble: "redis.default hook[init]:", lines: "hook", headBytes: 1024 } as const
const place = { kind: "hook", service: "redis", hook: "init", output } as const
const command = { label: "redis.init", runId: "r1/1", argv: ["/hab/svc/redis/hooks/init"], env: {} } as const

function connect(first: object = hello, handlers: Partial<LauncherHandlers> = {}) {
  const sent: object[] = []
  let deliver: (message: unknown) => void = () => undefined
  let close: () => void = () => undefined
  const channel: MessageChannel = {
    send: (message) => void sent.push(message),
    onMessage(handler) {
      deliver = handler
    },
    onClose(handler) {
      close = handler
    },
  }
  const nothing = () => undefined
  const all = { onExit: nothing, onShutdown: nothing, onReload: nothing, onLost: nothing, ...handlers }
  const client = connectToLauncher(channel, all)
  deliver(first)
  return { client, sent, deliver: (message: unknown) => deliver(message), close: () => close() }
}

describe("the supervisor's side of the launcher", () => {
  it("works with a launcher of our protocol or a newer one, at the lower of both", async () => {
    const { client, sent } = connect({ ...hello, protocol: 9 })
    ;(await client).ready()
    expect(sent).toEqual([{ tag: "ready", protocol: 1 }])
  })

  it("refuses one that is too old, and says what to do", async () => {
    await expect(connect({ ...hello, protocol: 0 }).client).rejects.toMatchObject({
      code: "LAUNCHER_PROTOCOL",
      hint: expect.stringContaining("hab sup term"),
    })
  })

  it("matches answers with requests and passes over what it does not know", async () => {
    const { client, deliver } = connect()
    const request = { ...command, ...place, id: "x" }
    const { spawn } = await client
    const [first, second] = [spawn(request), spawn({ ...request, id: "y" })]
    deliver({ tag: "from the future" })
    deliver({ tag: "not-started", request: 2, cause: "ENOENT" })
    deliver({ tag: "started", request: 1, pid: 7, startedMs: 8 })
    expect(await first).toMatchObject({ tag: "started", pid: 7 })
    expect(await second).toMatchObject({ tag: "not-started", cause: "ENOENT" })
  })

  it("asks once for a run to be empty, however many wait for it", async () => {
    const { client, sent, deliver } = connect()
    const { emptied } = await client
    const both = [emptied("r1"), emptied("r1")]
    expect(sent).toEqual([{ tag: "watch-empty", runId: "r1" }])
    deliver({ tag: "emptied", runId: "r1" })
    await Promise.all(both)
  })

  it("asks nothing about a run that was empty when its process ended", async () => {
    const { client, sent, deliver } = connect()
    const { emptied, signal } = await client
    deliver({ tag: "exited", id: "r1", status: { tag: "exited", code: 1 }, empty: true })
    signal("r1", "SIGTERM")
    await emptied("r1")
    expect(sent).toEqual([])
  })

  it("asks all the same when a hook of that run was under way", async () => {
    const { client, sent, deliver } = connect()
    const { emptied, spawn } = await client
    void spawn({ ...command, ...place, id: "r1/1" })
    deliver({ tag: "exited", id: "r1", status: { tag: "exited", code: 1 }, empty: true })
    void emptied("r1")
    expect(sent).toMatchObject([{ tag: "spawn" }, { tag: "watch-empty", runId: "r1" }])
  })

  it("tells what earlier supervisors left, as it is now, until it is dealt with", async () => {
    const web = { kind: "run", service: "web", runId: "web.1", pid: 7, startedMs: 1, adopted: false }
    const processes = [
      { ...web, id: "web.1" },
      { ...web, id: "web.1/1", kind: "hook", runId: "web.1/1" },
    ]
    const { client, deliver } = connect({ ...hello, processes })
    const { left, acknowledge } = await client
    const ids = () => left().map(({ id, status }) => [id, status?.tag])
    expect(ids()).toEqual([
      ["web.1", undefined],
      ["web.1/1", undefined],
    ])
    deliver({ tag: "exited", id: "web.1", status: { tag: "exited", code: 1 } })
    deliver({ tag: "emptied", runId: "web.1" })
    expect(ids()).toEqual([["web.1", "exited"]])
    acknowledge("web.1")
    expect(ids()).toEqual([])
  })

  it("passes on shutdown, reload and the launcher's death", async () => {
    const heard: string[] = []
    const { client, deliver, close } = connect(hello, {
      onShutdown: (forced) => void heard.push(forced ? "forced" : "shutdown"),
      onReload: () => void heard.push("reload"),
      onLost: () => void heard.push("lost"),
    })
    await client
    for (const message of [{ tag: "shutdown", forced: false }, { tag: "shutdown", forced: true }, { tag: "reload" }]) {
      deliver(message)
    }
    close()
    expect(heard).toEqual(["shutdown", "forced", "reload", "lost"])
  })
})

describe("hooks run through the launcher", () => {
  it("deliver their kept output before they end, and are acknowledged", async () => {
    const inbox = createExitInbox()
    const { client, sent, deliver } = connect(hello, { onExit: (exit) => void inbox.deliver(exit) })
    const printed: string[] = []
    const starting = launcherGroups(await client, inbox, place).start(command, (stream, bytes) => {
      printed.push(`${stream}: ${Buffer.from(bytes).toString()}`)
    })
    deliver({ tag: "started", request: 1, pid: 7, startedMs: 8 })
    const group = await starting
    const stdout = { head: Buffer.from("out\n").toString("base64"), tail: "", dropped: 0 }
    const stderr = { head: "", tail: "", dropped: 0 }
    deliver({ tag: "exited", id: "r1/1", status: { tag: "exited", code: 0 }, output: { stdout, stderr } })
    expect([await group.exited, printed]).toEqual([{ tag: "exited", code: 0 }, ["stdout: out\n"]])
    expect(sent).toContainEqual({ tag: "acknowledge", id: "r1/1" })
    group.signal("SIGTERM")
    expect(sent.at(-1)).toEqual({ tag: "signal", runId: "r1/1", signal: "SIGTERM" })
  })

  it("end at once when they cannot be started", async () => {
    const inbox = createExitInbox()
    const { client, deliver } = connect(hello, { onExit: (exit) => void inbox.deliver(exit) })
    const starting = launcherGroups(await client, inbox, place).start(command, () => undefined)
    deliver({ tag: "not-started", request: 1, cause: "no such file" })
    const group = await starting
    expect([group.pid, await group.exited]).toEqual([0, { tag: "not-started", cause: "no such file" }])
  })
})
