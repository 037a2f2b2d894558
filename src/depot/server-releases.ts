import type { FullIdent } from "../package/ident.ts"
import { latestOf } from "../package/order.ts"
import type { TransferReply } from "../ports/transfer-server.ts"
import { EVERYTHING_CHANNEL } from "./depot.ts"
import { printIdent, printRecord } from "./record.ts"
import { fullIdentOf, type Handling, shelfOf, targetOf, wishOf } from "./server-handling.ts"
import { failure, JSON_TYPE, json, page } from "./server-replies.ts"
import { releasesIn, shelvesOf } from "./shelves.ts"

function releasesAsked(handling: Handling): FullIdent[] {
  const { context, directory, match } = handling
  return releasesIn(context.files, shelvesOf(directory), match.parts, shelfOf(handling))
}

/** The releases that a path names, page by page. */
export async function listReleases(handling: Handling): Promise<TransferReply> {
  return page(handling.match.query.get("range") ?? "", releasesAsked(handling))
}

/** Of each package the latest release that is in a channel. */
export async function listLatest(handling: Handling): Promise<TransferReply> {
  const releases = releasesAsked(handling)
  const names = [...new Set(releases.map(({ name }) => name))]
  const latest = names.flatMap(
    (name) =>
      latestOf(
        releases.filter((one) => one.name === name),
        (ident) => ident,
      ) ?? [],
  )
  return json(200, { ...shelfOf(handling), data: latest.map(printIdent) })
}

/** The release that a path names, or the latest one that answers it. */
export async function describePackage(handling: Handling): Promise<TransferReply> {
  const { depot, match } = handling
  const found = await depot.find(wishOf(match.parts), shelfOf(handling))
  if (found === undefined) return failure(404, "PACKAGE_NOT_FOUND", "no such package in this channel")
  return { status: 200, headers: JSON_TYPE, body: printRecord(found) }
}

/** Since when a channel is, and the release that was asked about is in it, as far as its files tell. */
export function timesOf({ context: { files }, directory, match: { parts, query } }: Handling, channel: string) {
  const shelves = shelvesOf(directory)
  const secondsOf = (path: string) => files.stat(path)?.mtimeSeconds ?? 0
  const created = secondsOf(shelves.channel(parts["origin"] ?? "", channel))
  if (parts["release"] === undefined) return { created, promoted: created }
  const [ident, target] = [fullIdentOf(parts), targetOf(query)]
  const isMarked = channel !== EVERYTHING_CHANNEL
  const promoted = secondsOf(isMarked ? shelves.mark(ident, target, channel) : shelves.artifact(ident, target))
  return { created: Math.min(created, promoted), promoted }
}
