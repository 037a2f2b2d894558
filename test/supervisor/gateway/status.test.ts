import { describe, expect, it } from "vitest"
import { explanationText, type ServiceExplanation } from "../../../src/supervisor/gateway/explanation.ts"
import { statusTable, waitingHints } from "../../../src/supervisor/gateway/status.ts"
import {
  launcherNote,
  type SupervisorStatus,
  supervisorText,
} from "../../../src/supervisor/gateway/supervisor-status.ts"
import { statusWith } from "../service-status.ts"

describe("the table of svc status (spec supervisor §1.5)", () => {
  it("aligns its columns and says <none> for no process", () => {
    const db = statusWith({
      ident: "acme/database/10/2",
      state: "down",
      pid: null,
      group: "db.default",
      elapsedSec: 12,
    })
    expect(statusTable([statusWith(), db]).split("\n")).toEqual([
      "package             type        desired  state  elapsed (s)  pid     group",
      "acme/web/1.0/1      standalone  up       up     3            7       web.default",
      "acme/database/10/2  standalone  up       down   12           <none>  db.default",
    ])
    expect(statusTable([])).toBe("No services loaded.")
  })
})

describe("hints of svc status", () => {
  it("are silent when nothing waits", () => {
    expect(waitingHints([statusWith(), statusWith({ phase: "down", state: "down" })])).toEqual([])
    expect(waitingHints([statusWith({ awaits: ["its first healthy check"] })])).toEqual([])
  })

  it("name the bind, the hook, the back-off or the problem, and the command that tells more", () => {
    const hints = waitingHints([
      statusWith({ phase: "blocked", awaits: ["the bind 'db' to pg.default, which is not loaded here"] }),
      statusWith({ phase: "waiting", why: "init failed", awaits: ["the back-off: 3.0 s left"] }),
      statusWith({ phase: "broken", why: "no such package" }),
      statusWith({ refused: "refused by its pre-stop hook: busy" }),
    ])
    expect(hints).toEqual([
      "web.default waits for the bind 'db' to pg.default, which is not loaded here (hab svc explain web)",
      "web.default waits for the back-off: 3.0 s left; init failed (hab svc explain web)",
      "web.default cannot be started: no such package (hab svc explain web)",
      "web.default: refused by its pre-stop hook: busy (hab svc explain web)",
    ])
  })
})

const explanation: ServiceExplanation = {
  name: "web",
  ident: "acme/web/1.0/1",
  group: "web.default",
  desired: "up",
  phase: "initializing",
  sinceSec: 4,
  why: "run 2: pre-start hooks run",
  awaits: ["the end of the pre-start hooks"],
  complaints: [],
  pid: null,
  health: "unknown",
  restarts: 1,
  lastExit: "exited with status 3",
  binds: [
    { name: "db", group: "db.default", standing: "satisfied", problem: null },
    { name: "q", group: "queu.default", standing: "not-present", problem: "which is not loaded here" },
  ],
  running: [{ hook: "init", event: "pre-start", runningSec: 4, limitSec: null }],
  hooks: [
    {
      at: "2026-01-02T03:04:05.678Z",
      event: "pre-start",
      hook: "init",
      outcome: "failed",
      exitCode: 4,
      signal: null,
      problem: null,
      durationMs: 1500,
    },
    {
      at: "2026-01-02T03:04:09.000Z",
      event: "post-stop",
      hook: "post-stop",
      outcome: "failed",
      exitCode: null,
      signal: "SIGKILL",
      problem: null,
      durationMs: 20,
    },
  ],
}

describe("svc explain", () => {
  it("tells state, what is awaited, binds, running hooks and the last runs", () => {
    expect(explanationText(explanation).split("\n")).toEqual([
      "acme/web/1.0/1 in web.default",
      "state     initializing for 4 s: run 2: pre-start hooks run",
      "wanted    up",
      "awaits    the end of the pre-start hooks",
      "process   none",
      "health    unknown",
      "failures  1 since somebody last started it",
      "last end  its process exited with status 3",
      "binds     db to db.default: satisfied",
      "          q to queu.default: which is not loaded here",
      "running   the init hook, for 4 s without a limit",
      "last hooks:",
      "ended                     hook       event      result   took",
      "2026-01-02T03:04:05.678Z  init       pre-start  exit 4   1.5 s",
      "2026-01-02T03:04:09.000Z  post-stop  post-stop  SIGKILL  0.02 s",
    ])
  })

  it("gives the limit of a hook that has one", () => {
    const running = [{ hook: "reconfigure", event: "reconfigure", runningSec: 2, limitSec: 60 }]
    expect(explanationText({ ...explanation, running })).toContain("the reconfigure hook, for 2 s of at most 60 s")
  })
})

describe("sup status", () => {
  const status: SupervisorStatus = {
    version: "0.2.0",
    pid: 20,
    uptimeSec: 65,
    launcher: { pid: 10, version: "0.1.0", uptimeSec: 90_000 },
    memberId: "abc",
    organization: "acme",
    services: { loaded: 3, up: 1, desiredUp: 2 },
  }

  it("tells both processes, how long they are up, and the services", () => {
    expect(supervisorText(status).split("\n")).toEqual([
      "supervisor  0.2.0, process 20, up for 1 min 5 s",
      "launcher    0.1.0, process 10, up for 1 d 1 h",
      "member      abc of acme",
      "services    3 loaded, 1 up, 1 wanted up and not up",
    ])
  })

  it("says so when the launcher is of another version, and what replaces it", () => {
    expect(launcherNote(status)).toMatch(/launcher is of hab 0\.1\.0.*hab sup term/)
    expect(launcherNote({ ...status, version: "0.1.0" })).toBeUndefined()
  })
})
