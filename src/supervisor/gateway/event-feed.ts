import type { HttpListener } from "../../ports/http-server.ts"
import { type GatewayEvent, printEvent } from "./events.ts"

/** More clients than this are sent away. */
const CLIENTS_MAX = 64

/** The events of a supervisor, to whoever listens now. */
export type EventFeed = Readonly<{
  /** False while nobody listens: events need not be made. */
  isHeard(): boolean
  /** Never waits: a client that does not keep up misses events, and is told how many. */
  publish(event: GatewayEvent): void
  /** How to listen, or undefined when too many do. */
  admit(): ((listener: HttpListener) => () => void) | undefined
}>

type Client = { readonly listener: HttpListener; isSlow: boolean; skipped: number }

/** A feed nobody listens to yet. Nothing is kept: who comes later hears what happens later. */
export function createEventFeed(): EventFeed {
  const clients = new Set<Client>()
  let lastId = 0
  return {
    isHeard: () => clients.size > 0,
    publish(event) {
      lastId += 1
      const text = printEvent(lastId, event)
      for (const client of clients) deliver(client, text)
    },
    admit() {
      if (clients.size >= CLIENTS_MAX) return undefined
      return (listener) => {
        const client: Client = { listener, isSlow: false, skipped: 0 }
        clients.add(client)
        listener.onDrained(() => catchUp(client))
        listener.write(": connected\n\n")
        return () => void clients.delete(client)
      }
    },
  }
}

function deliver(client: Client, text: string): void {
  if (client.isSlow) client.skipped += 1
  else client.isSlow = !client.listener.write(text)
}

function catchUp(client: Client): void {
  const { skipped, listener } = client
  client.isSlow = false
  client.skipped = 0
  if (skipped > 0) client.isSlow = !listener.write(`event: skipped\ndata: [${skipped} events skipped]\n\n`)
}
