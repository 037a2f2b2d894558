import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { supervisorsOf } from "../support/footprint.ts"
import { createHab, processesOf, project } from "../support/hab.ts"
import { installPlan, RUNS_ON } from "../support/plans.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"
import { startUserManager } from "../support/user-manager.ts"

const page = readFileSync(path.join(project, "docs/how-to/run-under-systemd.md"), "utf8")
const unit = /```ini\n([\s\S]*?)```/.exec(page)?.[1] ?? ""
const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0

/** The unit of the page for this hab: its path, its PATH and a root of its own. */
function unitFor(root: string): string {
  const node = path.dirname(process.execPath)
  return unit
    .replace("/usr/local/bin/hab", path.join(project, "bin/hab"))
    .replace(
      /^Environment=PATH=/m,
      `Environment=FS_ROOT=${root} HAB_LISTEN_HTTP=127.0.0.1:0\nEnvironment=PATH=${node}:`,
    )
}

const prints: Parameters<typeof installPlan>[1] = {
  name: "prints",
  hooks: { run: `echo "sees [$NOTIFY_SOCKET$WATCHDOG_USEC]"\n${RUNS_ON}`, init: 'echo "init sees [$NOTIFY_SOCKET]"' },
}

/** A `systemd-notify` of our own in front of the PATH, and the file beside it that it may write. */
function fakeNotify(body: string): { PATH: string; told: string } {
  const tools = temporaryDirectory()
  writeFileSync(path.join(tools, "systemd-notify"), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  return { PATH: `${tools}:${process.env["PATH"]}`, told: path.join(tools, "told") }
}

describe("readiness", () => {
  it("is told once to whoever set NOTIFY_SOCKET, and services never see that socket", async () => {
    const { PATH, told } = fakeNotify('echo "$NOTIFY_SOCKET $*" >>"$(dirname "$0")/told"')
    const hab = createHab({ PATH, NOTIFY_SOCKET: "/nowhere/notify", WATCHDOG_USEC: "1000000" })
    const sup = hab.supervise(installPlan(hab, prints))
    await until("it was told", () => existsSync(told))
    await sup.sees("prints.default\\(O\\): sees \\[\\]")
    await sup.sees("init sees \\[\\]")
    sup.child.kill("SIGHUP")
    await sup.sees("shutting down for restart")
    await until("the next supervisor answers", () => hab.status("prints")?.pid)
    expect(readFileSync(told, "utf8")).toBe(`/nowhere/notify --ready --pid=${sup.child.pid}\n`)
    await sup.stop()
  })

  it("that cannot be told is one line, and hab runs all the same", async () => {
    const { PATH } = fakeNotify("echo 'no such socket' >&2\nexit 1")
    const hab = createHab({ PATH, NOTIFY_SOCKET: "/nowhere/notify" })
    const sup = hab.supervise()
    await sup.sees("The service manager was not told that hab is ready: systemd-notify failed: no such socket")
    expect(hab.run("svc", "status").code).toBe(0)
    expect(await sup.stop()).toBe(0)
  })
})

describe("the unit of docs/how-to/run-under-systemd.md", () => {
  it.skipIf(!hasAnalyze)("is accepted by systemd-analyze verify without a word", () => {
    const hab = createHab()
    hab.write("hab.service", unitFor(hab.root))
    const { stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", hab.path("hab.service")], {
      encoding: "utf8",
    })
    // A machine whose own units are in disorder complains of those as well.
    const complaints = stderr.split("\n").filter((line) => line.includes("hab.service"))
    expect({ status, complaints }).toEqual({ status: 0, complaints: [] })
  })

  it("starts when hab is ready, reloads under running services, survives a killed supervisor, stops everything", async ({
    skip,
  }) => {
    const hab = createHab()
    const manager = await startUserManager(hab.path("config"), { "hab.service": unitFor(hab.root) })
    if (manager === undefined) return skip("no systemd of our own can run here")
    onTestFinished(() => manager.stop())
    installPlan(hab, prints)
    hab.does("svc", "load", "acme/prints")
    expect(manager.systemctl("start", "hab").code).toBe(0)
    expect(hab.run("svc", "status").code).toBe(0)
    const pid = await until("the service is up", () => hab.status("prints")?.pid)
    const mainPid = Number(manager.systemctl("show", "--value", "--property=MainPID", "hab").stdout)
    expect(mainPid).toBe(Number(hab.read("hab/sup/default/LOCK")))
    const [supervisor] = supervisorsOf(mainPid)
    expect(manager.systemctl("reload", "hab").code).toBe(0)
    const next = await until("another supervisor runs", () => otherThan(supervisor, supervisorsOf(mainPid)[0]))
    process.kill(next, "SIGKILL")
    await until("another supervisor runs", () => otherThan(next, supervisorsOf(mainPid)[0]))
    await until("it knows the service", () => hab.status("prints")?.pid === pid)
    expect(manager.systemctl("is-active", "hab").stdout).toBe("active\n")
    expect(manager.systemctl("stop", "hab").code).toBe(0)
    expect(manager.systemctl("show", "--value", "--property=Result", "hab").stdout).toBe("success\n")
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(processesOf(hab.root)).toEqual([])
  })
})

function otherThan(old: number | undefined, now: number | undefined): number | undefined {
  return now === old ? undefined : now
}
