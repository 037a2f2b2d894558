import { Buffer } from "node:buffer"
import path from "node:path/posix"
import { HabError, isSystemError, messageOf } from "../../base/errors.ts"
import { answerDepot, sweepIncoming } from "../../depot/depot-server.ts"
import { shelvesOf } from "../../depot/shelves.ts"
import { ensureTokens } from "../../depot/tokens.ts"
import type { TransferReply } from "../../ports/transfer-server.ts"
import { parseListenAddress, printListenAddress } from "../../supervisor/gateway/listen-address.ts"
import { type CommandContext, defineCommand } from "../command.ts"

const TOKEN_BYTES = 24
const DEFAULT_PORT = 9636
const DEFAULT_ADDRESS = `127.0.0.1:${DEFAULT_PORT}`

/** `hab depot serve`: a Builder of one's own, until it is interrupted. */
export const serveDepotCommand = defineCommand({
  name: "serve",
  summary: "Serve a folder as a depot over HTTP, with Builder's interface",
  arguments: "<directory>",
  examples: ["hab depot serve /srv/depot", "hab depot serve /srv/depot --listen 0.0.0.0:9636"],
  options: {
    listen: { kind: "text", value: "ADDRESS", default: DEFAULT_ADDRESS, summary: "Address to listen on" },
  },
  async run({ args: [given = ""], options }, context) {
    const { host, report, signal } = context
    const directory = path.resolve(host.cwd, given)
    if ((host.files.stat(directory)?.kind ?? "directory") !== "directory") {
      throw new HabError("USAGE", `${directory} is a file, and a depot is a folder`, {
        hint: "name a folder; it is made",
      })
    }
    const { tokens } = shelvesOf(directory)
    const release = await takeDepot(context, directory)
    sweepIncoming(host, directory)
    if (ensureTokens(host, tokens, Buffer.from(host.randomBytes(TOKEN_BYTES)).toString("base64url"))) {
      report({ tag: "note", text: `Made an access token; it is in ${tokens}` })
    }
    const server = await listen(context, directory, options.listen)
    context.print(`Serving ${directory} on http://${printListenAddress(server.address)}\n`)
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true })
      if (signal.aborted) resolve()
    })
    await server.close()
    release()
    return {}
  },
})

/** What clients cannot mend: a disk, or the file of tokens. */
function isOwnFault({ status }: TransferReply): boolean {
  return status >= 500 && status !== 501
}

/** What another server is receiving would be swept away. */
async function takeDepot({ host }: CommandContext, directory: string): Promise<() => void> {
  host.files.makeDirectories(directory)
  const result = await host.locks.acquire(shelvesOf(directory).lock, { content: `process ${host.pid}\n` })
  if (result.tag === "acquired") return result.release
  const holder = result.by.trim() || "another process"
  throw new HabError("DEPOT_SERVED", `${directory} is served by ${holder} already`, {
    hint: "end that one first, or serve another folder",
  })
}

async function listen({ host, report }: CommandContext, directory: string, text: string) {
  const address = parseListenAddress(text, DEFAULT_PORT)
  try {
    return await host.transfers.listen({
      address,
      async answer(request) {
        try {
          const reply = await answerDepot(host, directory, request)
          if (isOwnFault(reply)) report({ tag: "warning", text: `${request.method} ${request.target}: ${reply.body}` })
          return reply
        } catch (error) {
          const what = messageOf(error)
          report({ tag: "warning", text: `${request.method} ${request.target}: ${what}` })
          return { status: 500 }
        }
      },
    })
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new HabError("DEPOT_ADDRESS", `the depot cannot listen on ${text}: ${error.message}`, {
      hint: "choose another address: --listen 127.0.0.1:0 takes a free port",
      cause: error,
    })
  }
}
