import { Buffer } from "node:buffer"
import { HabError, isSystemError } from "../base/errors.ts"
import { keyFileName, parseKey } from "../crypto/key.ts"
import { type NamedRevision, parseNamedRevision } from "../crypto/named-revision.ts"
import { archiveName, parseIdent } from "../package/ident.ts"
import type { TransferReply, TransferRequest } from "../ports/transfer-server.ts"
import { isAboutAccounts, withoutAccounts } from "./accounts.ts"
import type { Depot } from "./depot.ts"
import { type DirectoryContext, directoryDepot } from "./directory-depot.ts"
import { fullIdentOf, type Handling, targetOf } from "./server-handling.ts"
import { describePackage, listLatest, listReleases, timesOf } from "./server-releases.ts"
import { channelEntry, failure, json, methodRefused, page, refused } from "./server-replies.ts"
import { type DepotRoute, isAboutHealth, matchRoute, type RouteMatch } from "./server-routes.ts"
import { shelvesOf } from "./shelves.ts"
import { requireToken } from "./tokens.ts"

const KEY_BYTES_MAX = 64 * 1024
const ARTIFACT_BYTES_MAX = 16 * 1024 ** 3

/** Answers one request of Builder's interface from a depot in a folder (spec package §5.8). Never throws a HabError. */
export async function answerDepot(
  context: DirectoryContext,
  directory: string,
  request: TransferRequest,
): Promise<TransferReply> {
  if (isAboutAccounts(request.target)) return refused(withoutAccounts("this depot"))
  if (isAboutHealth(request.target)) return { status: 200 }
  // Whoever sends it leaves the body out.
  const method = request.method === "HEAD" ? "GET" : request.method
  const match = matchRoute(method, request.target)
  if (match === "unknown") return failure(404, "NOT_FOUND", "there is nothing at this path")
  if ("allow" in match) return methodRefused(match.allow)
  try {
    const isOpen = method === "GET" && match.route !== "secretKey"
    const handling = { context, directory, depot: directoryDepot(context, directory), request, match }
    if (!isOpen && match.route !== "createOrigin") authorize(handling, match.parts["origin"] ?? "")
    return await HANDLERS[match.route](handling)
  } catch (error) {
    if (isSystemError(error, "ENOSPC", "EDQUOT")) return refused(noSpace())
    if (!(error instanceof HabError)) throw error
    return refused(error)
  }
}

function authorize({ context, directory, request: { authorization } }: Handling, origin: string): void {
  requireToken(context, shelvesOf(directory).tokens, { authorization, origin })
}

type Handler = (handling: Handling) => Promise<TransferReply>

const HANDLERS: Readonly<Record<DepotRoute, Handler>> = {
  packageInChannel: describePackage,
  latestOfVersion: describePackage,
  latestOfName: describePackage,
  latestVersion: describePackage,
  latestRelease: describePackage,
  release: describePackage,
  releasesInChannel: listReleases,
  versionInChannel: listReleases,
  everythingInChannel: listReleases,
  releasesOfVersion: listReleases,
  releasesOfName: listReleases,
  releasesOfOrigin: listReleases,
  latestInChannel: listLatest,
  async download({ context, directory, match: { parts, query } }) {
    const [ident, target] = [fullIdentOf(parts), targetOf(query)]
    const file = shelvesOf(directory).artifact(ident, target)
    if (context.files.stat(file) === undefined) return failure(404, "PACKAGE_NOT_FOUND", "no such package")
    return {
      status: 200,
      headers: { "content-type": "application/octet-stream", "x-filename": archiveName(ident, target) },
      body: { file },
    }
  },
  upload,
  async remove({ depot, match: { parts, query } }) {
    await depot.remove(fullIdentOf(parts), targetOf(query))
    return { status: 204 }
  },
  async channelsOfPackage(handling) {
    const { depot, match } = handling
    const { parts, query } = match
    const names = await depot.channelsOf(fullIdentOf(parts), targetOf(query))
    return names.length === 0
      ? failure(404, "PACKAGE_NOT_FOUND", "no such package")
      : json(
          200,
          names.map((name) => channelEntry(name, timesOf(handling, name))),
        )
  },
  async promote({ depot, match: { parts, query } }) {
    await depot.promote(fullIdentOf(parts), targetOf(query), parts["channel"] ?? "")
    return { status: 200 }
  },
  async demote({ depot, match: { parts, query } }) {
    await depot.demote(fullIdentOf(parts), targetOf(query), parts["channel"] ?? "")
    return { status: 200 }
  },
  promoteAll: (handling) => moveAll(handling, "promote"),
  demoteAll: (handling) => moveAll(handling, "demote"),
  async channels(handling) {
    const names = await handling.depot.channels(handling.match.parts["origin"] ?? "")
    return json(
      200,
      names.map((name) => channelEntry(name, timesOf(handling, name))),
    )
  },
  async createChannel({ depot, match: { parts } }) {
    const made = await depot.createChannel(parts["origin"] ?? "", parts["channel"] ?? "")
    return made === "created" ? { status: 201 } : failure(409, "CHANNEL_EXISTS", "the channel is there already")
  },
  async removeChannel({ depot, match: { parts } }) {
    await depot.removeChannel(parts["origin"] ?? "", parts["channel"] ?? "")
    return { status: 200 }
  },
  async search({ depot, match: { parts, query } }) {
    const { idents } = await depot.search(parts["text"] ?? "", Number.POSITIVE_INFINITY)
    return page(query.get("range") ?? "", idents)
  },
  key: (handling) => giveKey(handling, revisionOf(handling.match.parts)),
  async latestKey(handling) {
    return giveKey(handling, (await handling.depot.keys(handling.match.parts["origin"] ?? "")).at(-1))
  },
  async keys({ depot, match: { parts } }) {
    const keys = await depot.keys(parts["origin"] ?? "")
    const location = ({ name, revision }: NamedRevision) => `/origins/${name}/keys/${revision}`
    return json(
      200,
      keys.map((key) => ({ origin: key.name, revision: key.revision, location: location(key) })),
    )
  },
  uploadKey: (handling) => takeKey(handling, "origin-public", 201),
  async encryptionKey({ depot, match: { parts } }) {
    const text = await depot.encryptionKey(parts["origin"] ?? "")
    return text === undefined
      ? failure(404, "KEY_NOT_FOUND", "this depot keeps no encryption keys")
      : { status: 200, body: text }
  },
  async secretKey({ depot, match: { parts } }) {
    const text = await depot.secretKey(parts["origin"] ?? "")
    if (text === undefined) return failure(404, "KEY_NOT_FOUND", "no such key")
    const name = keyFileName("origin-secret", parseKey("origin-secret", text, "the secret key of the depot"))
    return { status: 200, headers: { "x-filename": name }, body: text }
  },
  uploadSecretKey: (handling) => takeKey(handling, "origin-secret", 200),
  async createOrigin(handling) {
    const text = await handling.request.receiveText(KEY_BYTES_MAX)
    const { origin } = parseIdent(`${originIn(text)}/any`)
    authorize(handling, origin)
    if (await handling.depot.hasOrigin(origin)) return failure(409, "ORIGIN_EXISTS", `${origin} is there already`)
    await handling.depot.createOrigin(origin)
    return json(201, { name: origin, default_package_visibility: "public" })
  },
  async origin({ depot, match: { parts } }) {
    const name = parts["origin"] ?? ""
    const info = await depot.originInfo(name)
    // Clients of Builder cannot do without an owner.
    return info === undefined
      ? failure(404, "ORIGIN_NOT_FOUND", "no such origin")
      : json(200, { ...info, owner_id: "0", owner_account: "" })
  },
  async removeOrigin({ depot, match: { parts } }) {
    await depot.removeOrigin(parts["origin"] ?? "")
    return { status: 204 }
  },
}

