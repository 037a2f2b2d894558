import { createHash } from "node:crypto"
import { isSystemError } from "../base/errors.ts"
import type { OnMoved } from "../base/transfer.ts"
import type { Downloader } from "../ports/downloader.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { HelperAnswer } from "./plan-shell.ts"

export type SourceRequest = Readonly<{
  url: string
  /** Where the plan wants the file, as a host path. */
  destination: string
  /** SHA-256 in lower-case hex; empty when the plan gives none. */
  sha256: string
  /** The operator's folder of sources, which may already hold the file. A host path. */
  sourceCache: string
  signal?: AbortSignal
  /** Told of each part of a download. */
  onMoved?: OnMoved
}>

type Context = Readonly<{ files: FileSystem; downloader: Downloader }>

/**
 * download_file (spec package §2.10): a file with the right checksum is taken from the build's folder or the operator's
 * cache and the network is not asked; otherwise it is fetched, and kept in the cache when its checksum is right. Without
 * a checksum it is fetched each time. The answer's text is for the user.
 */
export async function fetchSource(context: Context, request: SourceRequest): Promise<HelperAnswer> {
  const { files } = context
  const { destination, sha256, sourceCache } = request
  const name = destination.slice(destination.lastIndexOf("/") + 1)
  const cached = `${sourceCache}/${name}`
  if (sha256 !== "" && isRight(files, destination, sha256)) return ok(`Using the cached ${name}: its checksum is right`)
  if (cached !== destination && sha256 !== "" && isRight(files, cached, sha256)) {
    files.makeDirectories(destination.slice(0, destination.lastIndexOf("/")))
    files.copyFile(cached, destination)
    return ok(`Using ${cached}: its checksum is right`)
  }
  const failure = await fetchInto(context, request)
  if (failure !== undefined) return { status: 1, fields: [`${request.url} could not be downloaded: ${failure}`] }
  if (cached !== destination && sha256 !== "" && isRight(files, destination, sha256)) keep(files, destination, cached)
  return ok(`Downloaded ${name}`)
}

function ok(text: string): HelperAnswer {
  return { status: 0, fields: [text] }
}

/** Why it failed, or undefined. The file appears whole or not at all. */
async function fetchInto({ files, downloader }: Context, request: SourceRequest): Promise<string | undefined> {
  const unfinished = `${request.destination}.unfinished`
  files.removeTree(request.destination)
  files.makeDirectories(unfinished.slice(0, unfinished.lastIndexOf("/")))
  if (!URL.canParse(request.url)) return "this is not a URL"
  const { url, signal, onMoved } = request
  const options = { ...(signal === undefined ? {} : { signal }), ...(onMoved === undefined ? {} : { onMoved }) }
  const outcome = await downloader.download(url, unfinished, options)
  if (outcome.tag === "done") {
    files.rename(unfinished, request.destination)
    return undefined
  }
  files.removeTree(unfinished)
  const place = request.sourceCache
  return `${outcome.why}. Without a network, put the file into ${place} under the name the plan expects`
}

/** SHA-256 of a file in lower-case hex, or undefined when it is not there. */
export function sha256Of(files: Pick<FileSystem, "stat" | "readChunks">, path: string): string | undefined {
  if (files.stat(path)?.kind !== "file") return undefined
  const hash = createHash("sha256")
  for (const chunk of files.readChunks(path)) hash.update(chunk)
  return hash.digest("hex")
}

function isRight(files: FileSystem, path: string, sha256: string): boolean {
  return sha256Of(files, path) === sha256
}

/** The cache is a convenience: one that cannot be written to (another user's, a read-only disk) is no failure. */
function keep(files: FileSystem, from: string, cached: string): void {
  try {
    files.makeDirectories(cached.slice(0, cached.lastIndexOf("/")))
    files.copyFile(from, `${cached}.unfinished`)
    files.rename(`${cached}.unfinished`, cached)
  } catch (error) {
    if (!isSystemError(error, "EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC")) throw error
  }
}
