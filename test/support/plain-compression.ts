import type { ArchiveCompression } from "../../src/ports/archive-compression.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"

/** Stands in for xz where only the tar inside matters: "compressed" content is the content itself. */
export function plainCompression(files: Pick<FileSystem, "readChunks">, chunkBytes = 10_000): ArchiveCompression {
  return {
    async compress({ produce, onBytes }) {
      await produce(async (bytes) => onBytes(bytes))
      return { tag: "finished" }
    },
    async decompress({ path, offset, admit, onBytes }) {
      await admit?.()
      const content = Buffer.concat([...files.readChunks(path)]).subarray(offset)
      for (let at = 0; at < content.length; at += chunkBytes) {
        if (onBytes(content.subarray(at, at + chunkBytes)) === "stop") return { tag: "stopped" }
      }
      return { tag: "finished" }
    },
  }
}
