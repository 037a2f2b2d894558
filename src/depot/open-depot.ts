import { HabError } from "../base/errors.ts"
import type { NamedRevision } from "../crypto/named-revision.ts"
import { type FullIdent, type PackageIdent, stringifyIdent } from "../package/ident.ts"
import type { PackageSource } from "../package/package-source.ts"
import { parseDepotAddress } from "./addresses.ts"
import type { Depot, Shelf } from "./depot.ts"
import type { RequestContext } from "./depot-requests.ts"
import { type DirectoryContext, directoryDepot } from "./directory-depot.ts"
import { remoteDepot } from "./remote-depot.ts"
import { type MannersContext, webManners } from "./web-manners.ts"

/** The depot at an address, nothing asked yet. Throws DEPOT_URL_INVALID, and DEPOT_TOKEN_UNKNOWN for what is no token. */
export function openDepot(
  context: RequestContext & DirectoryContext & MannersContext,
  address: string,
  token?: string,
): Depot {
  const found = parseDepotAddress(address)
  if (found.tag === "directory") return directoryDepot(context, found.path)
  const { url, mirrors } = found
  const manners = webManners(context, [url, ...mirrors].find((one) => one.startsWith("https:")) ?? url)
  const known = tokenOf(token)
  return remoteDepot(context, { url, mirrors, manners, ...(known === undefined ? {} : { token: known }) })
}

/** Without blanks around it; none when nothing is left. Throws DEPOT_TOKEN_UNKNOWN. */
function tokenOf(given = ""): string | undefined {
  const token = given.trim()
  if (/^[\x21-\x7e]*$/.test(token)) return token === "" ? undefined : token
  throw new HabError("DEPOT_TOKEN_UNKNOWN", "the access token holds blanks or signs that no token has", {
    hint: "check --auth, HAB_AUTH_TOKEN or auth_token in cli.toml: one word, as the depot gave it",
  })
}

/** One channel of a depot, as an install needs it. */
export function channelSource(depot: Depot, shelf: Shelf): PackageSource {
  return {
    name: `channel ${shelf.channel} of ${depot.url}`,
    latest: async (wish: PackageIdent) => (await depot.find(wish, shelf))?.ident,
    fetch: (ident: FullIdent, destination: string, signal?: AbortSignal) =>
      depot.fetch(ident, shelf.target, destination, signal),
    key: (signer: NamedRevision) => depot.key(signer),
    async alternatives(wish: PackageIdent) {
      const found: string[] = []
      for (const channel of await depot.channels(wish.origin)) {
        const release = channel === shelf.channel ? undefined : await depot.find(wish, { ...shelf, channel })
        if (release !== undefined) found.push(`channel ${channel}: ${stringifyIdent(release.ident)}`)
      }
      return found
    },
  }
}
