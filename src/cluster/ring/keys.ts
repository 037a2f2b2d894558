/** What a ring keeps, by the second part of its keys. `docs/reference/etcd-keys.md` is printed from this table. */
export const RING_KEYS = {
  members: { rest: "<member>", leased: true, what: "a supervisor that is alive: host, addresses, version" },
  services: { rest: "<group>/<member>", leased: true, what: "a service of a member: release, exported values, state" },
  leaders: { rest: "<group>", leased: true, what: "who leads; its create revision is the fence" },
  candidates: { rest: "<group>/<member>", leased: true, what: "the suitability of a member in the election under way" },
  elections: { rest: "<group>", leased: false, what: "the last election that was decided: its term and its winner" },
  config: { rest: "<group>", leased: false, what: "the configuration applied to a group, with its version" },
  files: { rest: "<group>/<file>", leased: false, what: "a file uploaded to a group, with its version" },
  departed: { rest: "<member>", leased: false, what: "a member that was told to leave for good" },
  updates: {
    rest: "<group>",
    leased: false,
    what: "its last rolling update: the release, whose turn it is, who is done, what was rejected",
  },
} as const

export type RingKeyKind = keyof typeof RING_KEYS

/** Where a key of a ring stands: `id` is empty for kinds that are about a whole group or a whole member. */
export type RingKey = Readonly<{ kind: RingKeyKind; subject: string; id: string }>

/** Everything of a ring is below this; two rings in one etcd never see each other. */
export function ringPrefix(ring: string): string {
  return `/hab/${ring}/`
}

/** The key of something in a ring. `subject` is a group or a member, `id` a member or a file of that group. */
export function ringKey(ring: string, kind: RingKeyKind, subject: string, id = ""): string {
  return `${ringPrefix(ring)}${kind}/${subject}${id === "" ? "" : `/${id}`}`
}

/** What a key of this ring is about; undefined for keys that nothing here wrote. */
export function parseRingKey(ring: string, key: string): RingKey | undefined {
  const prefix = ringPrefix(ring)
  if (!key.startsWith(prefix)) return undefined
  const [kind = "", subject = "", ...rest] = key.slice(prefix.length).split("/")
  if (!Object.hasOwn(RING_KEYS, kind) || subject === "") return undefined
  const id = rest.join("/")
  const wantsId = RING_KEYS[kind as RingKeyKind].rest.includes("/")
  return wantsId === (id !== "") ? { kind: kind as RingKeyKind, subject, id } : undefined
}
