import { describe, expect, it } from "vitest"
import type { ToolCommand, ToolResult } from "../../../src/ports/process-runner.ts"
import { evaluateModule } from "../../../src/supervisor/set/evaluate-module.ts"
import { fakeClock } from "../../support/fake-clock.ts"

/** A file whose process does what `play` says. */
function evaluate(play: (command: ToolCommand, end: (result: ToolResult) => void) => void) {
  const clock = fakeClock()
  const runner = {
    run: (command: ToolCommand) => new Promise<ToolResult>((resolve) => play(command, resolve)),
    find: () => undefined,
  }
  const context = {
    clock,
    runner,
    randomBytes: (size: number) => new Uint8Array(size),
    env: { A: "1" },
    nodeProgram: "/node",
  }
  const value = evaluateModule(context, "/srv/ecosystem.config.js", "/srv")
  return { clock, value }
}

const OK = { status: { tag: "exited", code: 0 }, stdout: "", stderr: "" } as const

describe("what a configuration file in JavaScript exports", () => {
  it("stands behind a mark nobody else knows, in the caller's environment and the file's folder", async () => {
    const { value } = evaluate((command, end) => {
      expect([command.cwd, command.env]).toEqual(["/srv", { A: "1" }])
      const mark = command.argv.at(-1) ?? ""
      for (const line of ['{"apps": "printed"}', `${mark}{"apps": []}`, "more"]) command.onLine?.("stdout", line)
      command.onLine?.("stderr", `${mark}"of the other stream"`)
      end(OK)
    })
    expect(await value).toEqual({ apps: [] })
  })

  it("is given up when its process hangs: that is ended after 30 s and said", async () => {
    const { clock, value } = evaluate((command, end) => {
      command.signal?.addEventListener("abort", () =>
        end({ ...OK, status: { tag: "signaled", signal: "SIGTERM" }, stderr: "waiting for a database\n" }),
      )
    })
    clock.advance(30_000)
    await expect(value).rejects.toMatchObject({
      code: "SET_FILE_INVALID",
      message: "/srv/ecosystem.config.js exports nothing: it still ran after 30 s",
      hint: "node /srv/ecosystem.config.js shows the whole message",
    })
  })

  it("is missing when it threw, and when its process says nothing: why is said in one line", async () => {
    const thrown = evaluate((command, end) => {
      command.onLine?.("stdout", `${command.argv.at(-1)}!TypeError: x is not a function`)
      end(OK)
    })
    await expect(thrown.value).rejects.toMatchObject({
      message: expect.stringMatching(/: TypeError: x is not a function$/),
    })
    const silent = evaluate((_, end) => end({ ...OK, status: { tag: "signaled", signal: "SIGKILL" } }))
    await expect(silent.value).rejects.toMatchObject({ message: expect.stringMatching(/: it was killed by SIGKILL$/) })
  })
})
