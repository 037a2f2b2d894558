/** An HTTP exchange over a Unix socket, reduced to what the control API needs: JSON in, JSON out (decisions I). */
export type ControlRequest = Readonly<{ method: string; path: string; body?: unknown }>
export type ControlReply = Readonly<{ status: number; body: unknown }>

export interface ControlServer {
  close(): Promise<void>
}

export interface ControlChannel {
  /** Serves `handler` on a new socket at `path` (mode 0600, in a directory of mode 0700); an old socket is replaced. */
  serve(path: string, handler: (request: ControlRequest) => Promise<ControlReply>): Promise<ControlServer>
  /** One exchange. Undefined when nobody listens at `path`. Rejects when the server breaks off or is too slow. */
  request(path: string, request: ControlRequest, timeoutMs: number): Promise<ControlReply | undefined>
}
