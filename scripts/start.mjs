// `npm start`: builds the example service, installs it and supervises it, all below .hab-root in this folder.
// `npm start -- --check`: the same, then proves that it works (healthy, answers, takes a config change, stops cleanly).
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import net from "node:net"
import path from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { buildIfStale, fail, installDependencies, project } from "./project.mjs"

const ORIGIN = "demo"
const LIMIT_MS = 60_000
const check = process.argv.includes("--check")
const root = path.join(project, ".hab-root")
const hab = path.join(project, "bin/hab")
const plan = path.join(project, "plans/hello")
const userConfig = path.join(root, "hab/user/hello/config/user.toml")

/** The operator's environment, without what npm adds for its scripts. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")))
Object.assign(env, { FS_ROOT: root, SOURCE_DATE_EPOCH: String(newestChange(plan)) })
// Any free port: another supervisor may have the usual one.
env.HAB_LISTEN_HTTP ??= "127.0.0.1:0"

/** A plan that did not change gives the same release, so starting again installs nothing anew. */
function newestChange(folder) {
  const files = readdirSync(folder, { recursive: true }).map((name) => statSync(path.join(folder, name)))
  return Math.floor(Math.max(...files.map((stat) => stat.mtimeMs)) / 1000)
}

/** Runs `hab` to its end and returns its standard output; what it says goes to the terminal. */
function habDoes(...words) {
  const result = spawnSync(process.execPath, [hab, ...words], {
    env,
    cwd: project,
    stdio: ["ignore", "pipe", "inherit"],
  })
  if (result.status !== 0) fail(`hab ${words.join(" ")} failed with exit code ${result.status ?? result.signal}`)
  return result.stdout.toString().trim()
}

function ensureOriginKey() {
  const keys = path.join(root, "hab/cache/keys")
  if (existsSync(keys) && readdirSync(keys).some((name) => name.startsWith(`${ORIGIN}-`))) return
  habDoes("origin", "key", "generate", ORIGIN)
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function writeUserConfig(port, greeting) {
  mkdirSync(path.dirname(userConfig), { recursive: true })
  writeFileSync(userConfig, `port = ${port}\ngreeting = ${JSON.stringify(greeting)}\n`)
}

async function fetchText(url) {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return reply.ok ? await reply.text() : undefined
  } catch {
    return undefined
  }
}

/** Waits until `condition` gives something, or the supervisor ends, or the limit passes. */
async function until(what, supervisor, condition) {
  const deadline = Date.now() + LIMIT_MS
  for (;;) {
    const value = await condition()
    if (value) return value
    if (supervisor.exitCode !== null || supervisor.signalCode !== null)
      throw new Error(`the supervisor ended before ${what}`)
    if (Date.now() > deadline) throw new Error(`gave up after ${LIMIT_MS / 1000} s waiting until ${what}`)
    await pause(100)
  }
}

function healthOf() {
  const result = spawnSync(process.execPath, [hab, "svc", "status", "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  })
  if (result.status !== 0) return undefined
  return JSON.parse(result.stdout.toString()).find((service) => service.name === "hello")?.health
}

function ended(supervisor) {
  return new Promise((resolve) => {
    if (supervisor.exitCode !== null) return resolve(supervisor.exitCode)
    supervisor.once("exit", (code, signal) => resolve(code ?? signal))
  })
}

/** Processes that still work below our root, read from /proc. */
function leftovers() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "")[0]
        return state !== "Z" && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`\0FS_ROOT=${root}\0`)
      } catch {
        return false
      }
    })
}

async function proveItWorks(supervisor, url, port) {
  await until("the service is healthy", supervisor, () => healthOf() === "ok")
  console.error("check: healthy")
  const before = await until("the service answers over HTTP", supervisor, () => fetchText(url))
  console.error(`check: ${url} answered ${JSON.stringify(before.split("\n")[0])}`)
  const greeting = `Changed at run ${process.pid}`
  writeUserConfig(port, greeting)
  await until("the service shows the changed config", supervisor, async () =>
    (await fetchText(url))?.includes(greeting),
  )
  console.error("check: took a config change")
  supervisor.kill("SIGTERM")
  const code = await ended(supervisor)
  if (code !== 0) throw new Error(`the supervisor ended with ${code} instead of 0`)
  const left = leftovers()
  if (left.length > 0) throw new Error(`processes left running: ${left.join(", ")}`)
  console.error("check: stopped cleanly, nothing left running")
}

function explain(url) {
  console.error(`
The service answers at ${url}
Try next, in another terminal:
  curl ${url}
  edit ${path.relative(process.cwd(), userConfig)}   (change the greeting and watch the reconfigure hook run)
  FS_ROOT=${root} bin/hab svc status
Ctrl-C stops everything.
`)
}

/**
 * The supervisor leads a group of its own and is told once: at Ctrl-C both the terminal and npm signal this process, and
 * a second signal would mean "stop without waiting".
 */
function forwardSignals(supervisor) {
  let toldAt = -Infinity
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (performance.now() - toldAt < 1_000) return
      toldAt = performance.now()
      supervisor.kill(signal)
    })
  }
}

installDependencies()
buildIfStale()
ensureOriginKey()
const artifact = habDoes("pkg", "build", plan)
habDoes("pkg", "install", artifact)
const port = await freePort()
const url = `http://127.0.0.1:${port}/`
writeUserConfig(port, "Hello from hab")
const supervisor = spawn(process.execPath, [hab, "sup", "run", artifact], {
  env,
  cwd: project,
  stdio: "inherit",
  detached: true,
})
forwardSignals(supervisor)
try {
  if (check) {
    await proveItWorks(supervisor, url, port)
  } else {
    await until("the service answers", supervisor, () => fetchText(url))
    explain(url)
    process.exitCode = (await ended(supervisor)) === 0 ? 0 : 1
  }
} catch (error) {
  supervisor.kill("SIGTERM")
  await ended(supervisor)
  fail(`npm start failed: ${error.message}`)
}
