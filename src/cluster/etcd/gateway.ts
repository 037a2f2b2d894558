import type { Clock } from "../../ports/clock.ts"
import type { ClientTls, HttpAnswer, HttpCall, HttpClient } from "../../ports/http-client.ts"

/** How to reach an etcd cluster. */
export type EtcdOptions = Readonly<{
  /** `http://host:2379`; asked in turn, the next one whenever one does not answer. */
  endpoints: readonly string[]
  tls?: ClientTls
  user?: Readonly<{ name: string; password: string }>
}>

/** `ambiguous`: an earlier try may have been carried out though its answer was lost. */
export type Reply<T> =
  | Readonly<{ tag: "replied"; message: T; ambiguous: boolean }>
  | Readonly<{ tag: "refused"; code: number; why: string }>
  | Readonly<{ tag: "unreachable"; why: string }>

export type FollowObserver = Readonly<{ onMessage: (message: unknown) => void; onEnd: (why: string) => void }>

/** One endpoint at a time of an etcd cluster, the next when it fails. */
export interface EtcdGateway {
  call<T>(path: string, message: object): Promise<Reply<T>>
  /** An endless answer from the current endpoint; ends when that endpoint is given up. Returns how to stop it. */
  follow(path: string, message: object, observer: FollowObserver): () => void
}

export type EtcdMachine = Readonly<{ http: Pick<HttpClient, "call" | "follow">; clock: Clock; random: () => number }>

/** A node that is cut off answers nothing; one that is only slow is not waited for either: another may be quick. */
const CALL_TIMEOUT_MS = 700
/** gRPC codes after which another endpoint may do better: deadline, internal, unavailable (no leader). */
const ELSEWHERE = [4, 13, 14]
const UNAUTHENTICATED = 16
const INVALID_ARGUMENT = 3
/** Also what an etcd that asks clients for certificates says of a token it does not know any more. */
const PERMISSION_DENIED = 7
/** A watch on a node without a leader ends instead of waiting in silence. */
const NEEDS_LEADER = { "grpc-metadata-hasleader": "true" }

type Ended = Readonly<{ result?: Readonly<{ canceled?: boolean }> }>
type Failure = Readonly<{ error?: string; message?: string; code?: number }>

/** `answer`: why there is none. */
type Token = Readonly<{ tag: "token"; token: string | undefined }> | Readonly<{ tag: "none"; answer: HttpAnswer }>

type Connection = Readonly<{
  http: Pick<HttpClient, "call" | "follow">
  options: EtcdOptions
  /** Which endpoint is asked, the token it gave us, and how to end what is followed there. */
  state: { current: number; token: Promise<Token> | undefined }
  streams: Set<(why: string) => void>
}>

/** Talks to etcd's JSON gateway. Nothing is sent before the first call. */
export function createEtcdGateway({ http }: EtcdMachine, options: EtcdOptions): EtcdGateway {
  const connection: Connection = { http, options, state: { current: 0, token: undefined }, streams: new Set() }
  return {
    call: (path, message) => call(connection, path, message),
    follow: (path, message, observer) => follow(connection, path, message, observer),
  }
}

function endpointOf({ options: { endpoints }, state }: Connection): string {
  return endpoints[state.current % endpoints.length] ?? ""
}

function post(connection: Connection, path: string, message: object, token: string | undefined): HttpCall {
  const { tls } = connection.options
  const authorization = token === undefined ? {} : { authorization: token }
  return {
    method: "POST",
    url: `${endpointOf(connection)}${path}`,
    headers: { "content-type": "application/json", ...NEEDS_LEADER, ...authorization },
    body: JSON.stringify(message),
    ...(tls === undefined ? {} : { tls }),
  }
}

/** Gives up an endpoint, unless somebody did so before: what is followed there ends, and begins again elsewhere. */
function moveOn({ state, streams }: Connection, from: number, why: string): void {
  if (state.current !== from) return
  state.current += 1
  state.token = undefined
  for (const end of [...streams]) end(why)
}

