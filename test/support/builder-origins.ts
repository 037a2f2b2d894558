import { file, json, NAIVE_TIME, type Reply, type Request, type State, status } from "./builder-replies.ts"

/** Origins, their keys and members. */
export function origins(state: State, { parts, incoming: { method }, body, query }: Request): Reply {
  const [origin = "", what, revision = "", more] = parts
  const { keys, secretKeys } = state
  if (method === "POST" && parts.length === 0) {
    const { name } = JSON.parse(body.toString()) as { name: string }
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) return status(417)
    if (state.origins.has(name)) return status(409)
    state.origins.add(name)
    for (const channel of ["unstable", "stable"]) state.channel(name, channel)
    return json(describeOrigin(name), 201)
  }
  if (what === undefined && method === "GET") {
    return state.origins.has(origin) ? json(describeOrigin(origin)) : status(404)
  }
  if (what === undefined && method === "DELETE") {
    const count = [...state.packages.values()].filter(({ ident }) => ident.origin === origin).length
    if (count > 0) return status(409, `There are ${count} packages remaining in origin ${origin}. Must be zero.`)
    return status(state.origins.delete(origin) ? 204 : 404)
  }
  if (what === "keys" && revision === "") {
    const known = [...keys.keys()].flatMap((name) => (name.startsWith(`${origin}/`) ? [name.split("/")[1]] : []))
    return json(known.map((one) => ({ location: `/origins/${origin}/keys/${one}`, origin, revision: one })))
  }
  if (what === "keys" || what === "secret_keys") {
    const stored = what === "keys" ? keys : secretKeys
    const suffix = what === "keys" ? "pub" : "sig.key"
    if (method === "POST") {
      if (stored.has(`${origin}/${revision}`)) return status(409)
      if (!/^SIG-(PUB|SEC)-1\n/.test(body.toString())) return status(422)
      stored.set(`${origin}/${revision}`, body.toString())
      const made = { status: 201, headers: { location: `/v1/depot/origins/${origin}/keys/${revision}` } }
      return what === "keys" ? { ...made, body: `/origins/${origin}/keys/${revision}` } : status(201)
    }
    const name = revision === "latest" ? [...stored.keys()].sort().at(-1) : `${origin}/${revision}`
    const text = stored.get(name ?? "")
    return text === undefined ? status(404) : file(`${name?.replace("/", "-")}.${suffix}`, text)
  }
  if (what === "invitations" && method === "GET") return json({ origin, invitations: [] })
  if (what === "users" && more === "role" && method === "GET") return json({ role: "maintainer" })
  if (what === "users" && more === "role") return status(query.get("role") === null ? 422 : 204)
  return status(what === "depart" || what === "transfer" ? 204 : 404)
}

/** Numbers that JavaScript would round are texts. */
function describeOrigin(name: string) {
  const times = { created_at: NAIVE_TIME, updated_at: NAIVE_TIME }
  const owner = { owner_id: "1170935427453485056", owner_account: "alice" }
  return { name, ...owner, private_key_name: null, default_package_visibility: "public", ...times }
}
