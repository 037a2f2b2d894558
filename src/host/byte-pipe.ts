import { Buffer } from "node:buffer"
import { once } from "node:events"
import fs from "node:fs"
import net from "node:net"
import os from "node:os"
import path from "node:path"

const BUFFER_BYTES = 64 * 1024
/** Node cuts longer names of sockets short, and makes another file (sun_path of unix(7)). */
const ADDRESS_BYTES_MAX = 107

export type BytePipe = Readonly<{
  /** For a process to print into; ours is to be destroyed then. */
  writer: net.Socket
  /** Paused. Ends when the last who has the writer is gone. */
  reader: net.Socket
}>

/**
 * A pipe that is read into one buffer again and again: `onBytes` gets a part of it, which is not to be kept. A child's own
 * stdout takes twice the time, because Node makes a new buffer for every few kilobytes. Undefined where there is no place
 * for a socket: its folder is nobody else's, and gone when the ends have met.
 */
export async function openBytePipe(onBytes: (bytes: Uint8Array) => void): Promise<BytePipe | undefined> {
  const folder = privateFolder()
  if (folder === undefined) return undefined
  const server = net.createServer({ pauseOnConnect: true })
  const address = path.join(folder, "pipe")
  try {
    if (Buffer.byteLength(address) > ADDRESS_BYTES_MAX) return undefined
    server.listen(address)
    await once(server, "listening")
    const callback = (length: number, buffer: Uint8Array) => {
      onBytes(buffer.subarray(0, length))
      return true
    }
    const reader = net.connect({ path: address, onread: { buffer: Buffer.allocUnsafe(BUFFER_BYTES), callback } })
    reader.pause()
    const [[writer]] = await Promise.all([once(server, "connection"), once(reader, "connect")])
    return { writer, reader }
  } catch {
    return undefined
  } finally {
    server.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function privateFolder(): string | undefined {
  try {
    return fs.mkdtempSync(path.join(os.tmpdir(), "hab-pipe-"))
  } catch {
    return undefined
  }
}
