import { type FullIdent, type PackageIdent, parseIdent, requireFullIdent } from "../package/ident.ts"
import { parseTarget } from "../package/target.ts"
import type { TransferRequest } from "../ports/transfer-server.ts"
import { type Depot, EVERYTHING_CHANNEL, type Shelf } from "./depot.ts"
import type { DirectoryContext } from "./directory-depot.ts"
import type { RouteMatch } from "./server-routes.ts"

/** What is known of a request while it is answered. */
export type Handling = Readonly<{
  context: DirectoryContext
  directory: string
  depot: Depot
  request: TransferRequest
  match: RouteMatch
}>

/** Where a request looks: in everything when it names no channel. */
export function shelfOf({ match: { parts, query } }: Handling): Shelf {
  return { channel: parts["channel"] ?? EVERYTHING_CHANNEL, target: targetOf(query) }
}

/** The wish a path spells; every part was checked to be one part of a path. */
export function wishOf({ origin = "", name = "", version, release }: RouteMatch["parts"]): PackageIdent {
  return parseIdent([origin, name, version, release].filter((part) => part !== undefined).join("/"))
}

/** Throws IDENT_NOT_FULL. */
export function fullIdentOf(parts: RouteMatch["parts"]): FullIdent {
  return requireFullIdent(wishOf(parts))
}

/** The platform a request is about. Throws TARGET_INVALID. */
export function targetOf(query: URLSearchParams): string {
  return parseTarget(query.get("target") ?? "x86_64-linux")
}
