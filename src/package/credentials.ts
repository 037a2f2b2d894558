import { HabError } from "../base/errors.ts"
import type { Account, Group, Users } from "../ports/users.ts"

/** Who a service and its hooks run as, and who owns its directories. */
export type Credentials = Readonly<{
  user: Readonly<{ name: string; uid: number }>
  group: Readonly<{ name: string; gid: number }>
  /** Whom to become; absent when processes run as the caller. */
  runAs?: Readonly<{ name: string; uid: number; gid: number }>
  /** A line to print once: why the processes do not run as the package wishes. */
  notice?: string
}>

/** The names in a package's metadata; both are there or neither counts. */
export type WantedAccount = Readonly<{ svcUser: string | undefined; svcGroup: string | undefined }>

type FileOwner = Readonly<{ uid: number; gid: number }>

const DEFAULT_ACCOUNT = "hab"

/**
 * Chooses user and group (spec supervisor §2.3, decisions B). Without the privilege to become somebody else, or when
 * only the default account `hab` is missing, that is the caller, with a notice. Throws ACCOUNT_MISSING when an account
 * the package names does not exist.
 */
export function chooseCredentials(users: Users, wanted: WantedAccount): Credentials {
  const named = wanted.svcUser !== undefined && wanted.svcGroup !== undefined
  const userName = named ? (wanted.svcUser ?? DEFAULT_ACCOUNT) : DEFAULT_ACCOUNT
  const groupName = named ? (wanted.svcGroup ?? DEFAULT_ACCOUNT) : DEFAULT_ACCOUNT
  const user = users.findUser(userName)
  const group = users.findGroup(groupName)
  const exist = user !== undefined && group !== undefined
  if (!named && !exist) return asCaller(users)
  if (!users.capable) return asCaller(users, noCapabilities(users.current, userName))
  if (exist) return asAccount(users.current, user, group)
  if (userName === DEFAULT_ACCOUNT && groupName === DEFAULT_ACCOUNT) {
    return asCaller(users, `There is no account '${DEFAULT_ACCOUNT}': running as ${nameOf(users.current)}`)
  }
  throw missing(user === undefined ? { user: userName } : { group: groupName })
}

/** Who we are: for what nobody named an account for. */
export function callerCredentials(users: Users): Credentials {
  return asCaller(users)
}

/** Owner of what the service only executes or reads: the caller, with the service's group. Undefined: the caller's own. */
export function scriptOwner(current: Account, { runAs }: Pick<Credentials, "runAs">): FileOwner | undefined {
  return runAs === undefined ? undefined : { uid: current.uid, gid: runAs.gid }
}

/** Owner of what belongs to the service. Undefined: the caller's own. */
export function serviceOwner({ runAs }: Pick<Credentials, "runAs">): FileOwner | undefined {
  return runAs === undefined ? undefined : { uid: runAs.uid, gid: runAs.gid }
}

function asAccount(current: Account, user: Account, group: Group): Credentials {
  const chosen = { user: { name: user.name, uid: user.uid }, group: { name: group.name, gid: group.gid } }
  if (user.uid === current.uid && group.gid === current.gid) return chosen
  return { ...chosen, runAs: { name: user.name, uid: user.uid, gid: group.gid } }
}

function asCaller(users: Users, notice?: string): Credentials {
  const { name, uid, gid } = users.current
  const group = users.findGroup(gid) ?? { name: String(gid), gid }
  return { user: { name, uid }, group, ...(notice === undefined ? {} : { notice }) }
}

function noCapabilities(current: Account, wanted: string): string | undefined {
  if (wanted === current.name) return undefined
  return `Current user (${nameOf(current)}) lacks sufficient capabilites to run services as a different user; running as self!`
}

/** A uid without a name is called after its number by the port; Habitat prints it in words. */
function nameOf(account: Account): string {
  return account.name === String(account.uid) ? `anonymous [UID=${account.uid}]` : account.name
}

function missing(account: Readonly<{ user: string } | { group: string }>): HabError {
  return "user" in account
    ? new HabError("ACCOUNT_MISSING", `No UID for user '${account.user}' could be found`, {
        hint: `create it: useradd --system --user-group --shell /usr/sbin/nologin ${account.user}`,
      })
    : new HabError("ACCOUNT_MISSING", `No GID for group '${account.group}' could be found`, {
        hint: `create it: groupadd --system ${account.group}`,
      })
}
