/**
 * What a path of Builder's interface asks for (spec package §5.8). `:x` is one part of the path; the first that fits counts.
 * Paths that no `hab` asks for are those other tools look around with.
 */
export const DEPOT_ROUTES = {
  latestOfVersion: { method: "GET", path: "channels/:origin/:channel/pkgs/:name/:version/latest" },
  latestOfName: { method: "GET", path: "channels/:origin/:channel/pkgs/:name/latest" },
  packageInChannel: { method: "GET", path: "channels/:origin/:channel/pkgs/:name/:version/:release" },
  latestInChannel: { method: "GET", path: "channels/:origin/:channel/pkgs/_latest" },
  releasesInChannel: { method: "GET", path: "channels/:origin/:channel/pkgs/:name" },
  versionInChannel: { method: "GET", path: "channels/:origin/:channel/pkgs/:name/:version" },
  everythingInChannel: { method: "GET", path: "channels/:origin/:channel/pkgs" },
  download: { method: "GET", path: "pkgs/:origin/:name/:version/:release/download" },
  upload: { method: "POST", path: "pkgs/:origin/:name/:version/:release" },
  remove: { method: "DELETE", path: "pkgs/:origin/:name/:version/:release" },
  channelsOfPackage: { method: "GET", path: "pkgs/:origin/:name/:version/:release/channels" },
  promote: { method: "PUT", path: "channels/:origin/:channel/pkgs/:name/:version/:release/promote" },
  demote: { method: "PUT", path: "channels/:origin/:channel/pkgs/:name/:version/:release/demote" },
  promoteAll: { method: "PUT", path: "channels/:origin/:channel/pkgs/promote" },
  demoteAll: { method: "PUT", path: "channels/:origin/:channel/pkgs/demote" },
  channels: { method: "GET", path: "channels/:origin" },
  createChannel: { method: "POST", path: "channels/:origin/:channel" },
  removeChannel: { method: "DELETE", path: "channels/:origin/:channel" },
  search: { method: "GET", path: "pkgs/search/:text" },
  latestVersion: { method: "GET", path: "pkgs/:origin/:name/:version/latest" },
  latestRelease: { method: "GET", path: "pkgs/:origin/:name/latest" },
  release: { method: "GET", path: "pkgs/:origin/:name/:version/:release" },
  releasesOfVersion: { method: "GET", path: "pkgs/:origin/:name/:version" },
  releasesOfName: { method: "GET", path: "pkgs/:origin/:name" },
  releasesOfOrigin: { method: "GET", path: "pkgs/:origin" },
  latestKey: { method: "GET", path: "origins/:origin/keys/latest" },
  key: { method: "GET", path: "origins/:origin/keys/:revision" },
  keys: { method: "GET", path: "origins/:origin/keys" },
  uploadKey: { method: "POST", path: "origins/:origin/keys/:revision" },
  encryptionKey: { method: "GET", path: "origins/:origin/encryption_key" },
  secretKey: { method: "GET", path: "origins/:origin/secret_keys/latest" },
  uploadSecretKey: { method: "POST", path: "origins/:origin/secret_keys/:revision" },
  createOrigin: { method: "POST", path: "origins" },
  origin: { method: "GET", path: "origins/:origin" },
  removeOrigin: { method: "DELETE", path: "origins/:origin" },
} as const satisfies Readonly<Record<string, { method: string; path: string }>>

export type DepotRoute = keyof typeof DEPOT_ROUTES

export type RouteMatch = Readonly<{
  route: DepotRoute
  /** Decoded parts of the path by their names. */
  parts: Readonly<Record<string, string>>
  query: URLSearchParams
}>

const BASE = "/v1/depot/"

/** Whether somebody wants to know only that a Builder is there: load balancers and monitors. */
export function isAboutHealth(target: string): boolean {
  return /^\/v1\/status(?:\?|$)/.test(target)
}

/** One part of a path, written as Builder reads it: not every Builder knows `+` by its number, and versions hold it. */
export function pathWord(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2B|3A|40|26|3D|24|2C|3B)/g, decodeURIComponent)
}

/** The methods that a path is for (RFC 9110 §15.5.6). */
export type OtherMethods = Readonly<{ allow: readonly string[] }>

/** The route a request means; "unknown" for a path that is none, other methods when only its method is wrong. */
export function matchRoute(method: string, target: string): RouteMatch | "unknown" | OtherMethods {
  const url = URL.canParse(target, "http://depot") ? new URL(target, "http://depot") : undefined
  // What leads elsewhere is no path of ours, wherever it leads.
  const leadsElsewhere = /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(target.split("?")[0] ?? "")
  if (url === undefined || leadsElsewhere || !url.pathname.startsWith(BASE)) return "unknown"
  const given = decoded(url.pathname.slice(BASE.length))
  if (given === undefined) return "unknown"
  const matches = Object.entries(DEPOT_ROUTES).flatMap(([route, { method, path }]) => {
    const parts = partsOf(path.split("/"), given)
    return parts === undefined ? [] : [{ route: route as DepotRoute, method, parts }]
  })
  const found = matches.find((match) => match.method === method)
  if (found === undefined) return matches.length === 0 ? "unknown" : { allow: [...new Set(matches.flatMap(methodsOf))] }
  return { route: found.route, parts: found.parts, query: url.searchParams }
}

/** What can be read can be asked about. */
function methodsOf({ method }: Readonly<{ method: string }>): readonly string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method]
}

/** Undefined for parts that could name something else than a file of their own. */
function decoded(path: string): string[] | undefined {
  try {
    const parts = path.split("/").map(decodeURIComponent)
    return parts.some((part) => part === "" || /^\.\.?$|[\u0000-\u001f\u007f]/.test(part)) ? undefined : parts
  } catch {
    return undefined
  }
}

function partsOf(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const part = given[index] ?? ""
    if (expected.startsWith(":")) {
      // Only what is searched for may hold one.
      if (part.includes("/") && expected !== ":text") return undefined
      parts[expected.slice(1)] = part
    }
    if (!expected.startsWith(":") && expected !== part) return undefined
  }
  return parts
}
