import { Buffer } from "node:buffer"
import { Header } from "tar/header"

export const BLOCK_BYTES = 512

/** What a header block says about its member, before extension headers are applied; nothing in it has been checked. */
export type TarHeader = Readonly<{
  /** The block is all zeros: the archive ends here. */
  isEmpty: boolean
  /** Its checksum is right. */
  isIntact: boolean
  /** tar's word for the kind: `File`, `SymbolicLink` … */
  type: string
  path: string
  linkpath: string
  mode: number
  mtimeSeconds: number
  /** Undefined when it cannot be read. */
  size: number | undefined
}>

/** Where the fields of a ustar header are (POSIX pax, "ustar Interchange Format"). */
const FIELDS = {
  path: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  linkpath: [157, 100],
  prefix: [345, 130],
} as const
const TYPE_AT = 156
/** Beyond a prefix of 130 bytes others keep other fields. */
const LONG_PREFIX_AT = 475
const MAGIC_AT = 257
const MAGIC = Buffer.from("ustar\u000000")

/** The kinds nearly all members have; the old code of a file is a zero. */
const PLAIN_TYPES: Readonly<Record<number, string>> = {
  0: "File",
  48: "File",
  49: "Link",
  50: "SymbolicLink",
  53: "Directory",
}

/**
 * Reads the header at an offset of a buffer. Plain headers, which nearly all are, take a microsecond here; the tar
 * library, which takes ten, reads the others: large numbers, extensions, devices. Throws a plain error for a number beyond
 * what JavaScript counts exactly.
 */
export function readTarHeader(bytes: Buffer, offset = 0): TarHeader {
  return plainHeader(bytes, offset) ?? anyHeader(bytes, offset)
}

function plainHeader(bytes: Buffer, offset: number): TarHeader | undefined {
  const type = PLAIN_TYPES[bytes[offset + TYPE_AT] ?? -1]
  if (type === undefined || bytes[offset + LONG_PREFIX_AT] !== 0) return undefined
  const mode = octal(bytes, offset, FIELDS.mode)
  const size = octal(bytes, offset, FIELDS.size)
  const mtimeSeconds = octal(bytes, offset, FIELDS.mtime)
  const checksum = octal(bytes, offset, FIELDS.checksum)
  if (mode === undefined || size === undefined || mtimeSeconds === undefined || checksum === undefined) return undefined
  const path = pathIn(bytes, offset)
  const isDirectory = type === "Directory" || (type === "File" && path.endsWith("/"))
  return {
    isEmpty: false,
    isIntact: sumOf(bytes, offset) === checksum,
    type: isDirectory ? "Directory" : type,
    path,
    linkpath: text(bytes, offset, FIELDS.linkpath),
    mode,
    mtimeSeconds,
    size: isDirectory ? 0 : size,
  }
}

function pathIn(bytes: Buffer, offset: number): string {
  const name = text(bytes, offset, FIELDS.path)
  const hasPrefix =
    bytes[offset + FIELDS.prefix[0]] !== 0 &&
    bytes.compare(MAGIC, 0, MAGIC.length, offset + MAGIC_AT, offset + MAGIC_AT + MAGIC.length) === 0
  return hasPrefix ? `${text(bytes, offset, FIELDS.prefix)}/${name}` : name
}

type Field = readonly [at: number, length: number]

/** Octal digits between blanks; undefined for anything else. */
function octal(bytes: Buffer, offset: number, [at, length]: Field): number | undefined {
  let index = offset + at
  const end = index + length
  while (index < end && bytes[index] === 32) index++
  const first = index
  let value = 0
  for (; index < end; index++) {
    const digit = (bytes[index] ?? 0) - 48
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  if (index === first) return undefined
  const after = bytes[index]
  return index === end || after === 0 || after === 32 ? value : undefined
}

/** A text up to its first zero byte. */
function text(bytes: Buffer, offset: number, [at, length]: Field): string {
  const start = offset + at
  if (bytes[start] === 0) return ""
  const end = bytes.indexOf(0, start)
  return bytes.toString("utf8", start, end < 0 ? start + length : Math.min(end, start + length))
}

const EVERY_OTHER_BYTE = 0x00ff00ff

/** The sum of the header's bytes, those of the checksum itself taken as blanks: four at a time, in two sums of 16 bits each. */
function sumOf(bytes: Buffer, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, BLOCK_BYTES)
  let even = 0
  let odd = 0
  for (let index = 0; index < BLOCK_BYTES; index += 4) {
    const four = view.getInt32(index, true)
    even += four & EVERY_OTHER_BYTE
    odd += (four >>> 8) & EVERY_OTHER_BYTE
  }
  const [at, length] = FIELDS.checksum
  let sum = (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16)
  for (let index = at; index < at + length; index++) sum += 32 - view.getUint8(index)
  return sum
}

function anyHeader(bytes: Buffer, offset: number): TarHeader {
  const { nullBlock, cksumValid, type, path, linkpath, mode, mtime, size } = new Header(bytes, offset)
  return {
    isEmpty: nullBlock,
    isIntact: cksumValid,
    type: String(type),
    path: path ?? "",
    linkpath: linkpath ?? "",
    mode: mode ?? 0,
    mtimeSeconds: Math.floor((mtime?.getTime() ?? 0) / 1000),
    size,
  }
}
