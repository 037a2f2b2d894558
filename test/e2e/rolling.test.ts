import { describe, expect, it } from "vitest"
import { hasEtcd, startEtcd } from "../support/etcd.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const ident = (version: string) => `acme/web/${version}/20240101000000`
const QUICK = { HAB_UPDATE_STRATEGY_PERIOD_MS: "300", HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1" }
const OPTIONS = ["--channel", "stable", "--update-condition", "track-channel", "--health-backoff", "on"]

/** A release whose health check answers with the code. */
const files = (version: string, health = 0) => ({
  "hooks/run": `#!/bin/sh\nexec sleep 1000\n`,
  "hooks/health-check": `#!/bin/sh\nexit ${health}\n`,
  "hooks/post-run": `#!/bin/sh\necho ${version} >>{{pkg.svc_data_path}}/releases\n`,
})

/** Releases in a folder that is a depot; `bad` never become healthy. */
async function createDepot(versions: readonly string[], bad: readonly string[] = []) {
  const builder = createHab()
  await trustTestKey(builder)
  const url = `file://${builder.path("depot")}`
  for (const version of versions) {
    const hart = await writeHart(builder, {
      ident: ident(version),
      files: files(version, bad.includes(version) ? 2 : 0),
    })
    builder.does("pkg", "upload", hart, "--url", url)
  }
  const channel = (verb: "promote" | "demote", version: string) =>
    builder.does("pkg", verb, ident(version), "stable", "--url", url)
  return {
    url,
    promote: (version: string) => channel("promote", version),
    demote: (version: string) => channel("demote", version),
  }
}

type Machine = { hab: Hab; sup: SupervisorRun; id: string }

/** The releases a machine ran, in order. */
const ran = ({ hab }: { hab: Hab }) =>
  (hab.readIfPresent("hab/svc/web/data/releases") ?? "").split("\n").filter(Boolean)

async function startMachine(url: string, ...options: string[]): Promise<Machine> {
  const hab = createHab({ HAB_BLDR_URL: url, ...QUICK })
  hab.does("pkg", "install", "acme/web", "--channel", "stable")
  const sup = hab.supervise("acme/web", "--strategy", "rolling", ...OPTIONS, ...options)
  await until("it runs", () => ran({ hab }).length === 1)
  return { hab, sup, id: hab.read("hab/sup/default/MEMBER_ID").trim() }
}

describe.skipIf(!hasEtcd)("three supervisors that update one member at a time (needs etcd)", () => {
  it("go over in order, the leader last; a dead machine does not stop the update; a demotion and a bad release take all back", async () => {
    const nodes = await startEtcd(3)
    const depot = await createDepot(["1.0.0", "2.0.0", "3.0.0"], ["3.0.0"])
    depot.promote("1.0.0")
    const cluster = `etcd://${nodes.map(({ endpoint }) => endpoint.replace("http://", "")).join(",")}`
    const words = ["--cluster", cluster, "--cluster-lease", "2", "--topology", "leader", "--rollback-after", "12"]
    const machines = [
      await startMachine(depot.url, ...words),
      await startMachine(depot.url, ...words),
      await startMachine(depot.url, ...words),
    ]
    const [one] = machines as [Machine, Machine, Machine]
    const status = () => JSON.parse(one.hab.does("ring", "status", "--json"))
    await until("all are there, with a leader", () => {
      const [group] = status().groups
      return (
        group?.members.length === 3 &&
        group.leader !== null &&
        group.members.every((member: { healthy: boolean }) => member.healthy)
      )
    })
    const leader = status().groups[0].leader
    const last = machines.find(({ id }) => id === leader) ?? one
    const others = machines.filter((machine) => machine !== last).sort((a, b) => (a.id < b.id ? -1 : 1))
    depot.promote("2.0.0")
    const everybody = (version: string) => machines.every((machine) => ran(machine).at(-1) === version)
    await until("all run it", () => everybody("2.0.0"), 60_000)
    const { update } = status().groups[0]
    expect(update).toMatchObject({ package: ident("2.0.0") })
    await until("it is finished", () => status().groups[0].update.waiting.length === 0)
    expect(status().groups[0].update.done).toEqual([...others, last].map(({ id }) => id))

    const address = /http-gateway on (\S+)/.exec(await one.sup.sees(/Starting http-gateway on/))?.[1]
    const told = async (path: string) =>
      (await fetch(`http://${address}/${path}`)).json() as Promise<Record<string, unknown>>
    const incarnation = { pkg_incarnation: 1 }
    expect(await told("census")).toMatchObject({
      census_groups: {
        "web.default": {
          ...{ ...incarnation, leader_id: last.id, update_election_status: "ElectionFinished" },
          population: Object.fromEntries(machines.map(({ id }) => [id, incarnation])),
        },
      },
    })
    expect(await told("butterfly")).toMatchObject({
      member: { health: Object.fromEntries(machines.map(({ id }) => [id, "Alive"])) },
      service: { list: { "web.default": Object.fromEntries(machines.map(({ id }) => [id, { initialized: true }])) } },
      election: { list: { "web.default": { election: { member_id: last.id, status: "Finished" } } } },
    })

    // The machine whose turn it is dies: the others go on, and it follows when it is back.
    depot.demote("2.0.0")
    await until("the way back begins", () => machines.some((machine) => ran(machine).at(-1) === "1.0.0"))
    const dead = machines.find((machine) => ran(machine).at(-1) === "1.0.0") ?? one
    for (const pid of processesOf(dead.hab.root)) process.kill(pid, "SIGKILL")
    const alive = machines.filter((machine) => machine !== dead)
    await until("the others are back", () => alive.every((machine) => ran(machine).at(-1) === "1.0.0"), 40_000)
    dead.sup = dead.hab.supervise("--cluster", cluster, "--cluster-lease", "2")
    await until("it is back too", () => everybody("1.0.0"), 40_000)
    await until("the newer release is removed", () =>
      machines.every(({ hab }) => hab.list("hab/pkgs/acme/web").join() === "1.0.0"),
    )

    depot.promote("3.0.0")
    await until(
      "one has tried it and went back",
      () => {
        const tries = machines.filter((machine) => ran(machine).includes("3.0.0"))
        return tries.length === 1 && tries.every((machine) => ran(machine).at(-1) === "1.0.0")
      },
      60_000,
    )
    await until("it is told", () => status().groups[0].update.rejected?.package === ident("3.0.0"))
    expect(one.hab.run("svc", "status").stderr).toMatch(/3\.0\.0\S* is not tried again: not healthy within 12 s/)
    await Promise.all(machines.map(({ sup }) => sup.stop()))
    expect(machines.filter((machine) => ran(machine).includes("3.0.0")).length).toBe(1)
  }, 180_000)
})

describe("one supervisor without a ring", () => {
  it("updates as a group of one, goes back from a release that is not healthy in time, and waits for a newer one", async () => {
    const depot = await createDepot(["1.0.0", "2.0.0", "3.0.0"], ["2.0.0"])
    depot.promote("1.0.0")
    const machine = await startMachine(depot.url, "--rollback-after", "8")
    const { hab, sup } = machine
    depot.promote("2.0.0")
    await sup.sees(/2\.0\.0\S* is not healthy within 8 s: going back to .*1\.0\.0.*It is not tried again/)
    await until("it is back", () => ran(machine).join() === "1.0.0,2.0.0,1.0.0")
    await until("the bad one is removed", () => hab.list("hab/pkgs/acme/web").join() === "1.0.0")
    await until("it is told", () => hab.status("web")?.update?.step === "rejected")
    expect(hab.run("svc", "status").stderr).toMatch(/web\.default: .*2\.0\.0\S* is not tried again/)
    expect(hab.does("svc", "explain", "web")).toMatch(/but .*2\.0\.0\S* is not tried again/)
    // It outlives the supervisor.
    hab.run("sup", "restart")
    await sup.sees(/for restart/)
    await until("it is told again", () => hab.status("web")?.update?.step === "rejected")
    depot.promote("3.0.0")
    await until("it runs the newer one", () => ran(machine).join() === "1.0.0,2.0.0,1.0.0,3.0.0")
    await until("nothing is left to tell", () => hab.status("web")?.update === null)
    await sup.stop()
  })
})
