import type { EtcdNode } from "../../test/support/etcd-cluster.ts"
import { median, type Row } from "../bench.ts"
import { createMembers, type Members } from "./members.ts"

/** A supervisor as the one measured, with a ring. */
export const IN_A_RING = "in a ring"
const FIVE = 5
const APPLIED = 10
const FAILOVERS = 3
const STARTS = 5
const LEASE_SEC = 2
const LIMIT_MS = 60_000

/** Five supervisors in a ring: how soon what one was told is rendered by all, and how soon a dead leader has a successor. */
export async function ringRows(nodes: readonly EtcdNode[]): Promise<Row[]> {
  const members = createMembers(FIVE)
  const cluster = `etcd://${nodes.map(({ endpoint }) => endpoint.replace("http://", "")).join()}`
  const words = ["--cluster", cluster, "--cluster-lease", String(LEASE_SEC), "--topology", "leader"]
  const all = Array.from({ length: FIVE }, (_, member) => member)
  try {
    for (const member of all) members.start(member, ...words)
    await members.beats.waitFor("all know one leader", () => isAgreed(members, all), LIMIT_MS)
    const applied = await applyTimes(members, all)
    const gaps = await failoverTimes(members, all, words)
    const handed = await handoverTime(members, all)
    return [
      { what: "config apply, rendered on five members", measured: median(applied), unit: "ms", limit: 600 },
      {
        what: `leader killed, the next one told (lease ${LEASE_SEC} s)`,
        measured: median(gaps),
        unit: "ms",
        limit: LEASE_SEC * 1000 + 1_000,
      },
      { what: "leader stopped, the next one told", measured: handed, unit: "ms", limit: 1_000 },
    ]
  } finally {
    await members.end()
  }
}

/** One supervisor with one service, alone and in a ring: who has no ring does not pay for it. */
export async function aloneRows(nodes: readonly EtcdNode[]): Promise<Row[]> {
  const cluster = `etcd://${nodes.map(({ endpoint }) => endpoint.replace("http://", "")).join()}`
  const alone: number[] = []
  const ringed: number[] = []
  for (let index = 0; index < STARTS; index++) {
    alone.push(await startTime())
    ringed.push(await startTime("--cluster", cluster, "--ring", `alone${index}`))
  }
  const beside = median(ringed)
  return [
    {
      what: "one service up, no ring",
      measured: median(alone),
      unit: "ms",
      limit: beside,
      peers: [{ name: IN_A_RING, measured: beside }],
    },
  ]
}

async function startTime(...words: readonly string[]): Promise<number> {
  const members = createMembers(1)
  try {
    const startedMs = performance.now()
    members.start(0, ...words)
    await members.beats.waitFor("it is up", () => members.beats.seen.length > 0, LIMIT_MS)
    return performance.now() - startedMs
  } finally {
    await members.end()
  }
}

const fenceOf = (members: Members, member: number) => Number(members.last(member)[4] ?? 0) || 0
const leads = (members: Members, member: number) => members.last(member)[3] === "true"
const leaderOf = (members: Members, among: readonly number[]) => {
  const highest = Math.max(...among.map((member) => fenceOf(members, member)))
  return among.find((member) => leads(members, member) && fenceOf(members, member) === highest)
}

function isAgreed(members: Members, among: readonly number[]): boolean {
  const leader = leaderOf(members, among)
  if (leader === undefined) return false
  return among.every((member) => fenceOf(members, member) === fenceOf(members, leader))
}

async function applyTimes(members: Members, all: readonly number[]): Promise<number[]> {
  const elapsed: number[] = []
  for (let version = 1; version <= APPLIED; version++) {
    const startedMs = performance.now()
    members.hab(version % FIVE, ["config", "apply", "store.default", String(version)], `version = ${version}\n`)
    const isEverywhere = () => all.every((member) => members.last(member)[2] === String(version))
    await members.beats.waitFor(`version ${version} is everywhere`, isEverywhere, LIMIT_MS)
    elapsed.push(performance.now() - startedMs)
  }
  return elapsed
}

/** From SIGKILL for everything of the leader's machine until another's service was told that it leads. */
async function failoverTimes(members: Members, all: readonly number[], words: readonly string[]): Promise<number[]> {
  const elapsed: number[] = []
  for (let index = 0; index < FAILOVERS; index++) {
    const dead = leaderOf(members, all) ?? 0
    const left = all.filter((member) => member !== dead)
    const fence = fenceOf(members, dead)
    const startedMs = performance.now()
    members.kill(dead)
    const isNext = () => left.some((member) => leads(members, member) && fenceOf(members, member) > fence)
    await members.beats.waitFor("another leads", isNext, LIMIT_MS)
    elapsed.push(performance.now() - startedMs)
    members.start(dead, ...words)
    await members.beats.waitFor("all agree again", () => isAgreed(members, all), LIMIT_MS)
  }
  return elapsed
}

async function handoverTime(members: Members, all: readonly number[]): Promise<number> {
  const old = leaderOf(members, all) ?? 0
  const left = all.filter((member) => member !== old)
  const fence = fenceOf(members, old)
  const startedMs = performance.now()
  const stopped = members.stop(old)
  const isNext = () => left.some((member) => leads(members, member) && fenceOf(members, member) > fence)
  await members.beats.waitFor("another leads", isNext, LIMIT_MS)
  const elapsed = performance.now() - startedMs
  await stopped
  return elapsed
}
