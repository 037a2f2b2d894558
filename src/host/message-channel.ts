import type { ChildProcess } from "node:child_process"
import type { MessageChannel } from "../ports/message-channel.ts"

type Handlers = { message: ((message: unknown) => void) | undefined; close: (() => void) | undefined }
type Peer = Pick<ChildProcess, "connected"> & {
  send?: (message: object, callback: (error: Error | null) => void) => boolean
  on(event: "message", listener: (message: unknown) => void): unknown
  on(event: "disconnect", listener: () => void): unknown
}

/** Our end of a child's channel; the child was started with `channel: true`. */
export function childChannel(child: ChildProcess): MessageChannel {
  return channelTo(child as Peer)
}

/** The channel to the process that started us. Undefined when it opened none. */
export function parentChannel(): MessageChannel | undefined {
  return process.send === undefined ? undefined : channelTo(process as Peer)
}

function channelTo(peer: Peer): MessageChannel {
  const waiting: unknown[] = []
  const handlers: Handlers = { message: undefined, close: undefined }
  let closed = false
  peer.on("message", (message) => {
    if (handlers.message === undefined) waiting.push(message)
    else handlers.message(message)
  })
  peer.on("disconnect", () => {
    closed = true
    handlers.close?.()
  })
  return {
    send(message) {
      // The callback takes the failure of a peer that went away meanwhile; its end is told by onClose.
      if (peer.connected) peer.send?.(message, () => undefined)
    },
    onMessage(handler) {
      handlers.message = handler
      for (const message of waiting.splice(0)) handler(message)
    },
    onClose(handler) {
      handlers.close = handler
      if (closed) handler()
    },
  }
}
