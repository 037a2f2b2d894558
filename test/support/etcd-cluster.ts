import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import https from "node:https"
import net, { type AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { until } from "./until.ts"

/** The tests that need it are skipped by name where there is none. */
export const hasEtcd = spawnSync("etcd", ["--version"]).status === 0

export type EtcdNode = Readonly<{
  endpoint: string
  /** Sends it a signal: SIGKILL, SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void
  /** Starts it again after it was killed. */
  start(): void
  /** Lets it go on, whether it was killed or stopped. */
  resume(): void
}>

/** PEM texts to ask with, and what etcd is told of certificates. */
export type EtcdTls = Readonly<{ ask: Readonly<{ ca: string; cert: string; key: string }>; options: readonly string[] }>

/** `address`: what clients reach it at; 0.0.0.0 for those in other network namespaces. */
export type EtcdSetup = Readonly<{ address?: string; tls?: EtcdTls }>

/** The nodes of a cluster, and how to end it: nothing of it is left then. */
export type EtcdCluster = Readonly<{ nodes: readonly EtcdNode[]; end(): Promise<void> }>

/** A new etcd cluster on free ports of this machine, ready to be asked. */
export async function launchEtcd(count: number, { address = "127.0.0.1", tls }: EtcdSetup = {}): Promise<EtcdCluster> {
  const ports = await freePorts(count * 2)
  const peer = (index: number) => `http://127.0.0.1:${ports[count + index]}`
  const scheme = tls === undefined ? "http" : "https"
  const client = (index: number, host = "127.0.0.1") => `${scheme}://${host}:${ports[index]}`
  const cluster = Array.from({ length: count }, (_, index) => `n${index}=${peer(index)}`).join(",")
  const folder = mkdtempSync(path.join(os.tmpdir(), "hab-etcd-"))
  const started = new Set<ChildProcess>()
  const end = async () => {
    for (const child of started) child.kill("SIGKILL")
    const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null
    await until("etcd is gone", () => [...started].every(isOver))
    rmSync(folder, { recursive: true, force: true })
  }
  const nodes = Array.from({ length: count }, (_, index) =>
    createNode(started, client(index), [
      ...["--name", `n${index}`, "--data-dir", path.join(folder, `n${index}`), "--log-level", "error"],
      ...["--listen-client-urls", client(index, address), "--advertise-client-urls", client(index)],
      ...["--listen-peer-urls", peer(index), "--initial-advertise-peer-urls", peer(index)],
      ...[
        "--initial-cluster",
        cluster,
        "--heartbeat-interval",
        "100",
        "--election-timeout",
        "500",
        ...(tls?.options ?? []),
      ],
    ]),
  )
  for (const node of nodes) node.start()
  try {
    for (const node of nodes) await until(`${node.endpoint} is healthy`, () => isHealthy(node.endpoint, tls), 60_000)
  } catch (error) {
    await end()
    throw error
  }
  return { nodes, end }
}

async function isHealthy(endpoint: string, tls: EtcdTls | undefined): Promise<boolean> {
  const url = `${endpoint}/health`
  const reply = tls === undefined ? fetch(url).then((answer) => answer.text()) : askSecurely(url, tls)
  return (await reply.catch(() => "")).includes('"true"')
}

function askSecurely(url: string, { ask }: EtcdTls): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ...ask, agent: false }, (answer) => {
        let text = ""
        answer.on("data", (chunk) => {
          text += chunk
        })
        answer.on("end", () => resolve(text))
      })
      .on("error", reject)
  })
}

function createNode(started: Set<ChildProcess>, endpoint: string, args: readonly string[]): EtcdNode {
  let child: ChildProcess | undefined
  let wasKilled = false
  const start = () => {
    wasKilled = false
    child = spawn("etcd", args, { stdio: "ignore" })
    started.add(child)
  }
  return {
    endpoint,
    signal: (name) => {
      wasKilled ||= name === "SIGKILL"
      child?.kill(name)
    },
    start,
    resume: () => {
      if (wasKilled) start()
      else child?.kill("SIGCONT")
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
