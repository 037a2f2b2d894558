import { describeSystemError } from "../../base/describe-system-error.ts"
import { HabError, isSystemError } from "../../base/errors.ts"
import type { Host } from "../../ports/host.ts"
import type { HttpAddress, HttpReply, HttpRequest, HttpServer, TlsMaterial } from "../../ports/http-server.ts"
import type { Observer } from "../observer.ts"
import { answerHttp } from "./answer-http.ts"
import { createEventFeed, type EventFeed } from "./event-feed.ts"
import { eventOfHook, eventsOfStep } from "./events.ts"
import type { GatewaySource } from "./http-routes.ts"
import { printListenAddress } from "./listen-address.ts"
import { createMetrics, type Metrics } from "./metrics.ts"

/** Where the HTTP gateway listens, and the host paths of its PEM files. */
export type GatewayOptions = Readonly<{
  address: HttpAddress
  tls?: Readonly<{ key: string; certificates: string; authorities?: string }>
}>

type GatewayHost = Pick<Host, "http" | "files" | "clock" | "env">

/** A gateway that listens; until it is given something to show it answers 503. */
export type Gateway = Readonly<{
  /** With the port that was taken when 0 was asked for. */
  address: HttpAddress
  metrics: Metrics
  feed: EventFeed
  /** Watches services for events and metrics. */
  observer: Observer
  show(source: GatewaySource): void
  close(): Promise<void>
}>

/**
 * Opens the HTTP gateway. Throws GATEWAY_ADDRESS when its address cannot be had, GATEWAY_TLS_INVALID for PEM files that
 * cannot be used. `onBug` is told of what should not be thrown; the client gets status 500.
 */
export async function openGateway(
  host: GatewayHost,
  options: GatewayOptions,
  onBug: (error: unknown) => void,
): Promise<Gateway> {
  const metrics = createMetrics()
  const feed = createEventFeed()
  const token = host.env["HAB_SUP_GATEWAY_AUTH_TOKEN"] || undefined
  let shown: GatewaySource | undefined
  const answer = (request: HttpRequest): HttpReply => {
    if (shown === undefined) return { tag: "text", status: 503, headers: { "retry-after": "1" } }
    const startedMs = host.clock.monotonicMs()
    try {
      const { route, reply } = answerHttp(shown, token, request)
      metrics.count("hab_sup_http_gateway_requests_total", route)
      const tookMs = host.clock.monotonicMs() - startedMs
      metrics.observe("hab_sup_http_gateway_request_duration_seconds", route, tookMs)
      return reply
    } catch (error) {
      onBug(error)
      return { tag: "text", status: 500 }
    }
  }
  const server = await listen(host, options, answer)
  return {
    address: server.address,
    metrics,
    feed,
    observer: watch(host, metrics, feed),
    show: (source) => {
      shown = source
    },
    close: server.close,
  }
}

async function listen(
  { http, files }: GatewayHost,
  { address, tls }: GatewayOptions,
  answer: (request: HttpRequest) => HttpReply,
): Promise<HttpServer> {
  const material = tls === undefined ? {} : { tls: readPem(files, tls) }
  try {
    return await http.listen({ address, ...material, answer })
  } catch (error) {
    if (isListenError(error)) throw addressRefused(address, error)
    if (tls === undefined || !(error instanceof Error)) throw error
    throw new HabError("GATEWAY_TLS_INVALID", `${tls.key} and ${tls.certificates} cannot be used: ${error.message}`, {
      hint: "--key takes a private key and --certs its certificate chain, both in PEM format",
      cause: error,
    })
  }
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return isSystemError(error) && ["listen", "bind", "getaddrinfo"].includes(error.syscall ?? "")
}

function addressRefused(address: HttpAddress, error: NodeJS.ErrnoException): HabError {
  const why = error.code === "EADDRINUSE" ? "another program listens there" : describeSystemError(error)
  return new HabError("GATEWAY_ADDRESS", `Unable to bind to address ${printListenAddress(address)}: ${why}`, {
    hint: "give the HTTP gateway another address with --listen-http or HAB_LISTEN_HTTP, or run without it: -D",
    cause: error,
  })
}

function readPem(files: GatewayHost["files"], tls: NonNullable<GatewayOptions["tls"]>): TlsMaterial {
  const read = (path: string) => {
    try {
      return files.readText(path)
    } catch (error) {
      if (!isSystemError(error)) throw error
      throw new HabError("GATEWAY_TLS_INVALID", describeSystemError(error), { cause: error })
    }
  }
  const { key, certificates, authorities } = tls
  return {
    key: read(key),
    certificates: read(certificates),
    ...(authorities === undefined ? {} : { authorities: read(authorities) }),
  }
}

function watch({ clock }: GatewayHost, metrics: Metrics, feed: EventFeed): Observer {
  return {
    onStep(held, step) {
      metrics.observe("hab_sup_run_loop_duration_seconds", "service", step.tookMs)
      if (!feed.isHeard()) return
      for (const event of eventsOfStep(held, step, clock.now())) feed.publish(event)
    },
    onHook(held, report) {
      metrics.observe("hab_sup_hook_duration_seconds", report.hook, report.elapsedMs)
      if (feed.isHeard()) feed.publish(eventOfHook(held, report, clock.now()))
    },
  }
}
