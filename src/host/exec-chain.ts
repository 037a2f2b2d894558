import type { GroupCommand, ProcessLimits, RunAs } from "../ports/process-group.ts"

type Argv = readonly [string, ...string[]]

/** How a command becomes a process: what Node is asked to start, which then becomes the command without forking. */
export type ExecChain = Readonly<{
  argv: Argv
  env: Readonly<Record<string, string>>
  cwd?: string
  uid?: number
  gid?: number
}>

/** What the machine and the operator bring to every command. */
export type ExecPlace = Readonly<{
  /** Absolute paths. */
  tools: Readonly<{ sh: string; env: string; setpriv: string; nsenter: string }>
  /** Arguments with which nsenter enters the enclosure; absent when there is none. */
  enter?: readonly string[]
  /** The operator's soft limit of open files, when Node raised ours above it. */
  softOpenFiles?: number
  /** Our own user id. */
  uid: number
  /** Directory we were started in. */
  cwd: string
  /** True when the account has no supplementary groups: then dropping all of them gives exactly its own. */
  hasOnlyPrimaryGroup(user: RunAs): boolean
}>

/**
 * Every step is another exec of about 1 ms, so each is there only when needed: nsenter into the enclosure, sh for limits
 * and umask, setpriv for a user with supplementary groups (Node itself and nsenter drop them), env for loader variables
 * that our tools must not see.
 */
export function execChain(command: GroupCommand, place: ExecPlace): ExecChain {
  const enter = command.enclosed === false ? undefined : place.enter
  const user = command.user !== undefined && command.user.uid !== place.uid ? command.user : undefined
  const settings = shellSettings(command, place)
  const dropsGroups = user !== undefined && place.hasOnlyPrimaryGroup(user) && settings === ""
  const inNamespace = enter === undefined ? [] : [place.tools.nsenter, ...enter, `--wdns=${command.cwd ?? place.cwd}`]
  const asUser = user === undefined || !dropsGroups || enter === undefined ? [] : [`-S${user.uid}`, `-G${user.gid}`]
  const withSettings = settings === "" ? [] : [place.tools.sh, "-c", `${settings}exec "$@"`, "sh"]
  const switched = user === undefined || dropsGroups ? [] : switchUser(user, place)
  const steps = [...inNamespace, ...asUser, ...(inNamespace.length > 0 ? ["--"] : []), ...withSettings, ...switched]
  const loader = steps.length === 0 ? [] : loaderVariables(command.env)
  const withLoader = loader.length === 0 ? [] : [place.tools.env, ...loader.map(([name, value]) => `${name}=${value}`)]
  const env = {
    HAB_RUN_ID: command.runId,
    ...withoutKeys(command.env, [...loader.map(([name]) => name), "HAB_RUN_ID"]),
  }
  return {
    argv: [...steps, ...withLoader, ...command.argv] as unknown as Argv,
    env,
    ...(enter === undefined && command.cwd !== undefined ? { cwd: command.cwd } : {}),
    ...(user !== undefined && dropsGroups && enter === undefined ? { uid: user.uid, gid: user.gid } : {}),
  }
}

function switchUser(user: RunAs, place: ExecPlace): string[] {
  const groups = place.hasOnlyPrimaryGroup(user) ? "--clear-groups" : "--init-groups"
  return [place.tools.setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, groups, "--"]
}

function shellSettings(command: GroupCommand, place: ExecPlace): string {
  const limits: ProcessLimits = command.limits ?? {}
  const lines = [
    command.umask === undefined ? undefined : `umask ${command.umask.toString(8).padStart(4, "0")}`,
    openFilesSetting(limits.openFiles, place.softOpenFiles),
    limits.memoryBytes === undefined ? undefined : `ulimit -v ${Math.floor(limits.memoryBytes / 1024)}`,
    limits.cpuSeconds === undefined ? undefined : `ulimit -t ${limits.cpuSeconds}`,
  ]
  // A limit that cannot be had (above the hard one, not root) must stop the command, not be forgotten.
  return lines.map((line) => (line === undefined ? "" : `${line} || exit 126; `)).join("")
}

function openFilesSetting(wanted: number | undefined, soft: number | undefined): string | undefined {
  if (wanted !== undefined) return `ulimit -n ${wanted}`
  return soft === undefined ? undefined : `ulimit -S -n ${soft}`
}

function loaderVariables(env: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(env).filter(([name]) => name.startsWith("LD_"))
}

function withoutKeys(env: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !keys.includes(name)))
}
