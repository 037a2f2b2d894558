import { posix as path } from "node:path"
import { HabError } from "../base/errors.ts"
import { hostPath, innerPath, type Layout } from "../base/layout.ts"
import { operatorEnvironment } from "../base/operator-environment.ts"
import { readEnvFile } from "../config/env-file.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { GroupCommand, RunAs } from "../ports/process-group.ts"
import type { Users } from "../ports/users.ts"
import type { HookAction, HookDeclaration } from "./declaration.ts"
import { eventRow } from "./events.ts"
import { type HookCall, type HookIdentity, type HookWork, refusedWork } from "./execute.ts"
import { type EventRecord, recordEnvironment } from "./record.ts"
import type { PlannedHook } from "./runner.ts"

/** What a hook begins with where it says nothing else (decisions 21), and how it is told from others. */
export type HookSurroundings = Readonly<{
  env: Readonly<Record<string, string>>
  /** As its process sees it. */
  cwd?: string
  user?: RunAs
  record: (attempt: number) => EventRecord
  /** New for every attempt. */
  runId: () => string
  /** Printed in front of its output. */
  speaker: string
}>

/** A hook that runs inside JavaScript: a module's or a program's. `file` is a host path. */
export type JavaScriptCall = Readonly<{
  declaration: HookDeclaration
  file?: string
  surroundings: HookSurroundings
  record: EventRecord
}>

export type DeclaredContext = Readonly<{
  files: Pick<FileSystem, "stat" | "readTextIfPresent">
  users: Users
  layout: Layout
  /** The environment hab was started with. */
  env: Readonly<Record<string, string>>
  /** Accounts that hooks of packages may name besides the service's own; `*` is anybody. */
  allowUsers?: readonly string[]
  /** Runs modules and functions. Without it they fail. */
  javaScript?: (call: JavaScriptCall) => HookCall
}>

const SHELL = "/bin/sh"

/**
 * A declared hook, ready to run: its own options over those of its event. What cannot be had (an account, a file, a
 * directory) is a failure of the hook when it runs, never another user or another folder.
 */
export function planDeclared(
  context: DeclaredContext,
  declaration: HookDeclaration,
  surroundings: HookSurroundings,
): PlannedHook {
  const { event, options } = declaration
  const row = eventRow(event)
  return {
    hook: identityOf(context, declaration),
    record: surroundings.record,
    command: (attempt) => workOf(context, declaration, surroundings, attempt),
    timeoutMs: options.timeoutMs ?? row.timeoutMs,
    ignoreErrors: options.ignoreErrors ?? row.ignoreErrors ?? false,
    ...(options.retry === undefined ? {} : { retry: options.retry }),
    ...(options.parallel === undefined ? {} : { parallel: options.parallel }),
  }
}

function identityOf({ layout }: DeclaredContext, { event, name, action, folder }: HookDeclaration): HookIdentity {
  switch (action.kind) {
    case "script":
      return { event, name, path: innerPath(layout, path.resolve(folder, action.path)) }
    case "module":
      return { event, name, path: path.resolve(folder, action.path), script: false }
    case "run":
      return { event, name, path: action.line, script: false }
    case "command":
      return { event, name, path: action.argv.join(" "), script: false }
    case "function":
      return { event, name, path: "a function", script: false }
  }
}

function workOf(
  context: DeclaredContext,
  declaration: HookDeclaration,
  surroundings: HookSurroundings,
  attempt: number,
): HookWork {
  try {
    const record = surroundings.record(attempt)
    const { action, folder } = declaration
    if (action.kind === "module" || action.kind === "function") {
      const call = context.javaScript
      if (call === undefined) return refusedWork(`a ${action.kind} cannot run here`)
      const file = action.kind === "module" ? hostPath(context.layout, path.resolve(folder, action.path)) : undefined
      return call({ declaration, surroundings, record, ...(file === undefined ? {} : { file }) })
    }
    return commandOf(context, { ...declaration, action }, surroundings, record)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return refusedWork(error.message)
  }
}

type ProcessAction = Extract<HookAction, { kind: "script" | "run" | "command" }>

