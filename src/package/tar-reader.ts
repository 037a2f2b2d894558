import { Buffer } from "node:buffer"
import { required } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import { type PaxFields, parseLongName, parsePaxFields } from "./tar-extensions.ts"
import { BLOCK_BYTES, readTarHeader, type TarHeader } from "./tar-header.ts"

/** Names and pax headers longer than this are no honest archive's. */
const META_BYTES_MAX = 1024 * 1024

/** One member as the archive describes it; nothing in it has been checked. */
export type TarEntry = Readonly<{
  path: string
  kind: "file" | "directory" | "symlink" | "hard link" | "other"
  /** tar's word for the kind: `FIFO`, `CharacterDevice` … */
  typeName: string
  mode: number
  mtimeSeconds: number
  size: number
  linkTarget: string
}>

/** Takes the content of one file: the bytes from one index up to another one. They are not kept after the call. */
export type TarSink = Readonly<{ data(bytes: Uint8Array, from: number, to: number): void; end(): void }>

/** What to do with a member: take its content, pass over it, or read no further. */
export type EntryDecision = TarSink | "skip" | "stop"

export type TarReader = Readonly<{
  /** Takes the next bytes, of any number. True while more is wanted. */
  write(chunk: Uint8Array): boolean
  /** Says that the archive ends here. Throws ARCHIVE_DAMAGED when it ends inside a member. */
  end(): void
}>

const KINDS: Readonly<Record<string, TarEntry["kind"]>> = {
  File: "file",
  OldFile: "file",
  ContiguousFile: "file",
  Directory: "directory",
  SymbolicLink: "symlink",
  Link: "hard link",
}

type Extension = "long name" | "long link" | "pax" | "global pax"

const EXTENSIONS: Readonly<Record<string, Extension>> = {
  NextFileHasLongPath: "long name",
  OldGnuLongPath: "long name",
  NextFileHasLongLinkpath: "long link",
  ExtendedHeader: "pax",
  OldExtendedHeader: "pax",
  GlobalExtendedHeader: "global pax",
}

const NOTHING = Buffer.alloc(0)
const NO_EXTENSION: PaxFields = {}
const IGNORE: TarSink = { data: () => undefined, end: () => undefined }

type State = {
  readonly where: string
  readonly onEntry: (entry: TarEntry) => EntryDecision
  phase: "reading" | "finished" | "stopped"
  /** The part of a header that has come so far. */
  pending: Buffer
  /** The content being read, with what fills up its last block. */
  body: { remaining: number; padding: number; sink: TarSink } | undefined
  /** What extension headers said about the member to come. */
  extension: PaxFields
  entries: number
}

/**
 * Reads a tar stream as it comes, entirely synchronously, and holds no more of it than one header. Understands ustar,
 * GNU long names and pax. `where` names the archive in messages. Throws ARCHIVE_DAMAGED.
 */
