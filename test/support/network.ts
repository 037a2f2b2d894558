import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll } from "vitest"

const namespaces = new Map<string, string>()
const folder = mkdtempSync(path.join(os.tmpdir(), "hab-network-"))

const ip = (...words: string[]) => execFileSync("ip", words, { stdio: "pipe" })

/** Whether this machine lets us make network namespaces; the tests that need them are skipped by name where not. */
export const hasNetworks = (() => {
  const name = `hab-probe-${process.pid}`
  if (process.getuid?.() !== 0 || spawnSync("ip", ["netns", "add", name]).status !== 0) return false
  return spawnSync("ip", ["netns", "del", name]).status === 0
})()

afterAll(() => {
  for (const name of namespaces.keys()) spawnSync("ip", ["netns", "del", name])
  rmSync(folder, { recursive: true, force: true })
})

/** A machine of its own as the network sees it, joined to this one by a cable. */
export type Place = Readonly<{
  /** Where it finds this machine. */
  gateway: string
  /** A Node that runs there. */
  node: string
  /** Nothing gets through any more, and nobody is told: packets are lost. */
  cut(): void
  heal(): void
}>

/** A new network namespace. `index` tells those of one test apart, up to 200. */
export function createPlace(index: number): Place {
  const name = `hab${process.pid}-${index}`
  // Names of interfaces have 15 characters at most.
  const [here, there] = [`h${process.pid}x${index}`, `t${process.pid}x${index}`]
  const net = `10.${64 + (process.pid % 64)}.${index}`
  ip("netns", "add", name)
  namespaces.set(name, here)
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
  ip("addr", "add", `${net}.1/24`, "dev", here)
  ip("link", "set", here, "up")
  ip("-n", name, "link", "set", "lo", "up")
  ip("-n", name, "addr", "add", `${net}.2/24`, "dev", there)
  ip("-n", name, "link", "set", there, "up")
  const node = path.join(folder, `node-${index}`)
  writeFileSync(node, `#!/bin/sh\nexec ip netns exec ${name} ${process.execPath} "$@"\n`)
  chmodSync(node, 0o755)
  return {
    gateway: `${net}.1`,
    node,
    cut: () => ip("link", "set", here, "down"),
    heal: () => ip("link", "set", here, "up"),
  }
}
