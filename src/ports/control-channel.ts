import type { ClientTls } from "./http-client.ts"
import type { HttpAddress, TlsMaterial } from "./http-server.ts"

/** An HTTP exchange reduced to what the control API needs: JSON in, JSON out (decisions I). */
export type ControlRequest = Readonly<{ method: string; path: string; body?: unknown }>
/** `allow`: the methods a path is for, of a request that had another. */
export type ControlReply = Readonly<{ status: number; body: unknown; allow?: readonly string[] }>
export type ControlHandler = (request: ControlRequest) => Promise<ControlReply>

export interface ControlServer {
  /** Answers what was asked, for a second at most. */
  close(): Promise<void>
}

/** `admit` sees the `authorization` header before anything else is read; what it returns is the answer. */
export type ControlDoor = Readonly<{
  address: HttpAddress
  tls?: TlsMaterial
  admit: (authorization: string | undefined) => ControlReply | undefined
}>

/** A supervisor that is reached over TCP. */
export type RemoteControl = Readonly<{ url: string; authorization: string; tls?: ClientTls }>

/** `sent` is false when the other side certainly never saw the request. */
export type RemoteReply = ControlReply | Readonly<{ failed: string; sent: boolean }>

export interface ControlChannel {
  /** Serves `handler` on a new socket at `path` (mode 0600, in a directory of mode 0700); an old socket is replaced. */
  serve(path: string, handler: ControlHandler): Promise<ControlServer>
  /**
   * Serves `handler` over TCP to those who are admitted. Rejects with a system error when the address cannot be had, with
   * another error when the TLS material is no good.
   */
  serveRemote(door: ControlDoor, handler: ControlHandler): Promise<ControlServer & Readonly<{ address: HttpAddress }>>
  /**
   * One exchange. Undefined when nobody listens at `path`, or only somebody who is leaving. A GET that the server breaks
   * off is as if nobody listened. Throws SUPERVISOR_SILENT when it breaks off another request, or is too slow.
   */
  request(path: string, request: ControlRequest, timeoutMs: number): Promise<ControlReply | undefined>
  /** One exchange over TCP. Never rejects. */
  requestRemote(remote: RemoteControl, request: ControlRequest, timeoutMs: number): Promise<RemoteReply>
}
