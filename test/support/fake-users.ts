import type { Users } from "../../src/ports/users.ts"

/**
 * A machine whose accounts are the caller (root unless said otherwise) and `accounts`, name to number; each has a group
 * of the same name and number.
 */
export function fakeUsers(
  options: Readonly<{
    current?: Readonly<{ name: string; uid: number }>
    capable?: boolean
    accounts?: Readonly<Record<string, number>>
  }> = {},
): Users {
  const { name, uid } = options.current ?? { name: "root", uid: 0 }
  const known = Object.entries({ ...options.accounts, [name]: uid })
  const number = (account: string) => known.find(([other]) => other === account)?.[1]
  return {
    current: { name, uid, gid: uid, home: `/home/${name}` },
    capable: options.capable ?? uid === 0,
    findUser(account) {
      const found = number(account)
      return found === undefined ? undefined : { name: account, uid: found, gid: found, home: `/home/${account}` }
    },
    findGroup(group) {
      const found = known.find(([account, id]) => account === group || id === group)
      return found === undefined ? undefined : { name: found[0], gid: found[1] }
    },
  }
}
