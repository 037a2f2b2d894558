import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import net, { type AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { afterAll } from "vitest"
import { until } from "./until.ts"

/** The tests that need it are skipped by name where there is none. */
export const hasEtcd = spawnSync("etcd", ["--version"]).status === 0

export type EtcdNode = Readonly<{
  endpoint: string
  /** Sends it a signal: SIGKILL, SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void
  /** Starts it again after it was killed. */
  start(): void
}>

const started = new Set<ChildProcess>()
const folders: string[] = []

afterAll(async () => {
  for (const child of started) child.kill("SIGKILL")
  await until("etcd is gone", () =>
    [...started].every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null),
  )
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A new etcd cluster on loopback ports, ready to be asked. */
export async function startEtcd(count = 1, ...options: readonly string[]): Promise<EtcdNode[]> {
  const ports = await freePorts(count * 2)
  const peer = (index: number) => `http://127.0.0.1:${ports[count + index]}`
  const client = (index: number) => `http://127.0.0.1:${ports[index]}`
  const cluster = Array.from({ length: count }, (_, index) => `n${index}=${peer(index)}`).join(",")
  const folder = mkdtempSync(path.join(os.tmpdir(), "hab-etcd-"))
  folders.push(folder)
  const nodes = Array.from({ length: count }, (_, index) =>
    createNode(client(index), [
      ...["--name", `n${index}`, "--data-dir", path.join(folder, `n${index}`), "--log-level", "error"],
      ...["--listen-client-urls", client(index), "--advertise-client-urls", client(index)],
      ...["--listen-peer-urls", peer(index), "--initial-advertise-peer-urls", peer(index)],
      ...["--initial-cluster", cluster, "--heartbeat-interval", "100", "--election-timeout", "500", ...options],
    ]),
  )
  for (const node of nodes) node.start()
  for (const node of nodes) await until(`${node.endpoint} is healthy`, () => isHealthy(node.endpoint), 60_000)
  return nodes
}

async function isHealthy(endpoint: string): Promise<boolean> {
  const reply = await fetch(`${endpoint}/health`).catch(() => undefined)
  return reply !== undefined && (await reply.text()).includes('"true"')
}

function createNode(endpoint: string, args: readonly string[]): EtcdNode {
  let child: ChildProcess | undefined
  return {
    endpoint,
    signal: (name) => child?.kill(name),
    start: () => {
      child = spawn("etcd", args, { stdio: "ignore" })
      started.add(child)
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
