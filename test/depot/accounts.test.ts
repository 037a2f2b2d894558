import { describe, expect, it } from "vitest"
import { isAboutAccounts, remoteAccounts } from "../../src/depot/accounts.ts"
import type { DepotRequest } from "../../src/depot/depot-requests.ts"

/** A Builder that answers everything with this, and what it was asked. */
function builder(answer: unknown = {}) {
  const asked: string[] = []
  const ask = async ({ method, path, query = {} }: DepotRequest) => {
    const search = new URLSearchParams(query).toString()
    asked.push(`${method} ${path}${search === "" ? "" : `?${search}`}`)
    return { tag: "answered" as const, status: 200, headers: {}, body: JSON.stringify(answer), where: path }
  }
  return { asked, accounts: remoteAccounts(ask) }
}

describe("members of an origin", () => {
  it("are asked for and changed at Builder's paths", async () => {
    const { asked, accounts } = builder()
    await accounts.depart("acme")
    await accounts.transfer("acme", "alice")
    await accounts.setRole("acme", "alice", "maintainer")
    await accounts.invite("acme", "a/b")
    await accounts.answer("accept", "acme", "17")
    await accounts.answer("ignore", "acme", "17")
    await accounts.answer("rescind", "acme", "17")
    expect(asked).toEqual([
      "POST depot/origins/acme/depart",
      "POST depot/origins/acme/transfer/alice",
      "PUT depot/origins/acme/users/alice/role?role=maintainer",
      "POST depot/origins/acme/users/a%2Fb/invitations",
      "PUT depot/origins/acme/invitations/17",
      "PUT depot/origins/acme/invitations/17/ignore",
      "DELETE depot/origins/acme/invitations/17",
    ])
  })

  it("and invitations are read in both shapes that Builder gives them", async () => {
    const one = { id: 17, account_name: "alice", origin: "acme", owner_id: 3 }
    const read = { id: "17", account: "alice", origin: "acme" }
    expect(await builder([one]).accounts.invitations()).toEqual([read])
    expect(await builder({ origin: "acme", invitations: [one] }).accounts.pending("acme")).toEqual([read])
    expect(await builder({ role: "member" }).accounts.role("acme", "alice")).toBe("member")
  })

  it("are none of a depot of ours, whose other paths are", () => {
    expect(isAboutAccounts("/v1/depot/origins/acme/users/alice/role")).toBe(true)
    expect(isAboutAccounts("/v1/user/invitations")).toBe(true)
    expect(isAboutAccounts("/v1/depot/origins/acme/keys")).toBe(false)
    expect(isAboutAccounts("/v1/depot/origins/acme")).toBe(false)
  })
})
