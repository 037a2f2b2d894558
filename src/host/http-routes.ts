import http from "node:http"
import https from "node:https"
import tls, { type ConnectionOptions } from "node:tls"
import type { ClientTls } from "../ports/http-client.ts"

type Env = Readonly<Record<string, string | undefined>>

/** What `http.request` needs to know beside the URL. */
export type Route = http.RequestOptions & Readonly<{ agent: http.Agent }>

/** Finds the way to a URL; `proxied`: through the proxy that the environment names for it. */
export type FindRoute = (url: URL, given: ClientTls | undefined, proxied: boolean) => Route

const KEEP = { keepAlive: true, timeout: 60_000 } as const

/** Ways to servers, with a pool of connections for each kind. The same `ClientTls` object shares one. */
export function createRoutes(env: Env): FindRoute {
  const pools = new Map<ClientTls | undefined, Map<string, http.Agent>>()
  return (url, given, proxied) => {
    const proxy = proxied ? proxyOf(url, env) : undefined
    const secure = url.protocol === "https:"
    const own = pools.get(given) ?? new Map<string, http.Agent>()
    pools.set(given, own)
    const name = `${url.protocol} ${secure ? (proxy?.href ?? "") : ""}`
    const agent = own.get(name) ?? (secure ? secureAgent(given, proxy) : new http.Agent(KEEP))
    own.set(name, agent)
    return { ...(proxy === undefined || secure ? {} : throughProxy(url, proxy)), agent }
  }
}

function secureAgent(given: ClientTls | undefined, proxy: URL | undefined): https.Agent {
  const agent = new https.Agent({ ...KEEP, ...connectionOptions(given) })
  return proxy === undefined ? agent : Object.assign(agent, { createConnection: tunnelThrough(proxy) })
}

function connectionOptions(given: ClientTls = {}): ConnectionOptions {
  const { authorities, alsoTrusted, certificate, key, serverName, unverified } = given
  const ca = authorities ?? (alsoTrusted === undefined ? undefined : [...tls.rootCertificates, alsoTrusted])
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(unverified === true ? { rejectUnauthorized: false } : {}),
  }
}

/** A proxy takes the whole URL of what is not encrypted. */
function throughProxy(url: URL, proxy: URL): http.RequestOptions {
  return {
    hostname: proxy.hostname,
    port: proxy.port || 80,
    path: url.href,
    headers: { host: url.host, ...proxyCredentials(proxy) },
  }
}

/** What is encrypted goes through a tunnel (Node's own agents know proxies from 24 on). */
function tunnelThrough(proxy: URL) {
  return (
    options: ConnectionOptions & Readonly<{ host: string; port: number }>,
    done: (error: Error | null, socket?: tls.TLSSocket) => void,
  ) => {
    const target = `${options.host}:${options.port}`
    const { hostname, port } = proxy
    const headers = { host: target, ...proxyCredentials(proxy) }
    const asking = http.request({ hostname, port: port || 80, method: "CONNECT", path: target, headers })
    asking.once("error", (error) => done(new Error(`the proxy ${proxy.host}: ${error.message}`)))
    asking.once("connect", (reply, socket) => {
      if (reply.statusCode === 200) return done(null, tls.connect({ ...options, socket }))
      socket.destroy()
      done(new Error(`the proxy ${proxy.host} answered ${reply.statusCode} for ${target}`))
    })
    asking.end()
  }
}

function proxyCredentials({ username, password }: URL): Record<string, string> {
  if (username === "") return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` }
}

/** The proxy for a URL by http_proxy, https_proxy and no_proxy; in upper case too. */
export function proxyOf(url: URL, env: Env): URL | undefined {
  const of = (name: string) => env[name] || env[name.toUpperCase()]
  const given = of(`${url.protocol.slice(0, -1)}_proxy`)
  if (given === undefined || given === "" || isExempt(url, of("no_proxy") ?? "")) return undefined
  const address = given.includes("://") ? given : `http://${given}`
  return URL.canParse(address) ? new URL(address) : undefined
}

function isExempt({ hostname, port, protocol }: URL, exempt: string): boolean {
  const actual = port || (protocol === "https:" ? "443" : "80")
  return exempt.split(/[\s,]+/).some((entry) => {
    const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (entry === "*") return true
    if (name === "" || (only !== undefined && only !== actual)) return false
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}
