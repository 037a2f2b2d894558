import os from "node:os"
import type { Host } from "../ports/host.ts"

const LOOPBACK = "127.0.0.1"

/** What the interfaces say; nobody is asked over the network. */
export const systemNetwork: Host["network"] = {
  hostname: () => os.hostname(),
  ip() {
    const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
    return addresses.find((address) => address.family === "IPv4" && !address.internal)?.address ?? LOOPBACK
  },
}
