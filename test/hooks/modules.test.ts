import { describe, expect, it } from "vitest"
import type { ExitStatus } from "../../src/base/exit-status.ts"
import type { FromModuleHost, ToModuleHost } from "../../src/hooks/modules.ts"
import { createModules, type ModuleCall } from "../../src/hooks/modules.ts"
import type { ProcessGroup } from "../../src/ports/process-group.ts"
import { fakeUsers } from "../support/fake-users.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const FILE = "/srv/greet.js"

/** Modules whose processes the test plays: `did` tells what each was told, by its number. */
function world() {
  const files = memoryFileSystem()
  files.makeDirectories("/srv")
  files.writeFile(FILE, "one", { mode: 0o644 })
  const did: string[] = []
  const started: { say: (message: FromModuleHost) => void; end: (status: ExitStatus) => void }[] = []
  const modules = createModules({ files, users: fakeUsers() }, (_, on) => {
    const number = started.length + 1
    started.push({ say: on.message, end: on.ended })
    const note = (text: string) => did.push(`${number} ${text}`)
    return {
      started: Promise.resolve(),
      send: (message: ToModuleHost) => note("call" in message ? `${message.tag} ${message.call}` : message.tag),
      kill: () => {
        note("kill")
        on.ended({ tag: "signaled", signal: "SIGKILL" })
      },
      follow: (run) => note(`follow ${run}`),
      write: (run, bytes) => note(`write ${run} ${Buffer.from(bytes)}`),
    }
  })
  const printed: string[] = []
  const call = (more: Partial<ModuleCall> = {}): Promise<ProcessGroup> => {
    const work = modules.call({ file: FILE, info: {}, ...more })
    return work((stream, bytes) => printed.push(`${stream} ${Buffer.from(bytes)}`))
  }
  return { files, modules, did, started, printed, call }
}

describe("hook modules", () => {
  it("are one process for all calls, which hears of the runs of services once", async () => {
    const { call, did, modules } = world()
    await call({ run: "r1" })
    await call({ run: "r1" })
    modules.runEnded("r1")
    modules.runEnded("r1")
    expect(did).toEqual(["1 follow r1", "1 call 1", "1 call 2", "1 run-ended"])
  })

  it("are started anew for new content; the old one goes when it owes nothing", async () => {
    const { call, did, files, started } = world()
    const first = await call()
    files.writeFile(FILE, "two", { mode: 0o644 })
    await call()
    expect(did).toEqual(["1 call 1", "2 call 2"])
    started[0]?.say({ tag: "done", call: 1 })
    expect(await first.exited).toEqual({ tag: "exited", code: 0 })
    expect(did).toEqual(["1 call 1", "2 call 2", "1 kill"])
  })

  it("tell what each call printed, answered and why it failed", async () => {
    const { call, printed, started, did } = world()
    const ends: unknown[] = []
    const group = await call({ onDone: (done) => ends.push(done) })
    started[0]?.say({ tag: "said", call: 1, stream: "stdout", text: "hello" })
    started[0]?.say({ tag: "input", run: "r1", bytes: Buffer.from("secret").toString("base64") })
    started[0]?.say({ tag: "done", call: 1, answer: false, problem: "the hook answered no" })
    started[0]?.say({ tag: "done", call: 1 })
    expect(await group.exited).toEqual({ tag: "exited", code: 1 })
    expect(ends).toEqual([{ answer: false, problem: "the hook answered no" }])
    expect(printed).toEqual(["stdout hello", "stderr the hook answered no\n"])
    expect(did).toEqual(["1 call 1", "1 write r1 secret"])
  })

  it("are asked to end a call, and made to by ending all of the process", async () => {
    const { call, did } = world()
    const [one, two] = [await call(), await call()]
    one.signal("SIGTERM")
    one.signal("SIGKILL")
    const killed = { tag: "signaled", signal: "SIGKILL" }
    expect([await one.exited, await two.exited]).toEqual([killed, killed])
    await call()
    expect(did).toEqual(["1 call 1", "1 call 2", "1 abort 1", "1 kill", "2 call 3"])
  })

  it("end with whoever used them", async () => {
    const { call, did, modules } = world()
    await call()
    await modules.close()
    expect(did).toEqual(["1 call 1", "1 kill"])
  })

  it.each([
    ["is missing", "there is no such file", (files: ReturnType<typeof memoryFileSystem>) => files.removeFile(FILE)],
    [
      "others may write",
      "others may write it",
      (files: ReturnType<typeof memoryFileSystem>) => files.chmod(FILE, 0o666),
    ],
    [
      "is somebody else's",
      "belongs to neither",
      (files: ReturnType<typeof memoryFileSystem>) => files.chown(FILE, 1000, 1000),
    ],
  ])("do not run from a file that %s", async (_, why, spoil) => {
    const { call, files, did } = world()
    spoil(files)
    expect(await (await call()).exited).toEqual({ tag: "not-started", cause: expect.stringContaining(why) })
    expect(did).toEqual([])
  })
})
