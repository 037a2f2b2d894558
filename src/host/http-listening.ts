import { Buffer } from "node:buffer"
import type { IncomingMessage, Server } from "node:http"
import type { HttpAddress } from "../ports/http-server.ts"

/** Resolves once the server listens; rejects where it cannot. A string is the path of a Unix socket. */
export function listening(server: Server, place: string | HttpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(place, resolve)
  })
}

const ANSWER_LIMIT_MS = 1_000

/** Ends a server when what was asked is answered, after a second at the latest. */
export function closeWhenAnswered(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), ANSWER_LIMIT_MS)
    server.close(() => {
      clearTimeout(limit)
      resolve()
    })
  })
}

/** Ends a server and all its connections. */
export function closeAtOnce(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** The text that comes with a request; undefined when it is longer. `moved` is told of each part. */
export async function readText(
  incoming: IncomingMessage,
  bytesMax: number,
  moved: (bytes: number) => void = () => undefined,
): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of incoming) {
    length += (part as Buffer).length
    moved((part as Buffer).length)
    if (length > bytesMax) return undefined
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString("utf8")
}
