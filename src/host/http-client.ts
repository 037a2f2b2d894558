import http from "node:http"
import https from "node:https"
import { clearTimeout, setTimeout } from "node:timers"
import { isSystemError } from "../base/errors.ts"
import type { ClientTls, HttpAnswer, HttpCall, HttpClient, HttpLineObserver } from "../ports/http-client.ts"

const ANSWER_BYTES_MAX = 64 * 1024 * 1024
/** What cannot have reached the other side: no connection came about. */
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]

/** HTTP through Node, one pool of connections for each client. */
export function systemHttpClient(): HttpClient {
  const agents = new Map<ClientTls | "plain" | "secure", http.Agent>()
  const agentFor = ({ url, tls }: HttpCall): http.Agent => {
    const key = url.startsWith("https:") ? (tls ?? "secure") : "plain"
    const agent = agents.get(key) ?? makeAgent(url, tls)
    agents.set(key, agent)
    return agent
  }
  return {
    call: (call, timeoutMs) => ask(agentFor(call), call, timeoutMs),
    follow: (call, observer) => follow(agentFor(call), call, observer),
  }
}

function makeAgent(url: string, tls: ClientTls | undefined): http.Agent {
  const keep = { keepAlive: true, timeout: 60_000 }
  if (!url.startsWith("https:")) return new http.Agent(keep)
  return new https.Agent({
    ...keep,
    ...(tls?.authorities === undefined ? {} : { ca: tls.authorities }),
    ...(tls?.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
  })
}

function send(agent: http.Agent, { method, url, headers, body }: HttpCall): http.ClientRequest {
  const { request } = url.startsWith("https:") ? https : http
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) }
  const outgoing = request(url, { method, agent, headers: { ...headers, ...length } })
  outgoing.end(body)
  return outgoing
}

function ask(agent: http.Agent, call: HttpCall, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    let outgoing: http.ClientRequest
    const fail = (why: string, sent: boolean) => {
      clearTimeout(timer)
      resolve({ tag: "failed", why, sent })
      outgoing?.destroy()
    }
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`, true), timeoutMs)
    try {
      outgoing = send(agent, call)
    } catch (error) {
      return fail(reasonOf(error), false)
    }
    outgoing.on("error", (error) => fail(reasonOf(error), !NOT_SENT.includes(codeOf(error))))
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > ANSWER_BYTES_MAX) fail(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`, true)
      })
      incoming.on("error", (error) => fail(reasonOf(error), true))
      incoming.once("end", () => {
        clearTimeout(timer)
        resolve({ tag: "answered", status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") })
      })
    })
  })
}

function follow(agent: http.Agent, call: HttpCall, observer: HttpLineObserver): () => void {
  let ended = false
  const end = (why: string) => {
    if (ended) return
    ended = true
    observer.onEnd(why)
  }
  const outgoing = send(agent, call)
  outgoing.on("error", (error) => end(reasonOf(error)))
  outgoing.once("response", (incoming) => {
    const status = incoming.statusCode ?? 0
    let rest = ""
    incoming.setEncoding("utf8")
    incoming.on("data", (text: string) => {
      if (ended) return
      const lines = (rest + text).split("\n")
      rest = lines.pop() ?? ""
      if (rest.length > ANSWER_BYTES_MAX) {
        end(`a line is longer than ${ANSWER_BYTES_MAX} bytes`)
        outgoing.destroy()
        return
      }
      for (const line of lines) if (!ended) observer.onLine(line, status)
    })
    incoming.on("error", (error) => end(reasonOf(error)))
    incoming.once("end", () => {
      if (!ended && rest !== "") observer.onLine(rest, status)
      end("the other side ended the answer")
    })
  })
  return () => {
    ended = true
    outgoing.destroy()
  }
}

function codeOf(error: unknown): string {
  return isSystemError(error) ? String(error.code) : ""
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
