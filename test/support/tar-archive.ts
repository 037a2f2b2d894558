import { type TarMember, tarEnd, tarHeader, tarPadding } from "../../src/package/tar-writer.ts"

/** One member: a file with its content, or a path ending in `/`, or a link. */
export type Member = Readonly<
  { path: string; content?: string; typeFlag?: string } & Partial<
    Pick<TarMember, "mode" | "linkTarget" | "type" | "mtimeSeconds">
  >
>

/** An uncompressed archive of any members, well-behaved or not. */
export function tarArchive(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.map(tarMember), tarEnd()])
}

function tarMember({ path, content = "", typeFlag, ...more }: Member): Buffer {
  const type = more.type ?? (path.endsWith("/") ? "Directory" : "File")
  const mode = type === "Directory" ? 0o755 : 0o644
  const size = Buffer.byteLength(content)
  const header = Buffer.from(tarHeader({ path, mode, mtimeSeconds: 1_700_000_000, size, ...more, type }))
  if (typeFlag !== undefined) header.write(typeFlag, header.length - 512 + 156, "latin1")
  return Buffer.concat([fixChecksum(header), Buffer.from(content), tarPadding(size)])
}

/** Recomputes the checksum of a header (its last block) that was changed by hand. */
export function fixChecksum(header: Buffer): Buffer {
  const block = header.subarray(header.length - 512)
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return header
}
