import { spawn } from "node:child_process"
import { once } from "node:events"
import { statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf } from "../support/hab.ts"
import { HABITAT_STATE, makeHabitatHost } from "../support/habitat-host.ts"
import { changesBetween, sameTextIn, snapshotTree } from "../support/tree.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const filesOf = (hab: Hab) => Object.fromEntries(HABITAT_STATE.map((name) => [name, hab.read(name)]))

describe("a host that Habitat supervised", () => {
  it("is taken over with its services, and given back: what Habitat owns is as it was, byte for byte", async () => {
    const hab = createHab()
    makeHabitatHost(hab)
    const before = snapshotTree(hab.path("hab"))
    const sup = hab.supervise()
    await sup.sees("oldcache.prod\\(O\\): cache on 6380")
    await sup.sees("oldweb.default\\(O\\): web runs in /hab/svc/oldweb/data beside")
    expect(hab.status("olddown")).toMatchObject({ desired: "down", state: "down" })
    expect(hab.does("svc", "status")).toContain("oldcache.prod")
    expect(await sup.stop()).toBe(0)
    const after = snapshotTree(hab.path("hab"))
    const { added, removed, changed } = changesBetween(before, after)
    // Habitat's scripts are readable by everybody; they may hold passwords.
    const closed = ["svc/oldcache/hooks/run", "svc/oldcache/run", "svc/oldweb/run"]
    expect({ changed, removed }).toEqual({ changed: ["sup/default/LOCK", ...closed], removed: [] })
    expect(sameTextIn(before, after, closed)).toEqual(closed)
    for (const name of closed) expect(statSync(hab.path(`hab/${name}`)).mode & 0o7777).toBe(0o750)
    expect(added.filter((name) => !OURS.test(name))).toEqual([])
    expect(processesOf(hab.root)).toEqual([])
  })

  it("stays one that Habitat can read after the operator used our commands", async () => {
    const hab = createHab()
    makeHabitatHost(hab)
    const before = filesOf(hab)
    const sup = hab.supervise()
    await until("the service is up", () => hab.status("oldcache")?.pid)
    hab.does("svc", "stop", "acme/oldcache")
    await until("it is down", () => hab.status("oldcache")?.state === "down")
    hab.does("svc", "start", "acme/oldcache")
    await until("the service is up", () => hab.status("oldcache")?.pid)
    hab.does("svc", "load", "acme/olddown", "--force", "--restart", "on-failure")
    await sup.stop()
    expect(filesOf(hab)).toEqual(before)
    expect(hab.list("hab/sup/default/specs").filter((name) => !name.endsWith(".spec"))).toEqual(["olddown.hab.toml"])
  })

  it("is left alone while Habitat's launcher holds its LOCK", async () => {
    const hab = createHab()
    makeHabitatHost(hab)
    // Habitat's launcher writes its pid under an exclusive lock and then keeps a shared one.
    const lock = hab.path("hab/sup/default/LOCK")
    const launcher = spawn("flock", ["--shared", lock, "sh", "-c", "echo held; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    })
    await once(launcher.stdout, "data")
    hab.write("hab/sup/default/LOCK", String(launcher.pid))
    const before = snapshotTree(hab.path("hab"))
    const refused = hab.run("sup", "run")
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain(`process ${launcher.pid} holds`)
    expect(hab.run("sup", "run", "acme/oldweb").code).toBe(1)
    expect(changesBetween(before, snapshotTree(hab.path("hab")))).toMatchObject({ changed: [], removed: [] })
    launcher.stdin.end()
    await once(launcher, "exit")
  })
})

it("A service is waited for, where that is asked for, though the supervisor that will start it does not answer yet", async () => {
  const hab = createHab()
  await writeInstalled(hab, { ident: "acme/web/1.0.0/20260102030405", files: { "hooks/run": "#!/bin/sh\nexec cat\n" } })
  const lock = hab.path("hab/sup/default/LOCK")
  hab.write("hab/sup/default/LOCK", "")
  const launcher = spawn("flock", [lock, "sh", "-c", "echo held; exec cat"], { stdio: ["pipe", "pipe", "ignore"] })
  await once(launcher.stdout, "data")
  hab.write("hab/sup/default/LOCK", String(launcher.pid))
  expect(hab.run("svc", "load", "acme/web").stderr).toContain("The supervisor is just starting; it acts on this")
  const waited = hab.run("svc", "load", "acme/web", "--force", "--timeout", "0")
  expect([waited.code, waited.stderr]).toEqual([1, expect.stringContaining("no supervisor answers")])
  launcher.stdin.end()
  await once(launcher, "exit")
})

/** What a supervisor of ours adds to such a host. */
const OURS =
  /^(?:\.enclosure|launcher|sup\/default\/(?:run|bin|logs|data\/known)(?:\/.*)?|sup\/default\/data\/(?:created|updates)\.json|svc\/[^/]+(?:\/(?:config_install|config|data|files|static|var|hooks|logs))?|svc\/oldweb\/logs\/run\..*|svc\/oldcache\/logs\/run\..*)$/
