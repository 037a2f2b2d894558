export type Account = Readonly<{ name: string; uid: number; gid: number; home: string }>
export type Group = Readonly<{ name: string; gid: number }>

/** Who we are and who exists. */
export interface Users {
  readonly current: Account
  /** Effective CAP_SETUID, CAP_SETGID and CAP_CHOWN: we can run hooks as somebody else (spec/supervisor.md §2.3). */
  readonly capable: boolean
  findUser(name: string): Account | undefined
  /** By name, or by number. */
  findGroup(group: string | number): Group | undefined
}
