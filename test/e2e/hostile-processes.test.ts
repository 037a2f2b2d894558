import { chmodSync, readdirSync, readFileSync } from "node:fs"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { footprintOf, processesOfService, supervisionOf, whileAnswering } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, project, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const KILOBYTES_GROWN_MAX = 96 * 1024

let hab: Hab
let sup: SupervisorRun

beforeAll(async () => {
  hab = createHab()
  sup = hab.supervise("--service-min-backoff-period", "0", "--service-max-backoff-period", "0")
  await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
})

afterEach(async () => {
  for (const file of hab.list("hab/sup/default/specs")) hab.run("svc", "unload", `bad/${file.replace(".spec", "")}`)
  await until("nothing but supervision is alive", () => processesOf(hab.root).length === supervisionOf(sup).length)
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
  expect(hab.list("hab/sup/default/run")).toEqual([])
})

/** A service whose run hook is a fixture, loaded with a shutdown timeout of a second. */
async function load(name: string, script: string): Promise<void> {
  await writeInstalled(hab, { ident: `bad/${name}/1.0.0/20260101000000`, files: { "hooks/run": script } })
  hab.does("svc", "load", `bad/${name}`, "--shutdown-timeout", "1")
}

const fixture = (name: string) => readFileSync(`${project}/fixtures/services/${name}`, "utf8")
const logOf = (name: string) => hab.readIfPresent(`hab/svc/${name}/logs/run.stdout.log`) ?? ""
const isUp = (name: string) => until(`${name} is up`, () => hab.status(name)?.state === "up")

describe("a service that does not want to end", () => {
  it.each(["ignores-term", "has-children", "never-ends"])("%s: stopped, nothing of it is left", async (name) => {
    await load(name, fixture(name))
    await until("it is ready", () => logOf(name).includes("ready"))
    hab.does("svc", "stop", `bad/${name}`)
    await until("it is down", () => hab.status(name)?.state === "down")
    expect(processesOfService(hab, name)).toEqual([])
  })

  it("left its group by a double fork: found and ended before the next run begins", async () => {
    await load("forks", `${fixture("forks-twice")}exec sleep 1000\n`)
    await until("it forked", () => logOf("forks").includes("left"))
    const [first] = [hab.status("forks")?.pid ?? 0]
    const before = processesOfService(hab, "forks")
    expect(before.length).toBe(2)
    process.kill(first, "SIGKILL")
    await until("it runs again", () => logOf("forks").split("left").length === 3)
    expect(processesOfService(hab, "forks").filter((pid) => before.includes(pid))).toEqual([])
  })

  it("exits while a child holds its output open: the child is ended, and it runs again", async () => {
    await load("holds", fixture("holds-stdout"))
    await until("it ran again and again", () => logOf("holds").split("exiting").length > 5)
    hab.does("svc", "stop", "bad/holds")
    await until("it is down", () => hab.status("holds")?.state === "down")
    expect(processesOfService(hab, "holds")).toEqual([])
  })

  it("forks as fast as it can, ignoring TERM: all of it is ended", async () => {
    const script =
      '#!/bin/bash\ntrap "" TERM\nfor n in {1..100}; do (trap "" TERM; setsid sleep 1000 &) ; done\necho ready\nwhile :; do sleep 0.01 & wait; done\n'
    await load("forking", script)
    await until("it is ready", () => logOf("forking").includes("ready"))
    hab.does("svc", "stop", "bad/forking")
    await until("it is down", () => hab.status("forking")?.state === "down")
    expect(processesOfService(hab, "forking")).toEqual([])
  })
})

describe("a service that writes without end", () => {
  it("is slowed down, keeps its logs within their limit and our memory bounded, and is stopped like any other", async () => {
    await load("prints", fixture("prints-forever"))
    await isUp("prints")
    const before = footprintOf(hab, sup)
    const rotated = () =>
      readdirSync(hab.path("hab/svc/prints/logs")).filter((name) => name.startsWith("run.stdout.log"))
    const answered = await whileAnswering(hab, () => until("its logs are full", () => rotated().length === 5))
    expect(answered).toBeGreaterThan(0)
    expect(footprintOf(hab, sup).kilobytes - before.kilobytes).toBeLessThan(KILOBYTES_GROWN_MAX)
    hab.does("svc", "stop", "bad/prints")
    await until("it is down", () => hab.status("prints")?.state === "down")
    // Not before: a log that is still written is renamed while it is looked at.
    expect(rotated().every((name) => hab.read(`hab/svc/prints/logs/${name}`).length < 11 * 1024 * 1024)).toBe(true)
  })
})

describe("the packages of a host", () => {
  it("may lose the execute bit of every hook while services run: they are rendered executable", async () => {
    await load("plain", fixture("never-ends"))
    await isUp("plain")
    chmodSync(hab.path("hab/pkgs/bad/plain/1.0.0/20260101000000/hooks/run"), 0o600)
    const pid = hab.status("plain")?.pid ?? 0
    process.kill(pid, "SIGKILL")
    await until("it runs again", () => (hab.status("plain")?.pid ?? pid) !== pid)
  })
})