async function tokenFor(connection: Connection): Promise<Token> {
  const { http, state, options } = connection
  if (options.user === undefined) return { tag: "token", token: undefined }
  const wanted = post(connection, "/v3/auth/authenticate", options.user, undefined)
  state.token ??= http.call(wanted, CALL_TIMEOUT_MS).then(tokenIn)
  const asked = state.token
  const token = await asked
  if (token.tag === "none" && state.token === asked) state.token = undefined
  return token
}

/** `isSent`: it may have been carried out. */
type Asked = Readonly<{ answer: HttpAnswer; isSent: boolean }>

async function ask(connection: Connection, path: string, message: object): Promise<Asked> {
  const token = await tokenFor(connection)
  if (token.tag === "none") return { answer: token.answer, isSent: false }
  const answer = await connection.http.call(post(connection, path, message, token.token), CALL_TIMEOUT_MS)
  return { answer, isSent: answer.tag === "answered" || answer.sent }
}

async function call<T>(connection: Connection, path: string, message: object): Promise<Reply<T>> {
  const { options, state } = connection
  let why = "no endpoint is given"
  let ambiguous = false
  for (const _ of options.endpoints) {
    const from = state.current
    let asked = await ask(connection, path, message)
    if (options.user !== undefined && needsToken(asked.answer)) {
      state.token = undefined
      asked = await ask(connection, path, message)
    }
    const reply = readReply<T>(asked.answer, ambiguous)
    if (reply.tag === "replied") return reply
    why = `${endpointOf(connection)}: ${reply.why}`
    if (reply.tag === "refused" && !ELSEWHERE.includes(reply.code)) return { ...reply, why }
    ambiguous ||= asked.isSent
    moveOn(connection, from, why)
  }
  return { tag: "unreachable", why }
}

function follow(connection: Connection, path: string, message: object, observer: FollowObserver): () => void {
  const { http, state, streams } = connection
  const from = state.current
  let stop: (() => void) | undefined
  let stopped = false
  const finish = () => {
    stopped = true
    stop?.()
    streams.delete(end)
  }
  const end = (why: string) => {
    if (stopped) return
    finish()
    observer.onEnd(why)
  }
  streams.add(end)
  void tokenFor(connection).then((token) => {
    if (stopped) return
    const at = endpointOf(connection)
    if (token.tag === "none") return end(`${at}: ${whyIn(token.answer)}`)
    stop = http.follow(post(connection, path, message, token.token), {
      onLine: (line, status) => {
        const parsed = parseJson(line)
        // It may be the token that is no good any more: the next try takes another.
        if ((parsed as Ended | undefined)?.result?.canceled) state.token = undefined
        if (status === 200 && parsed !== undefined) return observer.onMessage(parsed)
        state.token = undefined
        end(`${at}: ${reasonIn(parsed) ?? `status ${status}`}`)
      },
      onEnd: (why) => {
        moveOn(connection, from, why)
        end(`${at}: ${why}`)
      },
    })
  })
  return finish
}

function needsToken(answer: HttpAnswer): boolean {
  if (answer.tag === "failed" || answer.status === 200) return false
  const message = parseJson(answer.body)
  const { code } = (message ?? {}) as Failure
  return (
    code === UNAUTHENTICATED ||
    code === PERMISSION_DENIED ||
    (code === INVALID_ARGUMENT && (reasonIn(message) ?? "").includes("user name is empty"))
  )
}

function tokenIn(answer: HttpAnswer): Token {
  const { token } = (answer.tag === "failed" ? {} : (parseJson(answer.body) ?? {})) as { token?: string }
  return token === undefined ? { tag: "none", answer } : { tag: "token", token }
}

function whyIn(answer: HttpAnswer): string {
  return answer.tag === "failed" ? answer.why : (reasonIn(parseJson(answer.body)) ?? `status ${answer.status}`)
}

function readReply<T>(answer: HttpAnswer, ambiguous: boolean): Reply<T> {
  if (answer.tag === "failed") return { tag: "unreachable", why: answer.why }
  const message = parseJson(answer.body)
  if (answer.status === 200 && message !== undefined) return { tag: "replied", message: message as T, ambiguous }
  const why = reasonIn(message) ?? `status ${answer.status}`
  return { tag: "refused", code: (message as Failure | undefined)?.code ?? 2, why }
}

function reasonIn(message: unknown): string | undefined {
  const { error, message: text } = (message ?? {}) as Failure
  return text ?? error
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
