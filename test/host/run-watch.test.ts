import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, it } from "vitest"
import { required } from "../../src/base/assert.ts"
import { identify } from "../../src/host/process-table.ts"
import { createRunWatch } from "../../src/host/run-watch.ts"

it("The end of a group is noticed though its leader has the number of one whose group is long gone", async () => {
  const child = spawn("sleep", ["1000"], { stdio: "ignore", detached: true })
  const leader = required(identify(child.pid ?? 0), "the leader")
  const watch = createRunWatch()
  watch.add("hook", leader, true)
  // It left somebody in its group, who ended unnoticed; then numbers went round.
  watch.leaderExited(leader.pid)
  child.kill("SIGKILL")
  await once(child, "exit")
  watch.add("service", { ...leader, startTime: "1" }, true)
  await watch.emptied("hook")
  watch.leaderExited(leader.pid)
  await watch.emptied("service")
  expect(watch.isEmpty("service")).toBe(true)
})
