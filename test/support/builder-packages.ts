import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { onTestFinished } from "vitest"
import { hashFile } from "../../src/crypto/hash.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { readArchive } from "../../src/package/archive.ts"
import { archiveName, type FullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { channelsOf, describe } from "./builder-channels.ts"
import {
  file,
  isKnown,
  json,
  keyOf,
  NAIVE_TIME,
  page,
  type Reply,
  type Request,
  type State,
  type Stored,
  status,
} from "./builder-replies.ts"

/** Releases: looking for them, giving, taking and removing them. */
export async function packages(state: State, request: Request): Promise<Reply> {
  const { parts, query, incoming } = request
  const [origin = "", name = "", version = "", release = "", what] = parts
  const target = query.get("target") ?? "x86_64-linux"
  if (origin === "search") {
    const words = decodeURIComponent(name).replace(/\/+$/, "").split("/")
    const names = new Map([...state.packages.values()].map(({ ident }) => [`${ident.origin}/${ident.name}`, ident]))
    const found = [...names].filter(([text]) => words.every((word) => text.includes(word)))
    const idents = found.map(([, { origin: of, name: is }]) => ({ origin: of, name: is, version: null, release: null }))
    return page(query, idents)
  }
  const ident = { origin, name, version, release }
  const stored = state.packages.get(keyOf(ident, target))
  if (what === "channels") {
    const list = channelsOf(state, ident, target)
    return json(list.map((one) => ({ name: one, created_at: NAIVE_TIME, promoted_at: NAIVE_TIME })))
  }
  if (what === "download") return download(state, request, stored)
  if (incoming.method === "POST") return upload(state, request, ident)
  if (incoming.method !== "DELETE") return stored === undefined ? status(404) : json(describe(state, stored))
  if (stored === undefined) return status(404)
  if (channelsOf(state, ident, target).includes("stable")) {
    return status(422, `Deleting package in stable channel not allowed '${stringifyIdent(ident)}'`)
  }
  for (const shelf of state.channels.values()) shelf.delete(keyOf(ident, target))
  state.packages.delete(keyOf(ident, target))
  return status(204)
}

function download(state: State, request: Request, stored: Stored | undefined): Reply {
  if (stored === undefined) return status(404)
  const { ident, target, bytes } = stored
  if (channelsOf(state, ident, target).some((channel) => state.restricted.has(channel))) {
    return isKnown(request) ? status(403, "No valid license key found.") : status(401, "Authentication required.")
  }
  if (!state.elsewhere.downloads) return file(archiveName(ident, target), bytes)
  // `localhost` is another server than `127.0.0.1`: what is for the one is not for the other.
  const port = (request.incoming.socket.address() as AddressInfo).port
  const location = `http://localhost:${port}/v1/elsewhere/${encodeURIComponent(keyOf(ident, target))}`
  return { status: 307, headers: { location } }
}

/** A store of files refuses credentials that are not its own. */
export function elsewhere(state: State, { parts, incoming }: Request): Reply {
  if (incoming.headers.authorization !== undefined) return status(400)
  const stored = state.packages.get(decodeURIComponent(parts[1] ?? ""))
  return stored === undefined ? status(404) : { status: 200, body: stored.bytes }
}

async function upload(state: State, { query, body }: Request, ident: FullIdent): Promise<Reply> {
  if (!state.origins.has(ident.origin)) return status(403)
  const said = query.get("target") ?? "x86_64-linux"
  const isForced = query.get("forced") === "true"
  const before = state.packages.get(keyOf(ident, said))
  if (before !== undefined && !isForced) return status(409)
  const hart = path.join(mkdtempSync(path.join(os.tmpdir(), "hab-builder-")), "upload")
  writeFileSync(hart, body)
  onTestFinished(() => systemFiles.removeTree(path.dirname(hart)))
  const context = { files: systemFiles, compression: systemCompression() }
  const { metadata } = await readArchive(context, hart, ["IDENT", "TARGET", "TDEPS"])
  const { target, tdeps } = metadata
  if (target.startsWith("aarch64-")) return status(501)
  const checksum = await hashFile(context, hart)
  if (query.get("checksum") !== checksum) return status(422, "ds:up:3")
  if (before !== undefined && before.checksum !== checksum) return status(422, "ds:up:4")
  if (stringifyIdent(metadata.ident) !== stringifyIdent(ident)) return status(422, "ds:up:6")
  state.packages.set(keyOf(ident, target), { ident, target, checksum, tdeps, bytes: readFileSync(hart) })
  state.channel(ident.origin, "unstable").add(keyOf(ident, target))
  return { status: 201, headers: { location: "/" }, body: `/pkgs/${stringifyIdent(ident)}/download` }
}
