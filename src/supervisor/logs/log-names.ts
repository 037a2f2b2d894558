import type { StreamName } from "../../ports/process-group.ts"

/** Name of the log that the process of a service writes; every other log in its folder is a hook's. */
export const RUN_LOG = "run"

/** Name of the log in the supervisor's folder that holds its own lines. */
export const SUPERVISOR_LOG = "sup"

/** `<directory>/<name>.<stream>.log`. */
export function logPath(directory: string, name: string, stream: StreamName): string {
  return `${directory}/${name}.${stream}.log`
}

/** The n-th file of a log, counted back from the newest: `run.stdout.log`, `run.stdout.log.1` … */
export function rotatedPath(path: string, n: number): string {
  return n === 0 ? path : `${path}.${n}`
}

/** Where the times of such a file stand: `run.stdout.times.1` beside `run.stdout.log.1`. */
export function timesPath(path: string): string {
  return path.replace(/\.log(\.\d+)?$/, ".times$1")
}

/** What a file name in a log folder says; undefined for one that is no log, or not the newest of its log. */
export function parseLogName(fileName: string): Readonly<{ name: string; stream: StreamName }> | undefined {
  const [, name, stream] = /^(.+)\.(stdout|stderr)\.log$/.exec(fileName) ?? []
  return name === undefined ? undefined : { name, stream: stream as StreamName }
}
