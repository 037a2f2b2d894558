import type { Host } from "../../ports/host.ts"
import type { HttpAddress, HttpReply, HttpRequest, HttpServer } from "../../ports/http-server.ts"
import type { Observer } from "../observer.ts"
import { answerHttp } from "./answer-http.ts"
import { createEventFeed, type EventFeed } from "./event-feed.ts"
import { eventOfHook, eventOfUpdate, eventsOfStep } from "./events.ts"
import type { GatewaySource } from "./http-routes.ts"
import { type ListenWords, listenFailure, readPem, type TlsFiles } from "./listen-failure.ts"
import { createMetrics, type Metrics } from "./metrics.ts"

/** Where the HTTP gateway listens, and the host paths of its PEM files. */
export type GatewayOptions = Readonly<{ address: HttpAddress; tls?: TlsFiles }>

const WORDS: ListenWords = {
  address: "GATEWAY_ADDRESS",
  addressHint: "give the HTTP gateway another address with --listen-http or HAB_LISTEN_HTTP, or run without it: -D",
  tls: "GATEWAY_TLS_INVALID",
  tlsHint: "--key takes a private key and --certs its certificate chain, both in PEM format",
}

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
  const material = tls === undefined ? {} : { tls: readPem(files, tls, "GATEWAY_TLS_INVALID") }
  try {
    return await http.listen({ address, ...material, answer })
  } catch (error) {
    throw listenFailure(error, { address, tls }, WORDS)
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
    onUpdate(held, news) {
      if (feed.isHeard()) feed.publish(eventOfUpdate(held, news, clock.now()))
    },
  }
}
