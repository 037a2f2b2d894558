import { existsSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { required } from "../../src/base/assert.ts"
import { supervisorsOf } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, project, type SupervisorRun } from "../support/hab.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

const pidOf = (hab: Hab) => hab.status("beacon")?.pid ?? undefined
const runLog = (hab: Hab) => hab.read("hab/svc/beacon/logs/run.stdout.log")

async function running(): Promise<{ hab: Hab; sup: SupervisorRun; pid: number }> {
  const hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  const artifact = hab.does("pkg", "build", path.join(project, "fixtures/plans/beacon"))
  const sup = hab.supervise(artifact)
  await sup.sees(/beacon says message = lit/)
  const pid = await until("the service is up", () => pidOf(hab))
  return { hab, sup, pid }
}

/** The supervisor: the launcher's child that is not a service. */
function supervisorPid(sup: SupervisorRun): number | undefined {
  return supervisorsOf(sup.child.pid ?? 0)[0]
}

describe("services outlive what supervises them (decisions C)", () => {
  it("kill -9 of the supervisor: same process, output goes on, a new supervisor knows it", async () => {
    const { hab, sup, pid } = await running()
    const old = required(supervisorPid(sup), "the supervisor")
    process.kill(old, "SIGKILL")
    await until("a new supervisor answers", () => supervisorPid(sup) !== old && pidOf(hab) === pid)
    process.kill(pid, "SIGHUP")
    await until("the output goes on", () => runLog(hab).includes("beacon now says"))
    await sup.stop()
    expect(processesOf(hab.root)).toEqual([])
  })

  it("kill -9 of the supervisor: the end of a service that died meanwhile is known, and it is started again", async () => {
    const { hab, sup, pid } = await running()
    const old = required(supervisorPid(sup), "the supervisor")
    process.kill(old, "SIGSTOP")
    process.kill(pid, "SIGKILL")
    await until("the service is dead", () => !existsSync(`/proc/${pid}/fd/0`))
    process.kill(old, "SIGKILL")
    await until("another process runs", () => (pidOf(hab) ?? pid) !== pid)
    await sup.sees(/SIGKILL/)
    await sup.stop()
  })

  it("kill -9 of the supervisor: a service that died meanwhile, and is wanted down by now, stays down", async () => {
    const { hab, sup, pid } = await running()
    const old = required(supervisorPid(sup), "the supervisor")
    process.kill(old, "SIGSTOP")
    process.kill(pid, "SIGKILL")
    await until("the service is dead", () => !existsSync(`/proc/${pid}/fd/0`))
    const spec = "hab/sup/default/specs/beacon.spec"
    hab.write(spec, hab.read(spec).replace('desired_state = "up"', 'desired_state = "down"'))
    process.kill(old, "SIGKILL")
    await until("it is at rest", () => hab.status("beacon")?.phase === "down")
    expect(hab.read("hab/svc/beacon/data/journal").match(/^(?:run|post-stop)$/gm)).toEqual(["run", "post-stop"])
    await sup.stop()
  })

  it("kill -9 of the supervisor: a service that died and changed meanwhile starts when hooks allow the change", async () => {
    const { hab, sup, pid } = await running()
    const journal = hab.path("hab/svc/beacon/data/journal")
    hab.write("hab/user/beacon/hooks.toml", `[[hooks.pre-update]]\nrun = "sleep 2; echo pre-update >>${journal}"\n`)
    await sup.sees("hooks.toml was read again")
    const old = required(supervisorPid(sup), "the supervisor")
    process.kill(old, "SIGSTOP")
    process.kill(pid, "SIGKILL")
    await until("the service is dead", () => !existsSync(`/proc/${pid}/fd/0`))
    const spec = "hab/sup/default/specs/beacon.spec"
    hab.write(spec, hab.read(spec).replace('channel = "base"', 'channel = "beta"'))
    process.kill(old, "SIGKILL")
    await until("another process runs", () => (pidOf(hab) ?? pid) !== pid)
    await until("it has said so", () => hab.read("hab/svc/beacon/data/journal").match(/^run$/gm)?.length === 2)
    const steps = hab.read("hab/svc/beacon/data/journal").match(/^(?:run|post-stop|pre-update)$/gm)
    expect(steps).toEqual(["run", "post-stop", "pre-update", "run"])
    await sup.stop()
  })

  it("kill -9 of the supervisor while a service initializes: it is started all the same", async () => {
    const { hab, sup, pid } = await running()
    hab.does("svc", "stop", "beacon")
    hab.write("hab/user/beacon/hooks.toml", '[[hooks.pre-start]]\nrun = "sleep 2"\n')
    await sup.sees("hooks.toml was read again")
    hab.does("svc", "start", "beacon")
    await until("its hook runs", () => hab.status("beacon")?.phase === "initializing")
    process.kill(required(supervisorPid(sup), "the supervisor"), "SIGKILL")
    await until("it is up", () => (pidOf(hab) ?? pid) !== pid)
    await sup.stop()
  })

  it("kill -9 of the launcher: services keep their processes; the next run adopts them and their output", async () => {
    const { hab, sup, pid } = await running()
    const supervisor = required(supervisorPid(sup), "the supervisor")
    sup.child.kill("SIGKILL")
    await sup.ended()
    await until("its supervisor is gone", () => !existsSync(`/proc/${supervisor}/fd/0`))
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    const next = hab.supervise()
    await until("the service is known again", () => pidOf(hab) === pid)
    process.kill(pid, "SIGHUP")
    await next.sees("beacon now says message = lit")
    expect(hab.read("hab/svc/beacon/data/journal").match(/^init$/gm)).toHaveLength(1)
    process.kill(pid, "SIGKILL")
    await next.sees(/unknown/)
    await until("another process runs", () => (pidOf(hab) ?? pid) !== pid)
    next.child.kill("SIGKILL")
    await next.ended()
    const last = hab.supervise()
    await until("it is known once more", () => hab.status("beacon")?.pid)
    await last.stop()
    expect([processesOf(hab.root), hab.list("hab/sup/default/run")]).toEqual([[], []])
  })

  it("a stop or a reload that comes while the supervisor starts is obeyed when it has started", async () => {
    const hab = createHab()
    for (const [signal, code] of [
      ["SIGHUP", undefined],
      ["SIGTERM", 0],
    ] as const) {
      const sup = hab.supervise()
      // It takes longer to load than the signal takes to reach it.
      await until("its process is there", () => supervisorPid(sup))
      sup.child.kill(signal)
      if (code === undefined) await sup.sees("shutting down for restart")
      expect(code === undefined ? await sup.stop() : await sup.ended()).toBe(0)
      expect(sup.output()).not.toMatch(/Error|bug/)
    }
  })

  it("a stop or a reload that comes as soon as LOCK is held is obeyed too", async () => {
    const bin = temporaryDirectory()
    const { PATH } = process.env
    const script = `#!/bin/sh\nPATH='${PATH}' flock "$@" || exit\nkill -HUP $PPID\nkill -TERM $PPID\n`
    writeFileSync(`${bin}/flock`, script, { mode: 0o755 })
    const sup = createHab({ PATH: `${bin}:${PATH}` }).supervise()
    expect(await sup.ended()).toBe(0)
    expect(sup.output()).toBe("hab-launch(SV): Hasta la vista, services.\n")
  })

  it("a reload (HUP) replaces the supervisor and leaves the services alone, to be unloaded and loaded as ever", async () => {
    const { hab, sup, pid } = await running()
    const old = required(supervisorPid(sup), "the supervisor")
    sup.child.kill("SIGHUP")
    await until("a new supervisor answers", () => supervisorPid(sup) !== old && pidOf(hab) === pid)
    hab.does("svc", "unload", "beacon")
    await until("it is gone", () => hab.status("beacon") === undefined)
    hab.does("svc", "load", "acme/beacon")
    const fresh = await until("it is up again", () => pidOf(hab))
    expect([fresh === pid, existsSync(`/proc/${fresh}`)]).toEqual([false, true])
    await sup.stop()
  })
})
