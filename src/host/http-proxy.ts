import http from "node:http"
import { BlockList, isIP } from "node:net"
import tls, { type ConnectionOptions } from "node:tls"
import { reasonOf } from "./http-exchange.ts"

type Env = Readonly<Record<string, string | undefined>>

type Connect = (
  options: ConnectionOptions & Readonly<{ host: string; port: number }>,
  done: (error: Error | null, socket?: tls.TLSSocket) => void,
) => void

/**
 * The proxy for a URL by http_proxy, https_proxy and no_proxy; in upper case too. An error when what they name is none we
 * can speak to.
 */
export function proxyOf(url: URL, env: Env): URL | Error | undefined {
  const named = (lower: string) => [lower, lower.toUpperCase()].find((name) => env[name]) ?? lower
  const name = named(`${url.protocol.slice(0, -1)}_proxy`)
  const given = env[name] ?? ""
  if (given === "" || isExempt(url, env[named("no_proxy")] ?? "")) return undefined
  const address = given.includes("://") ? given : `http://${given}`
  const proxy = URL.canParse(address) ? new URL(address) : undefined
  if (proxy?.protocol === "http:") return proxy
  const why = `${name} is '${given}', which is no address of an HTTP proxy, such as http://proxy.example.com:3128`
  return Object.assign(new Error(why), { code: "ERR_PROXY_ADDRESS" })
}

function isExempt(url: URL, exempt: string): boolean {
  const hostname = plainHost(url)
  const actual = url.port || (url.protocol === "https:" ? "443" : "80")
  return exempt.split(/[\s,]+/).some((entry) => {
    const [, network, bits] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(entry) ?? []
    if (network !== undefined) return isWithin(hostname, network, Number(bits))
    const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (entry === "*" || entry === hostname) return true
    if (name === "" || (only !== undefined && only !== actual)) return false
    return hostname === name || hostname.endsWith(`.${name}`)
  })
}

/** Whether an address is in `10.0.0.0/8` or the like. */
function isWithin(hostname: string, network: string, bits: number): boolean {
  const kind = isIP(network) === 6 ? "ipv6" : "ipv4"
  if (isIP(hostname) === 0 || isIP(hostname) !== isIP(network) || bits > (kind === "ipv6" ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(network, bits, kind)
  return list.check(hostname, kind)
}

/** Without the brackets of an IPv6 address. */
function plainHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "")
}

/** A proxy takes the whole URL of what is not encrypted. */
export function throughProxy(url: URL, proxy: URL): http.RequestOptions {
  return {
    hostname: plainHost(proxy),
    port: proxy.port || 80,
    path: url.href,
    headers: { host: url.host, ...proxyCredentials(proxy) },
  }
}

/** What is encrypted goes through a tunnel (Node's own agents know proxies from 24 on). */
export function tunnelThrough(proxy: URL): Connect {
  return (options, done) => {
    const target = `${options.host}:${options.port}`
    const headers = { host: target, ...proxyCredentials(proxy) }
    const [hostname, port] = [plainHost(proxy), proxy.port || 80]
    const asking = http.request({ hostname, port, method: "CONNECT", path: target, headers })
    asking.once("error", (error) => done(new Error(`the proxy ${proxy.host}: ${reasonOf(error)}`)))
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
