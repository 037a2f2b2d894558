import fs from "node:fs"
import os from "node:os"
import type { Account, Group, Users } from "../ports/users.ts"

const CAP_CHOWN = 0n
const CAP_SETGID = 6n
const CAP_SETUID = 7n

/**
 * Accounts from /etc/passwd and /etc/group, read at each question: an operator may add one while we run. What is known of
 * ourselves is read once, when somebody asks.
 */
export function systemUsers(): Users {
  const capable = once(() => hasCapabilities([CAP_CHOWN, CAP_SETGID, CAP_SETUID]))
  return {
    current: currentAccount(),
    get capable() {
      return capable()
    },
    findUser,
    findGroup,
  }
}

function currentAccount(): Account {
  const uid = process.geteuid?.() ?? 0
  const gid = process.getegid?.() ?? 0
  const known = once(() => accounts().find((account) => account.uid === uid))
  return {
    uid,
    gid,
    get name() {
      return known()?.name ?? String(uid)
    },
    get home() {
      return process.env["HOME"] ?? known()?.home ?? os.tmpdir()
    },
  }
}

function once<T>(ask: () => T): () => T {
  let answer: Readonly<{ value: T }> | undefined
  return () => {
    answer ??= { value: ask() }
    return answer.value
  }
}

function findUser(name: string): Account | undefined {
  return accounts().find((account) => account.name === name)
}

function findGroup(group: string | number): Group | undefined {
  const found = rows("/etc/group").find(([name, , gid]) => (typeof group === "string" ? name : Number(gid)) === group)
  return found === undefined ? undefined : { name: found[0] ?? "", gid: Number(found[2]) }
}

function accounts(): Account[] {
  return rows("/etc/passwd").map(([name = "", , uid, gid, , home = "/"]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    home,
  }))
}

function rows(file: string): string[][] {
  try {
    return fs
      .readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .filter((fields) => fields.length >= 3)
  } catch {
    return []
  }
}

function hasCapabilities(wanted: readonly bigint[]): boolean {
  const status = fs.readFileSync("/proc/self/status", "utf8")
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`)
  return wanted.every((capability) => (effective & (1n << capability)) !== 0n)
}
