import { HabError } from "../base/errors.ts"
import type { DepotAccounts, Invitation } from "./depot.ts"
import type { Ask } from "./depot-requests.ts"
import { parseAnswer } from "./record.ts"
import { pathWord as word } from "./server-routes.ts"

/** Paths of Builder's interface that are about people and their accounts (spec package §5.8). */
const ACCOUNT_PATHS = /^\/v1\/(?:user\/|depot\/origins\/[^/]+\/(?:depart|transfer|invitations|users)(?:[/?]|$))/

/** Whether a request is about accounts, which our server has none of. */
export function isAboutAccounts(target: string): boolean {
  return ACCOUNT_PATHS.test(target)
}

/** DEPOT_WITHOUT_ACCOUNTS. */
export function withoutAccounts(url: string): HabError {
  return new HabError("DEPOT_WITHOUT_ACCOUNTS", `${url} knows access tokens, and no accounts or members of origins`, {
    hint: "its operator says in its file 'tokens' which token may change which origin",
  })
}

/** Members of origins through Builder's HTTP interface (spec package §5.8). */
export function remoteAccounts(ask: Ask): DepotAccounts {
  const origin = (name: string, ...rest: string[]) => ["depot/origins", word(name), ...rest.map(word)].join("/")
  const change = async (
    method: "POST" | "PUT" | "DELETE",
    path: string,
    query: Readonly<Record<string, string>> = {},
  ) => {
    await ask({ method, path, query })
  }
  const list = async (path: string) => {
    const reply = await ask({ method: "GET", path })
    return parseInvitations(reply.body, reply.where)
  }
  return {
    depart: (name) => change("POST", origin(name, "depart")),
    transfer: (name, account) => change("POST", origin(name, "transfer", account)),
    async role(name, account) {
      const path = origin(name, "users", account, "role")
      const { body, where } = await ask({ method: "GET", path })
      const { role } = parseAnswer(body, where) as { role?: unknown }
      return String(role)
    },
    setRole: (name, account, role) => change("PUT", origin(name, "users", account, "role"), { role }),
    invite: (name, account) => change("POST", origin(name, "users", account, "invitations")),
    invitations: () => list("user/invitations"),
    pending: (name) => list(origin(name, "invitations")),
    answer(verb, name, id) {
      if (verb === "rescind") return change("DELETE", origin(name, "invitations", id))
      return change("PUT", origin(name, "invitations", id, ...(verb === "ignore" ? ["ignore"] : [])))
    },
  }
}

/** A list, or an object with one under `invitations`. */
function parseInvitations(text: string, where: string): Invitation[] {
  const answer = parseAnswer(text, where)
  const listed = Array.isArray(answer) ? answer : (answer as { invitations?: unknown }).invitations
  return (Array.isArray(listed) ? listed : []).map((one: Readonly<Record<string, unknown>>) => ({
    id: String(one["id"]),
    account: String(one["account_name"]),
    origin: String(one["origin"]),
  }))
}
