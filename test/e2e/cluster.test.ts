import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type EtcdNode, hasEtcd, startEtcd } from "../support/etcd.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { installPlan, type TestPlan } from "../support/plans.ts"
import { freePort, openPorts } from "../support/sockets.ts"
import { until } from "../support/until.ts"

const PLAN: TestPlan = {
  name: "store",
  toml: "port = 1\n",
  config: {
    seen: [
      "{{#if svc.leader}}leader={{svc.leader.cfg.port}} fence={{svc.leader_fence}} {{/if}}",
      "me={{svc.me.leader}} members={{#each svc.members}}{{cfg.port}},{{/each}}\n",
    ].join(""),
  },
  hooks: {
    run: "exec sleep 1000",
    reconfigure: 'echo "$HAB_LEADER_FENCE" >{{pkg.svc_data_path}}/fence',
    suitability: "echo {{cfg.port}}",
    "file-updated": "cat {{pkg.svc_files_path}}/* >{{pkg.svc_data_path}}/files",
  },
  more: "pkg_exports=([port]=port)",
}

type Machine = { hab: Hab; sup: SupervisorRun }

let nodes: readonly EtcdNode[] = []
const machines: Machine[] = []

const seen = ({ hab }: Machine) => hab.readIfPresent("hab/svc/store/config/seen")?.trim()

/** The exported ports of the members it sees, in order. */
const portsSeenBy = (machine: Machine) =>
  (/members=([\d,]*)/.exec(seen(machine) ?? "")?.[1] ?? "").split(",").filter(Boolean).sort().join()

/** One machine of the ring, with the store on this "port": its suitability as well. */
function start(port: number, ...options: string[]): Machine {
  const hab = createHab()
  installPlan(hab, PLAN)
  hab.write("hab/user/store/config/user.toml", `port = ${port}\n`)
  const cluster = `etcd://${nodes.map(({ endpoint }) => endpoint.replace("http://", "")).join(",")}`
  const words = ["--cluster", cluster, "--cluster-lease", "2", "--topology", "leader", ...options]
  const machine = { hab, sup: hab.supervise("acme/store", ...words) }
  machines.push(machine)
  return machine
}

