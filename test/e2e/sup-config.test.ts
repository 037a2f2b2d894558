import path from "node:path"
import { describe, expect, it } from "vitest"
import type { SupervisorStatus } from "../../src/supervisor/gateway/supervisor-status.ts"
import { createHab, type Hab, processesOf, project } from "../support/hab.ts"
import { until } from "../support/until.ts"

const SUP_TOML = "hab/sup/default/config/sup.toml"

function withBeacon(): { hab: Hab; artifact: string } {
  const hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  return { hab, artifact: hab.does("pkg", "build", path.join(project, "fixtures/plans/beacon")) }
}

const supervisor = (hab: Hab) => JSON.parse(hab.does("sup", "status", "--json")) as SupervisorStatus

describe("sup.toml", () => {
  it("is used unchanged as it was generated; a restart of the supervisor reads it again and keeps the services", async () => {
    const { hab, artifact } = withBeacon()
    const generated = hab.does("sup", "run", artifact, "--generate-config")
    hab.write(SUP_TOML, generated)
    const sup = hab.supervise()
    const pid = await until("the service is up", () => hab.status("beacon")?.pid ?? undefined)
    const before = supervisor(hab)
    expect(before).toMatchObject({ launcher: { pid: sup.child.pid }, services: { loaded: 1, up: 1 } })
    expect(before.organization).toBeUndefined()
    expect(hab.does("sup", "status")).toContain(`process ${before.pid}`)

    hab.write(SUP_TOML, generated.replace('# organization = ""', 'organization = "lights"'))
    expect(hab.does("sup", "restart")).toContain("1 service kept running")
    const after = supervisor(hab)
    expect(after.pid).not.toBe(before.pid)
    expect(after.organization).toBe("lights")
    expect(hab.status("beacon")?.pid).toBe(pid)

    hab.write(SUP_TOML, "organisation = 1\n")
    hab.does("sup", "restart")
    expect(supervisor(hab).organization).toBe("lights")
    await sup.sees(/unknown key 'organisation'; did you mean 'organization'/)
    await sup.stop()
  })

  it.each([
    ["is not TOML", "listen_http", /mine\.toml:1:12 is not TOML/],
    ["names an unknown setting", 'listen_htp = "x"', /unknown key 'listen_htp'; did you mean 'listen_http'\?/],
    ["gives a setting another kind of value", "json_logging = 1", /json_logging must be true or false/],
  ])("keeps the supervisor from starting when it %s", (_, text, message) => {
    const hab = createHab()
    hab.write("mine.toml", `${text}\n`)
    const { code, stderr } = hab.run("sup", "run", "--config-files", "mine.toml")
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(processesOf(hab.root)).toEqual([])
  })

  it("takes what a script for Habitat says, with one line about what has no effect", async () => {
    const hab = createHab()
    const sup = hab.supervise("--peer", "10.0.0.1", "--permanent-peer", "--listen-gossip", "0.0.0.0:9638")
    await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
    expect(sup.output().match(/no effect/g)).toHaveLength(1)
    expect(sup.output()).toContain("--peer, --permanent-peer have no effect here")
    await sup.stop()
  })
})

describe("hab sup run --exit-with", () => {
  it("exits as the service did once it has ended for good, and leaves nothing behind", async () => {
    const { hab, artifact } = withBeacon()
    const sup = hab.supervise(artifact, "--restart", "no", "--exit-with", "acme/beacon")
    const pid = await until("the service is up", () => hab.status("beacon")?.pid ?? undefined)
    process.kill(pid, "SIGKILL")
    expect(await sup.ended()).toBe(137)
    expect(sup.output()).toContain("beacon.default has ended for good")
    expect(processesOf(hab.root)).toEqual([])
  })

  it("says when the service can never end, and still obeys a signal", async () => {
    const { hab, artifact } = withBeacon()
    const sup = hab.supervise(artifact, "--exit-with", "beacon")
    await sup.sees(/its restart policy 'always' never lets it end/)
    expect(await sup.stop()).toBe(0)
  })
})
