import fs from "node:fs"
import { Socket } from "node:net"

const UNREAD_BYTES_MAX = 64 * 1024

/** The writing end of a command's standard input. */
export type InputPipe = Readonly<{
  /** All of it or nothing: false when the command left too much unread, or the pipe is closed. */
  write(bytes: Uint8Array): boolean
  /** The command reads what was written, then the end. */
  close(): void
}>

/** Opens the FIFO both ways, so that neither side waits for the other to open it. */
export function openInputPipe(file: string): InputPipe {
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.on("error", () => socket.destroy())
  socket.unref()
  return {
    write(bytes) {
      if (!socket.writable || socket.writableLength + bytes.length > UNREAD_BYTES_MAX) return false
      socket.write(Uint8Array.from(bytes))
      return true
    },
    close: () => void socket.end(),
  }
}