describe.skipIf(!hasEtcd)("three supervisors that meet in etcd (needs etcd)", () => {
  beforeAll(async () => {
    nodes = await startEtcd(3)
  }, 90_000)

  afterAll(async () => {
    await Promise.all(machines.map(({ sup }) => sup.stop()))
  })

  it("elect the most suitable; when its machine dies another leads, with a higher fence, and hooks are told it", async () => {
    const [one, two, three] = [start(1), start(2), start(3)] as const
    const all = "members="
    await until("all know three members and one leader", () =>
      [one, two, three].every((machine) => {
        const text = seen(machine) ?? ""
        return text.startsWith("leader=") && text.split(all)[1]?.split(",").length === 4
      }),
    )
    const leaderOf = (machine: Machine) => Number(/leader=(\d)/.exec(seen(machine) ?? "")?.[1])
    const first = leaderOf(one)
    expect([leaderOf(two), leaderOf(three)]).toEqual([first, first])
    const fenceOf = (machine: Machine) => Number(/fence=(\d+)/.exec(seen(machine) ?? "")?.[1])
    const before = fenceOf(one)
    expect(before).toBeGreaterThan(0)
    const dead = [one, two, three].find((_, index) => index + 1 === first) ?? one
    const left = [one, two, three].filter((machine) => machine !== dead)
    execFileSync("bash", [
      "-c",
      `for file in $(grep -lzxs "FS_ROOT=$1" /proc/[0-9]*/environ); do p=\${file#/proc/}; kill -9 \${p%/environ}; done; true`,
      "bash",
      dead.hab.root,
    ])
    await until("another leads", () => left.every((machine) => fenceOf(machine) > before))
    const next = leaderOf(left[0] ?? one)
    expect(next).not.toBe(first)
    // The one of the two with the greater number was asked and said so.
    expect(next).toBe(first === 3 ? 2 : 3)
    await until("hooks were told the fence", () =>
      left.some(({ hab }) => Number(hab.readIfPresent("hab/svc/store/data/fence")) > before),
    )
    await until("the dead one is no member any more", () =>
      left.every((machine) => !seen(machine)?.includes(`${first},`)),
    )
  })

  it("take a configuration applied on one machine everywhere, and refuse an older one everywhere", async () => {
    const left = machines.filter(({ hab }) => hab.run("svc", "status").code === 0)
    const [here, there] = [left[0], left[1]] as [Machine, Machine]
    here.hab.given("port = 77\n", "config", "apply", "store.default", "5")
    await until("both render it", () => left.every((machine) => seen(machine)?.includes("members=77,77,")))
    const older = there.hab.given("port = 66\n", "config", "apply", "store.default", "5")
    expect(older.code).toBe(1)
    expect(older.stderr).toMatch(/store.default has version 5 already/)
  })

  it("are listed with their groups and leaders by any of them; one told to depart ends for good", async () => {
    const left = machines.filter(({ hab }) => hab.run("svc", "status").code === 0)
    const [here, there] = [left[0], left[1]] as [Machine, Machine]
    const status = JSON.parse(here.hab.does("ring", "status", "--json"))
    expect(status).toMatchObject({ ring: "default", live: true, groups: [{ group: "store.default" }] })
    expect(here.hab.does("ring", "status")).toMatch(/store.default .*acme\/store.*leader/)
    expect(here.hab.run("sup", "depart", "nobody").stderr).toMatch(/default has no member nobody/)
    here.hab.does("sup", "depart", there.hab.read("hab/sup/default/MEMBER_ID").trim())
    await there.sup.sees(/told to leave its ring for good/)
    expect(await there.sup.ended()).toBe(86)
    await until("it is forgotten", () => seen(here)?.endsWith("members=77,") === true)
  })

  it("see nothing of a ring of another name", async () => {
    const other = start(9, "--ring", "other")
    await until("it leads its own", () => seen(other)?.startsWith("leader=9") === true)
    expect(seen(other)).toMatch(/members=9,$/)
  })

  it("give files and encrypted configuration to those who have the key, and to others once they get it", async () => {
    const [one, two] = [17, 18].map((port) => start(port, "--ring", "sealed", "--org", "acme")) as [Machine, Machine]
    const group = "store.default@acme"
    one.hab.does("user", "key", "generate", "alice")
    one.hab.does("svc", "key", "generate", "store.default", "acme")
    await until("both are known", () => [one, two].every((machine) => portsSeenBy(machine) === "17,18"))
    two.hab.write("motd", "hello\n")
    two.hab.does("file", "upload", group, "1", "motd")
    await until("the file is everywhere", () =>
      [one, two].every(({ hab }) => hab.readIfPresent("hab/svc/store/data/files") === "hello\n"),
    )
    expect(one.hab.run("file", "upload", group, "1", two.hab.path("motd")).stderr).toMatch(/has version 1 of motd/)
    one.hab.given("port = 55\n", "config", "apply", "-u", "alice", group, "1")
    await two.sup.sees(/The configuration applied to store.default@acme in the ring cannot be used: .*box secret key/)
    await until("what the first exports is seen", () => portsSeenBy(two) === "18,55")
    for (const key of one.hab.list("hab/cache/keys").filter((name) => /^(alice|store)/.test(name))) {
      two.hab.write(`hab/cache/keys/${key}`, one.hab.read(`hab/cache/keys/${key}`))
    }
    await until("the other has opened it", () => portsSeenBy(two) === "55,55")
    expect(two.hab.does("config", "show", "store")).not.toContain("55")
    await Promise.all([one, two].map(({ sup }) => sup.stop()))
  })

  it("go on with what is known when etcd is gone, say that it is stale, and restart nothing", async () => {
    const machine =
      machines.find(
        ({ sup, hab }) => sup.child.exitCode === null && sup.child.signalCode === null && hab.status("store"),
      ) ?? start(7)
    await until("it knows who leads", () => seen(machine)?.startsWith("leader="))
    const pid = machine.hab.status("store")?.pid
    const before = seen(machine)
    for (const node of nodes) node.signal("SIGSTOP")
    await machine.sup.sees(/The ring's store cannot be reached/)
    expect([machine.hab.status("store")?.pid, seen(machine)]).toEqual([pid, before])
    for (const node of nodes) node.signal("SIGCONT")
    await machine.sup.sees(/The ring's store answers/)
    expect(machine.hab.status("store")?.pid).toBe(pid)
  })
})

describe("a supervisor told of a ring it cannot join", () => {
  it("refuses what names no etcd, before anything starts", () => {
    const hab = createHab()
    const { code, stderr } = hab.run("sup", "run", "--cluster", "consul://a")
    expect(code).toBe(2)
    expect(stderr).toMatch(/'consul:\/\/a' does not name an etcd cluster/)
  })

  it("runs its services all the same while nothing answers", async () => {
    const hab = createHab()
    installPlan(hab, PLAN)
    const sup = hab.supervise("acme/store", "--cluster", "etcd://127.0.0.1:1")
    await until("the service is up", () => hab.status("store")?.state === "up")
    expect(await sup.stop()).toBe(0)
  })
})

describe("a supervisor without a ring", () => {
  it("listens on the port of its HTTP gateway and nowhere else, and without it nowhere", async () => {
    const hab = createHab({ HAB_LISTEN_HTTP: "" })
    installPlan(hab, PLAN)
    const port = await freePort()
    const open = supervise("--listen-http", `127.0.0.1:${port}`)
    await until("the service is up", () => hab.status("store")?.state === "up")
    expect(openPorts(processesOf(hab.root))).toEqual([`tcp ${port}`])
    expect(hab.run("ring", "status").stderr).toContain("RING_ABSENT")
    await open.stop()
    const closed = supervise("-D")
    await until("the service is up", () => hab.status("store")?.state === "up")
    expect(openPorts(processesOf(hab.root))).toEqual([])
    await closed.stop()

    function supervise(...words: string[]): SupervisorRun {
      return hab.supervise("acme/store", "--topology", "leader", ...words)
    }
  })
})
