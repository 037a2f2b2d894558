import { AsyncLocalStorage } from "node:async_hooks"
import { Buffer } from "node:buffer"
import { PassThrough, Writable } from "node:stream"
import { pathToFileURL } from "node:url"
import { callHook } from "../../hooks/call-hook.ts"
import type { FromModuleHost, ToModuleHost } from "../../hooks/modules.ts"
import { parentChannel } from "../../host/message-channel.ts"

/** The host of one hook module: calls its main export for each event, and says whose output is whose (decisions 23). */

type Streams = Readonly<{ stdin: Writable; stdout: PassThrough; stderr: PassThrough }>

const KEEP_BYTES = 64 * 1024
const channel = parentChannel()
const file = process.argv[2] ?? ""
if (channel === undefined) process.exit(1)
const send = (message: FromModuleHost) => channel.send(message)
const current = new AsyncLocalStorage<number>()
const calls = new Map<number, AbortController>()
const runs = new Map<string, Streams>()
const loading = import(pathToFileURL(file).href).then(mainExport)
loading.catch(() => undefined)

for (const stream of ["stdout", "stderr"] as const) {
  const write = process[stream].write.bind(process[stream])
  process[stream].write = ((chunk: string | Uint8Array, ...rest: never[]) => {
    const call = current.getStore()
    if (call === undefined || !calls.has(call)) return write(chunk, ...rest)
    send({ tag: "said", call, stream, text: typeof chunk === "string" ? chunk : Buffer.from(chunk).toString() })
    const callback: unknown = rest.at(-1)
    if (typeof callback === "function") callback()
    return true
  }) as typeof process.stdout.write
}
// What a module leaves behind fails its own call, where that is known, and nobody else's.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    const call = current.getStore()
    if (call !== undefined && calls.has(call)) return finish(call, { problem: describe(error) })
    process.stderr.write(`${describe(error)}\n`)
  })
}
channel.onClose(() => process.exit(0))
channel.onMessage((message) => take(message as ToModuleHost))

function take(message: ToModuleHost): void {
  switch (message.tag) {
    case "call":
      return void current.run(message.call, () => run(message))
    case "abort":
      return calls.get(message.call)?.abort()
    case "output": {
      const stream = streamsOf(message.run)[message.stream]
      // Nobody reads: the newest is kept.
      while (stream.readableFlowing === null && stream.readableLength > KEEP_BYTES) stream.read()
      return void stream.write(Buffer.from(message.bytes, "base64"))
    }
    case "run-ended":
      runs.get(message.run)?.stdout.end()
      runs.get(message.run)?.stderr.end()
      runs.delete(message.run)
  }
}

async function run({ call, info, run: service }: Extract<ToModuleHost, { tag: "call" }>): Promise<void> {
  const abort = new AbortController()
  calls.set(call, abort)
  const log = (...words: unknown[]) => console.log(...words)
  const streams = service === undefined ? {} : streamsOf(service)
  try {
    const hook = await loading
    const answer = await callHook(
      hook,
      { ...info, ...streams, env: (info["pm2_env"] as { env?: unknown })?.env, signal: abort.signal, log },
      (text) => console.warn(text),
    )
    // Only a plain yes has an operation tried again.
    const isNo = answer === false || (info["event"] === "on-error" && answer !== true)
    finish(call, isNo ? { answer: false, problem: "the hook answered no" } : answer === true ? { answer } : {})
  } catch (error) {
    finish(call, { problem: describe(error) })
  }
}

function finish(call: number, done: Omit<Extract<FromModuleHost, { tag: "done" }>, "tag" | "call">): void {
  if (calls.delete(call)) send({ tag: "done", call, ...done })
}

function streamsOf(service: string): Streams {
  const known = runs.get(service)
  if (known !== undefined) return known
  const stdin = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      send({ tag: "input", run: service, bytes: Buffer.from(chunk).toString("base64") })
      done()
    },
  })
  const made = { stdin, stdout: new PassThrough(), stderr: new PassThrough() }
  runs.set(service, made)
  return made
}

/** `module.exports` of CommonJS and the default export of an ES module are the same to `import`. */
function mainExport(loaded: Readonly<{ default?: unknown }>) {
  const hook =
    typeof loaded.default === "object" ? (loaded.default as { default?: unknown } | null)?.default : loaded.default
  if (typeof hook !== "function") throw new Error(`${file} exports no function: module.exports = (info, callback) => …`)
  return hook as (info: unknown, done: (error?: unknown) => void) => unknown
}

/** With the places in the author's files: what comes below our own is ours. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const lines = (error.stack ?? error.message).split("\n")
  const ours = lines.findIndex((line) => /^\s+at /.test(line) && line.includes(`${__filename}:`))
  return (ours < 0 ? lines : lines.slice(0, ours)).join("\n")
}
