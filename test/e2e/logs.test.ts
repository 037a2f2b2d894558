import { spawn } from "node:child_process"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, project, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"

let hab: Hab
let sup: SupervisorRun
const following = new Set<ReturnType<typeof spawn>>()

beforeAll(async () => {
  hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  hab.does("pkg", "install", hab.does("pkg", "build", path.join(project, "fixtures/plans/beacon")))
  sup = hab.supervise("acme/beacon", "--health-check-interval", "3600")
  await sup.sees(/beacon says message = lit/)
  await until("the first health check is over", () => hab.status("beacon")?.health === "ok")
})

afterAll(() => {
  for (const child of following) child.kill("SIGKILL")
})

/** A command that goes on until it is ended; what it printed so far. */
function followed(...words: string[]) {
  const child = spawn(process.execPath, [path.join(project, "bin/hab"), ...words], { env: hab.env })
  following.add(child)
  let text = ""
  child.stdout.on("data", (bytes) => {
    text += String(bytes)
  })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  return { child, ended, text: () => text }
}

describe("hab svc logs", () => {
  it("shows the process and its hooks as the console does, or without hooks, or one hook alone", () => {
    const lines = hab.does("svc", "logs", "beacon").split("\n")
    expect(lines).toContain("beacon.default hook[init]:(HK): preparing")
    expect(lines.filter((line) => /^beacon\.default\(O\): beacon says message = lit as \d+$/.test(line))).toHaveLength(
      1,
    )
    expect(hab.does("svc", "logs", "--no-hook")).toMatch(/^beacon\.default\(O\): beacon says .*$/)
    expect(hab.does("svc", "logs", "acme/beacon", "--hook", "init")).toBe("beacon.default hook[init]:(HK): preparing")
    expect(hab.does("svc", "logs", "beacon", "--hook", "pre-start")).toContain("hook[init]:(HK): preparing")
    expect(hab.does("svc", "logs", "beacon", "--since", "2020-01-01", "--no-hook")).toContain("beacon says")
    expect(hab.does("svc", "logs", "beacon", "--since", "2999-01-01")).toBe("")
  })

  it("follows over a restart of the service, and ends at Ctrl-C", async () => {
    const log = followed("svc", "logs", "-f", "beacon", "-n", "0")
    await until("it follows", () => hab.does("svc", "restart", "beacon") && log.text().includes("beacon says"))
    await until("the end of the old process is told", () => /beacon\.default\(O\): beacon out\n/.test(log.text()))
    expect(log.text()).toMatch(/beacon\.default hook\[init\]:\(HK\): preparing\n/)
    log.child.kill("SIGINT")
    expect(await log.ended).toBe(0)
  })

  it("names what it does not know", () => {
    const { code, stderr } = hab.run("svc", "logs", "beacom")
    expect([code, stderr]).toEqual([1, expect.stringContaining("did you mean 'beacon'?")])
  })
})

describe("hab sup logs", () => {
  it("shows what the supervisor said, and nothing of services", () => {
    const text = hab.does("sup", "logs")
    expect(text).toMatch(/^hab-sup\(MR\): Supervisor Member-ID [0-9a-f]{32}$/m)
    expect(text).not.toContain("beacon says")
  })

  it("is there when the supervisor has ended", async () => {
    await sup.stop()
    expect(hab.does("sup", "logs", "-n", "1")).toBe("hab-launch(SV): Hasta la vista, services.")
    expect(hab.does("svc", "logs", "beacon", "--no-hook", "-n", "1")).toBe("beacon.default(O): beacon out")
  })
})
