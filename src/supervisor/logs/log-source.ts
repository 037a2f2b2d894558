import { canonicalEvent } from "../../hooks/aliases.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { StreamName } from "../../ports/process-group.ts"
import type { LineSource } from "../console/line.ts"
import { logPath, parseLogName, RUN_LOG, SUPERVISOR_LOG } from "./log-names.ts"

/** One stream of one process or hook, with all files it has. */
export type LogSource = Readonly<{
  /** The newest of its files. */
  path: string
  /** What its lines are from; absent where they say it themselves. */
  line?: LineSource
}>

/** A folder of logs and whose they are: `redis.default`. */
export type LogFolder = Readonly<{ directory: string; preamble: string }>

/** Which logs of a folder: hooks of these names or events only, or no hooks. */
export type LogChoice = Readonly<{ hooks: readonly string[] | "all" | "none" }>

/** The logs there are now, that of the process first. */
export function findLogs(
  { files }: Readonly<{ files: Pick<FileSystem, "stat" | "readDirectory"> }>,
  folder: LogFolder,
  choice: LogChoice,
): LogSource[] {
  if (files.stat(folder.directory)?.kind !== "directory") return []
  const found = files.readDirectory(folder.directory).flatMap((entry) => {
    const log = entry.kind === "file" ? parseLogName(entry.name) : undefined
    return log === undefined || !isChosen(log.name, choice) ? [] : [log]
  })
  const rank = ({ name, stream }: Log) => (isHook(name) ? 2 : 0) + (stream === "stdout" ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b)).map((log) => sourceOf(folder, log))
}

type Log = Readonly<{ name: string; stream: StreamName }>

function isHook(name: string): boolean {
  return name !== RUN_LOG && name !== SUPERVISOR_LOG
}

function isChosen(name: string, { hooks }: LogChoice): boolean {
  if (typeof hooks !== "string") return hooks.some((given) => given === name || given === eventOf(name))
  return hooks === "all" || !isHook(name)
}

/** Of what a declared hook is called by itself, behind the name of its event: `on-init-overlay-2`, `shop.pre-stop-set`. */
const DECLARED = /^(?:.*\.)?([\w-]+?)-(?:package|spec|overlay|program|supervisor|set)(?:-\d+)?$/

/** `init` is a hook of the event `pre-start`, and so is `pre-start-overlay`. */
function eventOf(name: string): string | undefined {
  const found = canonicalEvent(DECLARED.exec(name)?.[1] ?? name)
  return found.tag === "event" ? found.event : undefined
}

function sourceOf({ directory, preamble }: LogFolder, { name, stream }: Log): LogSource {
  const path = logPath(directory, name, stream)
  if (name === SUPERVISOR_LOG) return { path }
  if (isHook(name)) return { path, line: { preamble: `${preamble} hook[${name}]:`, key: "HK" } }
  return { path, line: { preamble, key: stream === "stdout" ? "O" : "E" } }
}