async function giveKey({ depot }: Handling, revision: NamedRevision | undefined): Promise<TransferReply> {
  const text = revision === undefined ? undefined : await depot.key(revision)
  if (revision === undefined || text === undefined) return failure(404, "KEY_NOT_FOUND", "no such key")
  return { status: 200, headers: { "x-filename": keyFileName("origin-public", revision) }, body: text }
}

async function upload({
  context,
  directory,
  depot,
  request,
  match: { parts, query },
}: Handling): Promise<TransferReply> {
  const [ident, target] = [fullIdentOf(parts), targetOf(query)]
  const force = query.get("forced") === "true"
  const shelves = shelvesOf(directory)
  const exists = () => failure(409, "PACKAGE_EXISTS", "this release is there already")
  if (!force && context.files.stat(shelves.artifact(ident, target)) !== undefined) return exists()
  const path = `${shelves.incoming}/${Buffer.from(context.randomBytes(8)).toString("hex")}.upload`
  context.files.makeDirectories(shelves.incoming)
  try {
    const received = await request.receive(path, ARTIFACT_BYTES_MAX)
    if (received !== "received") throw uploadIncomplete(received)
    const checksum = query.get("checksum") ?? ""
    const done = await depot.upload({ path, ident, target, force, checksum, mayMove: true })
    return done === "exists" ? exists() : { status: 201 }
  } finally {
    context.files.removeTree(path)
  }
}

async function moveAll(
  { depot, match: { parts, query } }: Handling,
  verb: "promote" | "demote",
): Promise<TransferReply> {
  const channels = { from: parts["channel"] ?? "", to: query.get("channel") ?? "" }
  await depot.moveAll(verb, parts["origin"] ?? "", channels)
  return { status: 200 }
}

async function takeKey(
  { depot, request, match: { parts } }: Handling,
  kind: Parameters<Depot["uploadKey"]>[0],
  status: number,
): Promise<TransferReply> {
  const text = await request.receiveText(KEY_BYTES_MAX)
  if (text === undefined) throw uploadIncomplete("too-large")
  const done = await depot.uploadKey(kind, revisionOf(parts), text)
  return done === "exists" ? failure(409, "KEY_EXISTS", "this key is there already") : { status }
}

function revisionOf({ origin = "", revision = "" }: RouteMatch["parts"]): NamedRevision {
  const found = parseNamedRevision(`${origin}-${revision}`)
  if (found !== undefined && found.name === origin) return found
  throw new HabError("KEY_INVALID", `'${revision}' is no revision of a key`, { hint: "it has 14 digits" })
}

function originIn(text: string | undefined): string {
  try {
    return String((JSON.parse(text ?? "") as { name?: unknown }).name ?? "")
  } catch {
    return ""
  }
}

function noSpace(): HabError {
  return new HabError("DEPOT_FULL", "the disk of the depot has no room for it", {
    hint: "its operator makes room: hab pkg delete takes releases out",
  })
}

function uploadIncomplete(how: "too-large" | "cut-short" | "no-space"): HabError {
  if (how === "no-space") return noSpace()
  const why =
    how === "too-large" ? "it is larger than the depot takes" : "the connection ended before all of it was there"
  return new HabError("DEPOT_UPLOAD_INCOMPLETE", `the upload was refused: ${why}`, { hint: "upload it again" })
}

/** Removes what uploads that were cut short left behind. Only before the depot is served. */
export function sweepIncoming({ files }: Pick<DirectoryContext, "files">, directory: string): void {
  files.removeTree(shelvesOf(directory).incoming)
}