function commandOf(
  context: DeclaredContext,
  declaration: HookDeclaration & Readonly<{ action: ProcessAction }>,
  surroundings: HookSurroundings,
  record: EventRecord,
): HookWork {
  const { name, folder, options, action } = declaration
  const user = userOf(context, declaration, surroundings)
  const cwd = options.workingDir === undefined ? surroundings.cwd : path.resolve(folder, options.workingDir)
  if (cwd !== undefined && context.files.stat(hostPath(context.layout, cwd))?.kind !== "directory") {
    return refusedWork(`its working directory ${cwd} does not exist`)
  }
  return {
    label: `${surroundings.speaker}.${name}`,
    runId: surroundings.runId(),
    argv: argvOf(context, action, folder),
    env: {
      ...(options.inheritEnv === true ? operatorEnvironment(context.env) : {}),
      ...surroundings.env,
      ...(options.user === undefined ? {} : accountVariables(context, options.user)),
      ...readEnvFile(context, options.envFile, hostPath(context.layout, folder)),
      ...options.environment,
      ...recordEnvironment(record),
    },
    ...(cwd === undefined ? {} : { cwd }),
    ...(user === undefined ? {} : { user }),
  }
}

function argvOf({ layout }: DeclaredContext, action: ProcessAction, folder: string): GroupCommand["argv"] {
  switch (action.kind) {
    case "script":
      return [innerPath(layout, path.resolve(folder, action.path))]
    case "run":
      return [SHELL, "-c", action.line]
    case "command": {
      const [program, ...args] = action.argv
      return program === undefined ? [SHELL, "-c", ":"] : [program, ...args]
    }
  }
}

/** Undefined: nobody else than we are. Throws ACCOUNT_MISSING, HOOK_USER_REFUSED. */
function userOf(context: DeclaredContext, hook: HookDeclaration, { user: own }: HookSurroundings): RunAs | undefined {
  const { users } = context
  const { user: name, group: groupName } = hook.options
  if (name === undefined && groupName === undefined) return own
  const account = name === undefined ? undefined : users.findUser(name)
  if (name !== undefined && account === undefined) {
    throw new HabError("ACCOUNT_MISSING", `there is no user '${name}'`)
  }
  const base = account ?? own ?? users.current
  const group = groupName === undefined ? { gid: base.gid } : users.findGroup(groupName)
  if (group === undefined) throw new HabError("ACCOUNT_MISSING", `there is no group '${groupName}'`)
  const wanted = { name: base.name, uid: base.uid, gid: group.gid }
  const isOwnGroup = group.gid === base.gid || group.gid === own?.gid
  const isUs = wanted.uid === users.current.uid && wanted.gid === users.current.gid
  if (hook.declaredIn === "package") checkAllowed(context, hook, { wanted, own, isOwnGroup })
  if (isUs) return undefined
  if (users.capable) return wanted
  throw new HabError("HOOK_USER_REFUSED", `it cannot run as ${wanted.name}: only root can become somebody else`)
}

/** What its author may not decide: an account or a group beyond the service's (decisions 21). Throws HOOK_USER_REFUSED. */
function checkAllowed(
  { allowUsers = [] }: DeclaredContext,
  { where, options }: HookDeclaration,
  { wanted, own, isOwnGroup }: Readonly<{ wanted: RunAs; own: RunAs | undefined; isOwnGroup: boolean }>,
): void {
  if (own === undefined || allowUsers.includes("*")) return
  if (!isOwnGroup) {
    throw new HabError(
      "HOOK_USER_REFUSED",
      `${where} wants the group ${options.group}, which is not its account's; only allow_users = ["*"] in sup.toml allows it`,
    )
  }
  if (own.uid === wanted.uid || allowUsers.includes(wanted.name)) return
  throw new HabError(
    "HOOK_USER_REFUSED",
    `${where} wants to run as ${wanted.name}; allow it with allow_users = ["${wanted.name}"] in sup.toml`,
  )
}

function accountVariables({ users }: DeclaredContext, name: string): Record<string, string> {
  return { HOME: users.findUser(name)?.home ?? "/", USER: name, LOGNAME: name }
}
