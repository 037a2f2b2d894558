import { execFileSync } from "node:child_process"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createEtcdStore } from "../../src/cluster/etcd/etcd-store.ts"
import { systemClock } from "../../src/host/clock.ts"
import { systemHttpClient } from "../../src/host/http-client.ts"
import { createRandom } from "../simulation/random.ts"
import { type EtcdNode, hasEtcd, startEtcd } from "../support/etcd.ts"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"
import { type Belief, problemOf } from "../support/leader-history.ts"
import { createPlace, hasNetworks, type Place } from "../support/network.ts"
import { installPlan, type TestPlan } from "../support/plans.ts"
import { recordWatch } from "../support/store-contract.ts"
import { until } from "../support/until.ts"

const RING = "faults"
const GROUP = "store.default"
/** Another seed plays another history. */
const SEED = Number(process.env["CLUSTER_SEED"] ?? 1)
const STEPS = Number(process.env["CLUSTER_STEPS"] ?? 2)
const DAY_MS = 24 * 60 * 60 * 1000

/** Whoever believes to lead says so ten times a second, with its fence: what a client would be sent. */
const PLAN: TestPlan = {
  name: "store",
  toml: "port = 1\n",
  config: {
    leads: "{{#if svc.me.leader}}{{sys.member_id}} {{svc.leader_fence}}\n{{/if}}",
    seen: "{{#if svc.leader}}{{svc.leader.member_id}} {{svc.leader_fence}} {{/if}}members={{#each svc.members}}{{cfg.port}},{{/each}}\n",
  },
  hooks: {
    run: [
      "while :; do",
      "  if read -r who fence <{{pkg.svc_config_path}}/leads; then",
      '    echo "$EPOCHREALTIME $who $fence" >>{{pkg.svc_data_path}}/beliefs',
      "  fi",
      "  sleep 0.1",
      "done",
    ].join("\n"),
    reconfigure: "true",
    suitability: "echo {{cfg.port}}",
  },
  more: "pkg_exports=([port]=port)",
}

type Machine = Readonly<{ name: string; hab: Hab; place: Place; sup: SupervisorRun; memberId: string }>

let nodes: readonly EtcdNode[] = []
let machines: Machine[] = []
let elected: ReturnType<typeof recordWatch>

const etcdctl = (...words: string[]) =>
  execFileSync("etcdctl", ["--endpoints", nodes.map(({ endpoint }) => endpoint).join(), ...words], {
    encoding: "utf8",
    env: { ...process.env, ETCDCTL_API: "3" },
  })

const seen = ({ hab }: Pick<Machine, "hab">) => hab.readIfPresent("hab/svc/store/config/seen")?.trim() ?? ""
const leaderSeenBy = (machine: Machine) => /^(\S+) \d+ /.exec(seen(machine))?.[1]
const fenceSeenBy = (machine: Machine) => Number(/^\S+ (\d+) /.exec(seen(machine))?.[1] ?? 0)
const supervisorPid = ({ hab }: Machine) => JSON.parse(hab.does("sup", "status", "--json")).pid as number
const servicePid = ({ hab }: Machine) => hab.status("store")?.pid

/** The one that all agree to be led by, once they do and see everybody. */
async function leader(among = machines): Promise<Machine> {
  const agreed = () => {
    const [first] = among
    const id = first === undefined ? undefined : leaderSeenBy(first)
    const isAgreed = among.every(
      (machine) => leaderSeenBy(machine) === id && seen(machine).split(",").length > among.length,
    )
    return isAgreed ? machines.find(({ memberId }) => memberId === id) : undefined
  }
  return until(`all agree on a leader: ${among.map(seen).join(" | ")}`, agreed)
}

function join(index: number, source: Hab, before: (hab: Hab) => void = () => undefined): Machine {
  const place = createPlace(index)
  const port = index + 1
  // Clocks on the wall that are days apart: nothing of a ring may go by them.
  const skew = source.path(`skew-${index}.cjs`)
  const shiftMs = (index - 1) * DAY_MS
  writeFileSync(skew, `const now = Date.now; Date.now = () => now.call(Date) + ${shiftMs}\n`)
  const hab = createHab({ NODE_OPTIONS: `--require=${skew}` }, place.node)
  cpSync(source.path("hab"), hab.path("hab"), { recursive: true })
  hab.write("hab/user/store/config/user.toml", `port = ${port}\n`)
  before(hab)
  const hosts = nodes.map(({ endpoint }) => `${place.gateway}:${new URL(endpoint).port}`)
  const words = ["--cluster", `etcd://${hosts.join()}`, "--ring", RING, "--cluster-lease", "2", "--topology", "leader"]
  const sup = hab.supervise("acme/store", ...words)
  return { name: `m${port}`, hab, place, sup, memberId: "" }
}

