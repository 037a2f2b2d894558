import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const HOUR_MS = 3_600_000
/** Far less than any jump. */
const SOON_SEC = 1_000

const folder = mkdtempSync(path.join(os.tmpdir(), "hab-clock-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** Loaded into every process of hab: the time of day is off by what the file says. */
const SHIFTED = `const { readFileSync } = require("node:fs")
const now = Date.now
Date.now = () => now() + Number(readFileSync(__dirname + "/shift", "utf8"))
`

/** The operator sets the clock of the machine. */
const setClock = (offMs: number) => writeFileSync(path.join(folder, "shift"), String(offMs))

function createShiftedHab(): Hab {
  const module = path.join(folder, "shifted.cjs")
  writeFileSync(module, SHIFTED)
  setClock(0)
  return createHab({ NODE_OPTIONS: `--require=${module}` })
}

const lines = (hab: Hab, file: string) => (hab.readIfPresent(file) ?? "").split("\n").length - 1

/** What `hab sup status` tells, as soon as a supervisor other than `before` answers. */
function supervisorStatus(hab: Hab, before = 0): Promise<{ pid: number; launcher: { uptimeSec: number } }> {
  return until("a supervisor answers", () => {
    const { code, stdout } = hab.run("sup", "status", "--json")
    const status = code === 0 ? JSON.parse(stdout) : undefined
    return status?.pid === before ? undefined : status
  })
}

describe("a clock that is set forward and back by an hour", () => {
  it("neither holds up nor hurries restarts, checks, stops or the next supervisor", async () => {
    const hab = createShiftedHab()
    await writeInstalled(hab, {
      ident: "bad/loop/1.0.0/20260101000000",
      files: { "hooks/run": "#!/bin/sh\necho started\nexit 1\n" },
    })
    await writeInstalled(hab, {
      ident: "bad/steady/1.0.0/20260101000000",
      files: {
        "hooks/run": "#!/bin/sh\nexec sleep 1000\n",
        "hooks/health-check": "#!/bin/sh\necho checked >>{{pkg.svc_data_path}}/checks\n",
      },
    })
    const everySecond = ["--service-min-backoff-period", "1", "--service-max-backoff-period", "1"]
    const sup = hab.supervise(...everySecond)
    let { pid: supervisor } = await supervisorStatus(hab)
    hab.does("svc", "load", "bad/loop")
    hab.does("svc", "load", "bad/steady", "--health-check-interval", "1")
    const { pid } = await until("steady is healthy", () => {
      const status = hab.status("steady")
      return status?.health === "ok" ? status : undefined
    })
    for (const jumpMs of [HOUR_MS, -HOUR_MS]) {
      setClock(jumpMs)
      const starts = () => lines(hab, "hab/svc/loop/logs/run.stdout.log")
      const checks = () => lines(hab, "hab/svc/steady/data/checks")
      const before = [starts(), checks()] as const
      await until("loop is restarted and steady is checked", () => starts() > before[0] + 1 && checks() > before[1] + 1)
      process.kill(supervisor, "SIGKILL")
      const next = await supervisorStatus(hab, supervisor)
      supervisor = next.pid
      expect(next.launcher.uptimeSec).toBeLessThan(SOON_SEC)
      const steady = await until("steady is taken over", () => hab.status("steady"))
      expect([steady.pid, steady.elapsedSec < SOON_SEC]).toEqual([pid, true])
    }
    setClock(0)
    expect(hab.does("svc", "stop", "bad/steady")).toContain("steady")
    expect(hab.status("steady")).toMatchObject({ state: "down", desired: "down" })
    expect(await sup.stop()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
  })
})
