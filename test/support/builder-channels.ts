import type { FullIdent } from "../../src/package/ident.ts"
import { latestOf } from "../../src/package/order.ts"
import {
  json,
  keyOf,
  NAIVE_TIME,
  page,
  type Reply,
  type Request,
  type State,
  type Stored,
  status,
} from "./builder-replies.ts"

/** Channels of an origin, and the releases in them. */
export function channels(state: State, { parts, query, incoming: { method } }: Request): Reply {
  const [origin = "", channel = "", pkgs, name = "", version, release, verb] = parts
  const target = query.get("target") ?? "x86_64-linux"
  if (parts.length === 1) {
    const names = [...state.channels.keys()].filter((key) => key.startsWith(`${origin}/`))
    return json(names.map((key) => ({ name: key.slice(origin.length + 1) })))
  }
  if (method === "POST") {
    if (state.channels.has(`${origin}/${channel}`)) return status(409)
    state.channel(origin, channel)
    return json({ id: "1", name: channel, owner_id: "2", created_at: NAIVE_TIME, updated_at: NAIVE_TIME, origin }, 201)
  }
  if (method === "DELETE") {
    if (["stable", "unstable"].includes(channel)) return status(403)
    return status(state.channels.delete(`${origin}/${channel}`) ? 200 : 404)
  }
  if (pkgs !== "pkgs") return status(404)
  if (method === "PUT" && version === undefined) return moveAll(state, { origin, from: channel, verb: name }, query)
  const shelf = state.channels.get(`${origin}/${channel}`)
  if (method === "PUT") {
    const key = `${[origin, name, version, release].join("/")} ${target}`
    if (verb === "demote" && channel === "unstable") return status(403)
    if (verb === "demote") return status(shelf?.delete(key) === true ? 200 : 400)
    if (shelf === undefined || !state.packages.has(key)) return status(404)
    shelf.add(key)
    return status(200)
  }
  const found = [...(shelf ?? [])]
    .flatMap((key) => state.packages.get(key) ?? [])
    .filter((pkg) => pkg.ident.name === name)
  if (version === undefined)
    return page(
      query,
      found.map(({ ident }) => ident),
    )
  const ofVersion = version === "latest" ? found : found.filter((pkg) => pkg.ident.version === version)
  const exact = ["latest", undefined].includes(release)
    ? ofVersion
    : ofVersion.filter((pkg) => pkg.ident.release === release)
  const one = latestOf(
    exact.filter((pkg) => pkg.target === target),
    ({ ident }) => ident,
  )
  return one === undefined ? status(404) : json(describe(state, one))
}

function moveAll(
  state: State,
  { origin, from, verb }: Readonly<{ origin: string; from: string; verb: string }>,
  query: URLSearchParams,
): Reply {
  const to = query.get("channel") ?? ""
  if (to === from || to === "unstable" || (verb === "demote" && from === "unstable")) return status(400)
  for (const key of state.channel(origin, from)) {
    if (verb === "promote") state.channel(origin, to).add(key)
    else state.channel(origin, to).delete(key)
  }
  return status(200)
}

/** Everything Builder tells of a release. */
export function describe(state: State, { ident, target, checksum, tdeps }: Stored) {
  return {
    id: "1170935427453485057",
    owner_id: "1170935427453485056",
    name: ident.name,
    ident,
    ident_array: [ident.origin, ident.name, ident.version, ident.release],
    checksum,
    manifest: `# ${ident.origin} / ${ident.name}`,
    config: "",
    target,
    deps: tdeps,
    tdeps,
    build_deps: [],
    build_tdeps: [],
    exposes: [],
    visibility: "public",
    created_at: NAIVE_TIME,
    updated_at: NAIVE_TIME,
    origin: ident.origin,
    package_type: "standard",
    channels: channelsOf(state, ident, target),
    is_a_service: false,
  }
}

/** Names of the channels that a release is in. */
export function channelsOf(state: State, ident: FullIdent, target: string): string[] {
  const entries = [...state.channels].filter(([, shelf]) => shelf.has(keyOf(ident, target)))
  return entries.map(([name]) => name.slice(ident.origin.length + 1))
}
