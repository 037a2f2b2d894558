import { HabError } from "../../base/errors.ts"
import type { HttpAddress } from "../../ports/http-server.ts"

const PORT_MAX = 65_535

/**
 * `127.0.0.1:9631`, `0.0.0.0`, `[::1]:9631`, `localhost:9631`: where to listen. Port 0 is any free one; no port is
 * `defaultPort`. Throws LISTEN_ADDRESS_INVALID.
 */
export function parseListenAddress(text: string, defaultPort: number): HttpAddress {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([A-Za-z\d.-]+))(?::(\d{1,5}))?$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  if (host !== undefined && port <= PORT_MAX) return { host, port }
  throw new HabError("LISTEN_ADDRESS_INVALID", `'${text}' is not an address to listen on`, {
    hint: `an address is written HOST or HOST:PORT, such as 127.0.0.1:${defaultPort}, 0.0.0.0:${defaultPort} or [::1]:${defaultPort}`,
  })
}

/** The text form: `127.0.0.1:9631`, `[::1]:9631`. */
export function printListenAddress({ host, port }: HttpAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
}
