import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import net, { type AddressInfo } from "node:net"

const LISTENING = "0A"

/** What processes listen on, as the kernel tells: `tcp` and the port, every UDP socket as `udp`. */
export function openPorts(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap(socketInodes))
  const [pid = "self"] = pids
  const rows = (table: string) =>
    readFileSync(`/proc/${pid}/net/${table}`, "latin1")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => inodes.has(words[9] ?? ""))
  const portOf = (words: readonly string[]) => Number.parseInt(words[1]?.split(":")[1] ?? "0", 16)
  const tcp = ["tcp", "tcp6"].flatMap((table) => rows(table).filter((words) => words[3] === LISTENING))
  return [...tcp.map((words) => `tcp ${portOf(words)}`), ...["udp", "udp6"].flatMap(rows).map(() => "udp")]
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []
      return inode === undefined ? [] : [inode]
    })
  } catch {
    // It ended meanwhile.
    return []
  }
}

/** A TCP port of loopback that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
