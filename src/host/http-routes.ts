import { X509Certificate } from "node:crypto"
import http from "node:http"
import https from "node:https"
import tls, { type ConnectionOptions } from "node:tls"
import type { ClientTls } from "../ports/http-client.ts"
import { proxyOf, throughProxy, tunnelThrough } from "./http-proxy.ts"

type Env = Readonly<Record<string, string | undefined>>

/** What `http.request` needs to know beside the URL, and who stands between, for messages. */
export type Route = Readonly<{ options: http.RequestOptions & Readonly<{ agent: http.Agent }>; proxy?: string }>

/**
 * Finds the way to a URL; `proxied`: through the proxy that the environment names for it. Throws what is wrong with that
 * proxy's address.
 */
export type FindRoute = (url: URL, given: ClientTls | undefined, proxied: boolean) => Route

const KEEP = { keepAlive: true, timeout: 60_000 } as const

/** Ways to servers, with a pool of connections for each kind. The same `ClientTls` object shares one. */
export function createRoutes(env: Env): FindRoute {
  const pools = new Map<ClientTls | undefined, Map<string, http.Agent>>()
  return (url, given, proxied) => {
    const proxy = proxied ? proxyOf(url, env) : undefined
    if (proxy instanceof Error) throw proxy
    const secure = url.protocol === "https:"
    const own = pools.get(given) ?? new Map<string, http.Agent>()
    pools.set(given, own)
    const name = `${url.protocol} ${secure ? (proxy?.href ?? "") : ""}`
    const agent = own.get(name) ?? (secure ? secureAgent(given, proxy) : new http.Agent(KEEP))
    own.set(name, agent)
    if (proxy === undefined || secure) return { options: { agent } }
    return { options: { ...throughProxy(url, proxy), agent }, proxy: proxy.host }
  }
}

function secureAgent(given: ClientTls | undefined, proxy: URL | undefined): https.Agent {
  const agent = new https.Agent({ ...KEEP, ...connectionOptions(given) })
  return proxy === undefined ? agent : Object.assign(agent, { createConnection: tunnelThrough(proxy) })
}

function connectionOptions(given: ClientTls = {}): ConnectionOptions {
  const { authorities, alsoTrusted, certificate, key, serverName, unverified } = given
  const ca =
    authorities ?? (alsoTrusted === undefined ? undefined : [...tls.rootCertificates, ...readable(alsoTrusted)])
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(unverified === true ? { rejectUnauthorized: false } : {}),
  }
}

/** One certificate that cannot be read would make all the others useless. */
function readable(texts: string): string[] {
  const blocks = texts.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  return blocks.filter((block) => {
    try {
      return new X509Certificate(block).serialNumber !== ""
    } catch {
      return false
    }
  })
}
