import { spawnSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { supervisionOf, whileAnswering } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { canMount, mountSmallDisk } from "../support/small-disk.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const MEBIBYTES = 8
let hab: Hab
let sup: SupervisorRun
let unmount = () => {}

/** Takes what is left of the disk, to the last byte. */
function fill(): void {
  spawnSync("dd", ["if=/dev/zero", `of=${hab.path("hab/ballast")}`, "bs=4k"], { stdio: "ignore" })
}

const free = () => rmSync(hab.path("hab/ballast"))
const pidOf = (name: string) => hab.status(name)?.pid ?? undefined

describe.skipIf(!canMount)("a disk that is full (as root, where tmpfs can be mounted)", () => {
  beforeAll(async () => {
    hab = createHab()
    unmount = mountSmallDisk(hab.path("hab"), MEBIBYTES)
    sup = hab.supervise("--service-min-backoff-period", "1", "--service-max-backoff-period", "1")
    await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
    const init = "#!/bin/sh\nexit 0\n"
    // Longer than a page: what a full disk still takes into the last one is less than that.
    const run = `#!/bin/sh\nwhile :; do echo ${"long ".repeat(2_000)}line for the log; sleep 0.05; done\n`
    await writeInstalled(hab, {
      ident: "bad/full/1.0.0/20260101000000",
      files: { "hooks/init": init, "hooks/run": run },
    })
    hab.does("svc", "load", "bad/full")
    await until("it is up", () => pidOf("full"))
  })

  afterAll(async () => {
    try {
      expect(await sup.stop()).toBe(0)
      expect(processesOf(hab.root)).toEqual([])
    } finally {
      unmount()
    }
  })

  it("keeps a service that crashes running, its supervisor too, and loses only what it says it lost", async () => {
    const supervisors = supervisionOf(sup)
    const answered = await whileAnswering(hab, async () => {
      fill()
      for (let round = 0; round < 2; round++) {
        const pid = await until("it runs", () => pidOf("full"))
        process.kill(pid, "SIGKILL")
        await until("it runs again", () => (pidOf("full") ?? pid) !== pid)
      }
    })
    expect(answered).toBeGreaterThan(0)
    expect(supervisionOf(sup)).toEqual(supervisors)
    free()
    const log = () => hab.read("hab/svc/full/logs/run.stdout.log")
    await until("the log says what it lost", () => /\[\d+ bytes lost: the disk was full\]/.test(log()))
    await until("it goes on", () => log().endsWith("long line for the log\n"))
  })

  it("refuses to load another service in words, and loads it when there is room", async () => {
    const files = { "hooks/run": "#!/bin/sh\nexec sleep 1000\n", "config/big.conf": "x".repeat(100_000) }
    await writeInstalled(hab, { ident: "bad/late/1.0.0/20260101000000", files })
    writeFileSync(hab.path("hab/sup/default/specs/late.spec"), 'ident = "bad/late"\n')
    await until("it is up", () => pidOf("late"))
    hab.does("svc", "unload", "bad/late")
    await until("it is gone", () => hab.status("late") === undefined)
    rmSync(hab.path("hab/svc/late"), { recursive: true })
    fill()
    const refused = hab.run("svc", "load", "bad/late")
    expect(refused.stderr + sup.output()).toMatch(/no space left on the disk|ENOSPC/)
    expect(hab.status("full")?.state).toBe("up")
    free()
    hab.run("svc", "load", "bad/late", "--force")
    await until("it is up", () => pidOf("late"))
  })
})
