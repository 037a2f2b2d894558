import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { residentMemory } from "../../src/host/resident-memory.ts"

describe("the memory that a session holds", () => {
  it("is that of its processes together, as the kernel counts it", async () => {
    const child = spawn("sh", ["-c", "sleep 60 & echo ready; wait"], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    })
    const pid = child.pid ?? 0
    await once(child.stdout, "data")
    const ofShell = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024
    const found = residentMemory(new Set([pid])).get(pid) ?? 0
    expect(found).toBeGreaterThan(ofShell)
    expect(found).toBeLessThan(20 * ofShell)
    process.kill(-pid, "SIGKILL")
  })
})
