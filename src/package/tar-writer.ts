import { Buffer } from "node:buffer"
import { Header } from "tar/header"
import { Pax } from "tar/pax"

const BLOCK_BYTES = 512
/** The largest size a header can hold in octal; beyond it the size is in a pax record too. */
const SIZE_MAX = 0o77777777777

/** What an archive says about one member. Everything belongs to user and group 0. */
export type TarMember = Readonly<{
  /** Relative, with a final slash for directories. */
  path: string
  type: "File" | "Directory" | "SymbolicLink" | "Link"
  mode: number
  mtimeSeconds: number
  /** Bytes that follow; 0 for all but files. */
  size: number
  /** Where a link points. */
  linkTarget?: string
}>

/** The blocks in front of a member's content: its ustar header, after a pax header when that cannot say everything. */
export function tarHeader(member: TarMember): Uint8Array {
  const link = member.linkTarget === undefined ? {} : { linkpath: member.linkTarget }
  const header = new Header({
    path: member.path,
    mode: member.mode,
    uid: 0,
    gid: 0,
    size: member.size,
    mtime: new Date(member.mtimeSeconds * 1000),
    type: member.type,
    ...link,
  })
  const block = Buffer.alloc(BLOCK_BYTES)
  if (!header.encode(block)) return block
  const size = member.size > SIZE_MAX ? { size: member.size } : {}
  return Buffer.concat([new Pax({ path: member.path, ...link, ...size }).encode(), block])
}

/** The zeros that fill up a member's last block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES)
}

/** The two empty blocks at the end of an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK_BYTES)
}
