import { HabError } from "../base/errors.ts"

/** Where a depot is: a folder, or a server with others that hold the same. */
export type DepotAddress = Readonly<
  { tag: "directory"; path: string } | { tag: "server"; url: string; mirrors: readonly string[] }
>

/**
 * Reads the address of a depot: an absolute path, a file URL, or an http(s) URL; further ones behind commas are mirrors.
 * Throws DEPOT_URL_INVALID.
 */
export function parseDepotAddress(text: string): DepotAddress {
  if (text.startsWith("/")) return { tag: "directory", path: text.replace(/(?<=.)\/+$/, "") }
  const [first = "", ...mirrors] = text.split(",").map((one) => one.trim())
  if (first.startsWith("file:")) return { tag: "directory", path: pathOf(first) }
  return { tag: "server", url: baseOf(first), mirrors: mirrors.map(baseOf) }
}

/** The address of a folder, in characters that mean nothing to a shell. */
export function fileAddress(path: string): string {
  const plain = (part: string) =>
    encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `file://${path.split("/").map(plain).join("/")}`
}

function pathOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const path = url?.host === "" ? decoded(url.pathname) : undefined
  if (path === undefined || /^\/*$|\0/.test(path)) throw invalid(text)
  return path.replace(/\/+$/, "")
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** A bare host stands for its `/v1`, as in Habitat. */
function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid(text)
  if (url.username !== "" || url.password !== "") throw withCredentials(url)
  const path = url.pathname === "/" ? "/v1" : url.pathname.replace(/\/+$/, "")
  return `${url.origin}${path}`
}

function withCredentials({ host }: URL): HabError {
  return new HabError("DEPOT_URL_INVALID", `the address of the depot at ${host} holds a name or a password`, {
    hint: "leave them out; depots know access tokens: --auth TOKEN, HAB_AUTH_TOKEN or auth_token in cli.toml",
  })
}

function invalid(text: string): HabError {
  return new HabError("DEPOT_URL_INVALID", `'${text}' is not the address of a depot`, {
    hint: "give an absolute path, file:///srv/depot, or https://bldr.example.com; mirrors behind commas",
  })
}
