import type { FileSystem } from "../ports/file-system.ts"
import { loadSodium } from "./sodium.ts"

const DIGEST_BYTES = 32
/** Files of up to so many bytes are read in one piece: in a tree of many, room for large parts would cost most of the time. */
const SMALL_BYTES = 64 * 1024

/** A hash being computed over parts. `digest` ends it: 64 lower-case hex characters. */
export type Hasher = Readonly<{ update(bytes: Uint8Array): void; digest(): string }>

/**
 * BLAKE2b, unkeyed, with a digest length of 32 as its parameter; not a shortened BLAKE2b-512, which is another value
 * (spec package §4.1).
 */
export async function createHasher(): Promise<Hasher> {
  const sodium = await loadSodium()
  const state = sodium.crypto_generichash_init(null, DIGEST_BYTES)
  return {
    update: (bytes) => sodium.crypto_generichash_update(state, bytes),
    digest: () => sodium.crypto_generichash_final(state, DIGEST_BYTES, "hex"),
  }
}

/** BLAKE2b-256 of bytes or of a text's UTF-8 form, in lower-case hex. */
export async function hashBytes(content: Uint8Array | string): Promise<string> {
  const sodium = await loadSodium()
  return sodium.crypto_generichash(DIGEST_BYTES, content, null, "hex")
}

/** BLAKE2b-256 of a whole file in lower-case hex, as `hab pkg hash` prints it. Memory does not grow with the file. */
export async function hashFile(
  { files }: Readonly<{ files: Pick<FileSystem, "readChunks" | "readFile" | "stat"> }>,
  path: string,
): Promise<string> {
  const stat = files.stat(path)
  if (stat?.kind === "file" && stat.size <= SMALL_BYTES) return hashBytes(files.readFile(path))
  const hasher = await createHasher()
  for (const chunk of files.readChunks(path)) hasher.update(chunk)
  return hasher.digest()
}