export function createTarReader(where: string, onEntry: (entry: TarEntry) => EntryDecision): TarReader {
  const state: State = {
    where,
    onEntry,
    phase: "reading",
    pending: NOTHING,
    body: undefined,
    extension: NO_EXTENSION,
    entries: 0,
  }
  return {
    write: (chunk) => write(state, asBuffer(chunk)),
    end: () => end(state),
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function write(state: State, chunk: Buffer): boolean {
  for (let at = 0; state.phase === "reading" && at < chunk.length; ) {
    at += state.body === undefined ? takeHeader(state, chunk, at) : takeBody(state, chunk, at)
  }
  return state.phase !== "stopped"
}

function end(state: State): void {
  if (state.phase === "stopped") return
  if (state.body !== undefined || state.pending.length > 0) throw damagedArchive(state.where, "it ends inside a member")
  if (state.entries === 0) throw damagedArchive(state.where, "it holds nothing")
}

/** Both takers return how many bytes of the chunk they used. */
function takeHeader(state: State, chunk: Buffer, at: number): number {
  const { pending } = state
  const length = Math.min(BLOCK_BYTES - pending.length, chunk.length - at)
  if (length === BLOCK_BYTES) {
    readHeader(state, chunk, at)
    return length
  }
  // A copy: the chunk's memory is not ours after the call.
  const block = Buffer.concat([pending, chunk.subarray(at, at + length)])
  state.pending = block.length === BLOCK_BYTES ? NOTHING : block
  if (block.length === BLOCK_BYTES) readHeader(state, block, 0)
  return length
}

function takeBody(state: State, chunk: Buffer, at: number): number {
  const body = required(state.body, "an open member")
  const content = Math.min(body.remaining, chunk.length - at)
  if (content > 0) body.sink.data(chunk, at, at + content)
  body.remaining -= content
  const padding = body.remaining > 0 ? 0 : Math.min(body.padding, chunk.length - at - content)
  body.padding -= padding
  closeWhenRead(state)
  return content + padding
}

function openBody(state: State, size: number, sink: TarSink): void {
  state.body = { remaining: size, padding: (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES, sink }
  closeWhenRead(state)
}

function closeWhenRead(state: State): void {
  const { body } = state
  if (body === undefined || body.remaining > 0 || body.padding > 0) return
  state.body = undefined
  body.sink.end()
}

function readHeader(state: State, bytes: Buffer, offset: number): void {
  const header = parseHeader(state, bytes, offset)
  if (header.isEmpty) {
    state.phase = "finished"
    return
  }
  if (!header.isIntact) throw damagedArchive(state.where, "a member's header has a wrong checksum")
  const extension = EXTENSIONS[header.type]
  if (extension !== undefined) return readExtension(state, extension, header.size ?? 0)
  const entry = describeEntry(header, state)
  state.extension = NO_EXTENSION
  state.entries++
  const decision = state.onEntry(entry)
  if (decision === "stop") state.phase = "stopped"
  else openBody(state, entry.size, decision === "skip" ? IGNORE : decision)
}

/** A number beyond what JavaScript counts exactly is thrown as a plain error. */
function parseHeader({ where }: State, bytes: Buffer, offset: number): TarHeader {
  try {
    return readTarHeader(bytes, offset)
  } catch {
    throw damagedArchive(where, "a member's header holds a number that cannot be")
  }
}

function readExtension(state: State, kind: Extension, size: number): void {
  if (size < 0 || size > META_BYTES_MAX) throw damagedArchive(state.where, `a ${kind} header has ${size} bytes`)
  const parts: Buffer[] = []
  openBody(state, size, {
    data: (bytes, from, to) => parts.push(Buffer.from(bytes.subarray(from, to))),
    end: () => {
      state.extension = { ...state.extension, ...extensionFields(state, kind, Buffer.concat(parts)) }
    },
  })
}

function extensionFields({ where }: State, kind: Extension, content: Buffer): PaxFields {
  if (kind === "long name") return { path: parseLongName(content) }
  if (kind === "long link") return { linkpath: parseLongName(content) }
  const fields = parsePaxFields(content, (why) => damagedArchive(where, why))
  if (kind === "pax") return fields
  if (fields.path === undefined && fields.linkpath === undefined && fields.size === undefined) return {}
  throw damagedArchive(where, "a global pax header changes names or sizes")
}

function describeEntry(header: TarHeader, { extension, where }: State): TarEntry {
  const { type } = header
  const path = extension.path ?? header.path
  const kind = path.endsWith("/") && KINDS[type] === "file" ? "directory" : (KINDS[type] ?? "other")
  const size = kind === "file" || kind === "other" ? (extension.size ?? header.size) : 0
  if (size === undefined || !Number.isSafeInteger(size) || size < 0)
    throw damagedArchive(where, `the size of '${path}' cannot be read`)
  return {
    path,
    kind,
    typeName: type,
    mode: header.mode & 0o7777,
    mtimeSeconds: extension.mtime ?? header.mtimeSeconds,
    size,
    linkTarget: extension.linkpath ?? header.linkpath,
  }
}

/** ARCHIVE_DAMAGED for an artifact whose content cannot be read to its end. */
export function damagedArchive(where: string, why: string): HabError {
  return new HabError("ARCHIVE_DAMAGED", `${where} is damaged: ${why}`, {
    hint: "the file is incomplete or was changed: build or download it again",
  })
}
