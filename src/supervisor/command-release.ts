import { posix as path } from "node:path"
import { HabError } from "../base/errors.ts"
import { hostPath, type Layout } from "../base/layout.ts"
import { operatorEnvironment } from "../base/operator-environment.ts"
import { readEnvFile } from "../config/env-file.ts"
import { type Credentials, callerCredentials, chooseCredentials } from "../package/credentials.ts"
import { metadataOf } from "../package/metadata.ts"
import { installedPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import type { Release } from "./release.ts"
import type { CommandSpec, ServiceSpec } from "./spec/spec.ts"

/** What a command service runs: `cwd` as its process sees it. */
export type CommandProcess = Readonly<{ argv: readonly [string, ...string[]]; cwd: string }>

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "stat">
  users: Users
  env: Readonly<Record<string, string>>
  layout: Layout
}>

const SHELL = "/bin/sh"

/**
 * A service without a package, ready to run (decisions 30): the command of its spec in PATH, LANG, HOME and USER, then
 * what its `env_file` and its `environment` say. Throws ACCOUNT_MISSING, ENV_FILE_MISSING, WORKING_DIRECTORY_MISSING.
 */
export function openCommandRelease(context: Context, spec: ServiceSpec, command: CommandSpec): Release {
  const { origin, name } = spec.ident
  const pkg = installedPackage(context.layout, { origin, name, version: "0", release: "0" })
  const folder = spec.own.folder ?? "/"
  const cwd = path.resolve(folder, command.workingDir ?? ".")
  if (context.files.stat(hostPath(context.layout, cwd))?.kind !== "directory") {
    throw new HabError("WORKING_DIRECTORY_MISSING", `${name} cannot run in ${cwd}: there is no such directory`, {
      hint: "create it, or correct working_dir",
    })
  }
  const credentials = credentialsOf(context.users, command)
  const variables = { ...readEnvFile(context, command.envFile, folder), ...command.environment }
  return {
    ident: spec.ident,
    pkg,
    metadata: metadataOf(() => undefined, `the command service ${name}`),
    credentials,
    env: { ...accountEnvironment(context, credentials, command.user !== undefined), ...variables },
    variables,
    templates: pkg.path,
    hooks: [],
    declared: [],
    command: { argv: argvOf(command), cwd },
  }
}

function argvOf({ argv = [], run }: CommandSpec): readonly [string, ...string[]] {
  const [program, ...args] = argv
  return program === undefined ? [SHELL, "-c", run ?? ""] : [program, ...args]
}

/** Without a user it runs as the supervisor does: there is no package to wish for the account `hab`. */
function credentialsOf(users: Users, { user, group }: CommandSpec): Credentials {
  if (user === undefined && group === undefined) return callerCredentials(users)
  const svcUser = user ?? users.current.name
  const gid = users.findUser(svcUser)?.gid
  const svcGroup = group ?? (gid === undefined ? svcUser : (users.findGroup(gid)?.name ?? svcUser))
  return chooseCredentials(users, { svcUser, svcGroup })
}

/** PATH and LANG of the operator, and who the process is; `named`: somebody chose the account. */
export function accountEnvironment(
  { env, users }: Pick<Context, "env" | "users">,
  { user: { name } }: Credentials,
  named: boolean,
): Record<string, string> {
  const inherited = operatorEnvironment(env)
  const home = name === users.current.name ? (inherited["HOME"] ?? users.current.home) : users.findUser(name)?.home
  return {
    PATH: inherited["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...(inherited["LANG"] === undefined ? {} : { LANG: inherited["LANG"] }),
    HOME: home ?? "/",
    USER: name,
    ...(named ? { LOGNAME: name } : {}),
  }
}