const withId = (machine: Machine): Machine => ({
  ...machine,
  memberId: machine.hab.read("hab/sup/default/MEMBER_ID").trim(),
})

function beliefs(): Belief[] {
  return machines.flatMap(({ hab }) =>
    (hab.readIfPresent("hab/svc/store/data/beliefs") ?? "")
      .split("\n")
      .map((line) => line.split(" "))
      .filter((words) => words.length === 3)
      .map(([at = "", member = "", fence = ""]) => ({ at: Number(at), member, fence: Number(fence) })),
  )
}

describe.skipIf(!hasEtcd || !hasNetworks)(
  "a ring of three machines whose clocks are a day apart (needs root, network namespaces, etcd)",
  () => {
    let source: Hab

    beforeAll(async () => {
      source = createHab()
      installPlan(source, PLAN)
      nodes = await startEtcd(3, { address: "0.0.0.0" })
      const store = createEtcdStore(
        { http: systemHttpClient(), clock: systemClock, random: Math.random },
        { endpoints: nodes.map(({ endpoint }) => endpoint) },
      )
      elected = recordWatch(store, `/hab/${RING}/leaders/`)
      const joining = [0, 1, 2].map((index) => join(index, source))
      await until("all have begun", () => joining.every(({ hab }) => hab.readIfPresent("hab/sup/default/MEMBER_ID")))
      machines = joining.map(withId)
    }, 120_000)

    afterAll(async () => {
      for (const { place } of machines) place.heal()
      await Promise.all(machines.map(({ sup }) => sup.stop()))
      elected.stop()
    })

    it("goes on without one of three etcd nodes: same leader, same fence, changes arrive", async () => {
      const first = await leader()
      const options = readFileSync(`/proc/${supervisorPid(first)}/environ`, "utf8")
      expect(options).toMatch(/NODE_OPTIONS=--require=\S*skew-\d/)
      const fence = fenceSeenBy(first)
      nodes[0]?.signal("SIGKILL")
      await until(
        "a change is taken",
        () => machines[0]?.hab.given("port = 40\n", "config", "apply", GROUP, "1").code === 0,
      )
      await until("all have it", () => machines.every((machine) => seen(machine).endsWith("members=40,40,40,")))
      expect(machines.map(fenceSeenBy)).toEqual([fence, fence, fence])
      nodes[0]?.start()
    })

    it("elects another when the leader is cut off; that one goes on, says that it is stale, and follows once it is back", async () => {
      const old = await leader()
      const [fence, pid] = [fenceSeenBy(old), servicePid(old)]
      const others = machines.filter((machine) => machine !== old)
      old.place.cut()
      await until("the others have another", () => others.every((machine) => fenceSeenBy(machine) > fence))
      await old.sup.sees(/The ring's store cannot be reached/)
      expect(leaderSeenBy(old)).toBe(old.memberId)
      expect(JSON.parse(old.hab.does("ring", "status", "--json"))).toMatchObject({ live: false })
      expect(old.hab.given("port = 41\n", "config", "apply", GROUP, "2")).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("RING_UNREACHABLE"),
      })
      old.place.heal()
      expect(await leader()).not.toBe(old)
      expect(servicePid(old)).toBe(pid)
    })

    it("misses nothing that was applied and compacted while a watch was cut", async () => {
      const one = await leader()
      const away = machines.find((machine) => machine !== one) ?? one
      away.place.cut()
      await until("it is missed", () => seen(one).split(",").length === 3)
      for (const version of ["10", "11", "12"]) {
        one.hab.given(`port = ${version}\n`, "config", "apply", GROUP, version)
      }
      const revision = /"revision":(\d+)/.exec(etcdctl("endpoint", "status", "-w", "json"))?.[1] ?? "0"
      etcdctl("compact", revision)
      away.place.heal()
      await until("it has the last", () => seen(away).endsWith("members=12,12,12,"))
      await leader()
    })

    it("elects another when the leader's supervisor is paused past its lease; it wakes, follows, and restarted nothing", async () => {
      const old = await leader()
      const [fence, pid, supervisor] = [fenceSeenBy(old), servicePid(old), supervisorPid(old)]
      const others = machines.filter((machine) => machine !== old)
      process.kill(supervisor, "SIGSTOP")
      await until("the others have another", () => others.every((machine) => fenceSeenBy(machine) > fence))
      process.kill(supervisor, "SIGCONT")
      expect(await leader()).not.toBe(old)
      expect([servicePid(old), supervisorPid(old)]).toEqual([pid, supervisor])
    })

    it("keeps its leader, with the same fence, when only that one's supervisor dies: the next one takes it up", async () => {
      const first = await leader()
      const [fence, pid, supervisor] = [fenceSeenBy(first), servicePid(first), supervisorPid(first)]
      process.kill(supervisor, "SIGKILL")
      await until("there is another supervisor", () => {
        const { stdout, code } = first.hab.run("sup", "status", "--json")
        return code === 0 && JSON.parse(stdout).pid !== supervisor
      })
      await until("it is a member again", () => JSON.parse(first.hab.does("ring", "status", "--json")).live)
      expect(await leader()).toBe(first)
      expect([fenceSeenBy(first), servicePid(first)]).toEqual([fence, pid])
    })

    it("keeps a supervisor with a copied member id out, and says on it what to do", async () => {
      const first = await leader()
      const clone = join(7, source, (hab) =>
        hab.write("hab/sup/default/MEMBER_ID", first.hab.read("hab/sup/default/MEMBER_ID")),
      )
      await clone.sup.sees(/Another supervisor, on .* is in this ring under our member id .*MEMBER_ID/)
      expect(await leader()).toBe(first)
      await clone.sup.stop()
      expect(await leader()).toBe(first)
    })

    it("deposes nobody and takes nothing while two of three etcd nodes are away, and is whole again afterwards", async () => {
      const first = await leader()
      const [fence, pids] = [fenceSeenBy(first), machines.map(servicePid)]
      for (const node of nodes.slice(0, 2)) node.signal("SIGSTOP")
      await Promise.all(machines.map(({ sup }) => sup.sees(/The ring's store cannot be reached/)))
      await until("it is stale everywhere", () =>
        machines.every(({ hab }) => !JSON.parse(hab.does("ring", "status", "--json")).live),
      )
      expect(machines.map(fenceSeenBy)).toEqual([fence, fence, fence])
      for (const node of nodes.slice(0, 2)) node.signal("SIGCONT")
      await until("it is live everywhere", () =>
        machines.every(({ hab }) => JSON.parse(hab.does("ring", "status", "--json")).live),
      )
      await leader()
      expect(machines.map(servicePid)).toEqual(pids)
    })

    it(`stays one ring through ${STEPS} random faults at once, again and again (CLUSTER_SEED ${SEED})`, async () => {
      const random = createRandom(SEED)
      for (let step = 0; step < STEPS; step++) {
        const [machine, node] = [random.pick(machines as [Machine]), random.pick(nodes as readonly [EtcdNode])]
        const pid = supervisorPid(machine)
        const paused = random.chance(0.5)
        const fence = Math.max(...machines.map(fenceSeenBy))
        const wasLeader = leaderSeenBy(machine) === machine.memberId
        if (paused) process.kill(pid, "SIGSTOP")
        else machine.place.cut()
        node.signal(random.chance(0.5) ? "SIGKILL" : "SIGSTOP")
        const others = machines.filter((other) => other !== machine)
        await until(
          "the others have a leader",
          () => others.every((other) => (wasLeader ? fenceSeenBy(other) > fence : fenceSeenBy(other) > 0)),
          30_000,
        )
        node.resume()
        if (paused) process.kill(pid, "SIGCONT")
        else machine.place.heal()
        await leader()
      }
    })

    it("had at most one valid leader for each fence, in what etcd recorded and in what the services believed", async () => {
      const believed = beliefs()
      const last = Math.max(...believed.map(({ fence }) => fence))
      const isRecorded = () =>
        elected.changes.some((change) => change.tag === "put" && change.entry.createRevision === last)
      await until("the record has the last leader", isRecorded)
      const recorded = elected.changes.flatMap((change, at): Belief[] =>
        change.tag === "put"
          ? [{ at, member: JSON.parse(change.entry.value).member, fence: change.entry.createRevision }]
          : [],
      )
      expect(new Set(believed.map(({ fence }) => fence)).size).toBeGreaterThanOrEqual(3)
      expect(problemOf(recorded)).toBeUndefined()
      expect(problemOf(believed)).toBeUndefined()
      const owners = new Map(recorded.map(({ fence, member }) => [fence, member]))
      expect(believed.filter(({ fence, member }) => owners.get(fence) !== member)).toEqual([])
    })
  },
)
