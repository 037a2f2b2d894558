import { randomBytes } from "node:crypto"
import os from "node:os"
import type { Host } from "../ports/host.ts"
import { systemClock } from "./clock.ts"
import { systemControl } from "./control-channel.ts"
import { systemDownloader } from "./downloader.ts"
import { systemFiles } from "./file-system.ts"
import { systemWatcher } from "./file-watcher.ts"
import { systemForeground } from "./foreground.ts"
import { systemGrowingFiles } from "./growing-file.ts"
import { systemHttpClient } from "./http-client.ts"
import { systemHttp } from "./http-server.ts"
import { systemLocks } from "./lock.ts"
import { systemModules } from "./module-loader.ts"
import { systemNetwork } from "./network.ts"
import { openGroups } from "./open-groups.ts"
import { systemProcesses } from "./process-runner.ts"
import { sendSignal } from "./process-table.ts"
import { residentMemory } from "./resident-memory.ts"
import { systemShells } from "./shell.ts"
import { systemTransfers } from "./transfer-server.ts"
import { systemUsers } from "./users.ts"
import { systemCompression } from "./xz.ts"

/** The real machine. */
export function systemHost(): Host {
  const httpClient = systemHttpClient(process.env)
  return {
    clock: systemClock,
    files: systemFiles,
    processes: systemProcesses,
    users: systemUsers(),
    growingFiles: systemGrowingFiles,
    watcher: systemWatcher,
    control: systemControl,
    http: systemHttp,
    httpClient,
    transfers: systemTransfers,
    locks: systemLocks(),
    compression: systemCompression(),
    downloader: systemDownloader(httpClient),
    shells: systemShells,
    foreground: systemForeground,
    modules: systemModules,
    openGroups,
    network: systemNetwork,
    random: Math.random,
    randomBytes: (length) => randomBytes(length),
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    residentMemory,
    sendSignal,
    cwd: process.cwd(),
    pid: process.pid,
    target: `${os.machine()}-${os.platform()}`,
  }
}
