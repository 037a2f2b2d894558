import { hashFile } from "../../src/crypto/hash.ts"
import { printKey } from "../../src/crypto/key.ts"
import type { Depot } from "../../src/depot/depot.ts"
import { answerDepot } from "../../src/depot/depot-server.ts"
import { directoryDepot } from "../../src/depot/directory-depot.ts"
import { remoteDepot } from "../../src/depot/remote-depot.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import type { HttpClient } from "../../src/ports/http-client.ts"
import type { TransferRequest } from "../../src/ports/transfer-server.ts"
import { writeArtifact } from "./artifact.ts"
import { fakeClock } from "./fake-clock.ts"
import { testKeys } from "./keys.ts"
import { type MemoryFileSystem, memoryFileSystem } from "./memory-file-system.ts"
import { plainCompression } from "./plain-compression.ts"

export const TARGET = "x86_64-linux"
export const TOKEN = "s3cr3t"

/** A depot in the folder /depot of a machine in memory. */
export function depotWorld(content: Record<string, string | undefined> = {}) {
  const files = memoryFileSystem({ "/depot/tokens": `${TOKEN} acme\nmaster *\n`, ...content })
  let count = 0
  const context = {
    files,
    compression: plainCompression(files, 3000),
    randomBytes: (length: number) => new Uint8Array(length).fill(++count),
  }
  return { files, context, directory: directoryDepot(context, "/depot") }
}

export type DepotWorld = ReturnType<typeof depotWorld>

/** A client whose requests reach the server's code without a network. */
export function webOver({ files, context }: DepotWorld): Pick<HttpClient, "request" | "download"> {
  const send = async (request: Parameters<HttpClient["request"]>[0]) => {
    const { method, url, body = "", headers = {} } = request
    const { pathname, search } = new URL(url)
    const bytes = typeof body === "string" ? Buffer.from(body) : files.readFile(body.file)
    const received: TransferRequest = {
      method,
      target: pathname + search,
      authorization: headers["authorization"],
      async receive(path) {
        files.writeFile(path, bytes)
        return "received"
      },
      receiveText: async () => Buffer.from(bytes).toString("utf8"),
    }
    return answerDepot(context, "/depot", received)
  }
  const textOf = (body: Awaited<ReturnType<typeof send>>["body"] = "") =>
    typeof body === "string" ? body : files.readText(body.file)
  return {
    async request(request) {
      const { status, headers = {}, body } = await send(request)
      return { tag: "answered", status, headers, body: textOf(body) }
    },
    async download({ url, headers = {}, destination }) {
      const { status, body } = await send({ method: "GET", url, headers })
      if (status !== 200) return { tag: "answered", status, headers: {}, body: textOf(body) }
      files.writeFile(destination, files.readFile((body as { file: string }).file))
      return { tag: "done" }
    },
  }
}

/** The depot of a world through HTTP requests. */
export function remoteOver(world: DepotWorld, token: string | undefined = TOKEN): Depot {
  const context = { httpClient: webOver(world), clock: fakeClock(), report: () => undefined }
  const server = { url: "http://depot/v1", mirrors: [], manners: { headers: {} } }
  return remoteDepot(context, token === undefined ? server : { ...server, token })
}

/** Uploads a release of the test key's origin, key included. */
export async function putRelease(
  files: MemoryFileSystem,
  depot: Depot,
  text: string,
  tdeps: readonly string[] = [],
  content: Readonly<Record<string, string>> = {},
) {
  const path = await writeArtifact(files, { ident: text, tdeps, files: content })
  const { public: key } = await testKeys()
  await depot.uploadKey("origin-public", key, printKey(key))
  const checksum = await hashFile({ files }, path)
  return depot.upload({ path, ident: parseFullIdent(text), target: TARGET, checksum, force: false })
}
