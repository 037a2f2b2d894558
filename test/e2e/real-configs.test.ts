import { spawn, spawnSync } from "node:child_process"
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import { renderTree } from "../../src/templating/write-changed.ts"
import { realContext, realTemplates } from "../support/real-templates.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { until } from "../support/until.ts"

const NOBODY = 65534
const SYSTEM_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
/** Where Debian keeps the servers of its PostgreSQL versions. */
const POSTGRES = "/usr/lib/postgresql"

function programNamed(name: string): string | undefined {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).map((version) => `${POSTGRES}/${version}/bin`) : []
  return [...SYSTEM_PATH, ...versions].map((directory) => path.join(directory, name)).find((file) => existsSync(file))
}

/** Renders a program's templates as the supervisor would, below a directory anyone may read. */
function renderReal(program: string, applied = ""): { config: string; service: string } {
  const hab = path.join(temporaryDirectory(), "hab")
  const service = path.join(hab, "svc", program)
  for (const name of ["config", "data", "files", "static", "var", "var/logs"]) {
    mkdirSync(path.join(service, name), { recursive: true })
    chmodSync(path.join(service, name), 0o777)
  }
  chmodSync(path.dirname(hab), 0o755)
  const config = path.join(service, "config")
  const context = realContext(program, { hab, applied })
  renderTree(
    { files: systemFiles },
    { from: path.join(realTemplates(program), "config"), to: config, context, fileMode: 0o644, directoryMode: 0o755 },
  )
  return { config, service }
}

/**
 * What the program says about the file; an ordinary user asks where root may not. It prints into a file: Node's pipes are
 * sockets, which /dev/stdout cannot open.
 */
function ask(file: string, args: readonly string[], unprivileged = false): { status: number | null; output: string } {
  const isRoot = process.getuid?.() === 0
  const user = unprivileged && isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const printed = path.join(temporaryDirectory(), "printed")
  const output = openSync(printed, "w")
  const { status } = spawnSync(file, args, { stdio: ["ignore", output, output], ...user })
  closeSync(output)
  return { status, output: readFileSync(printed, "utf8") }
}

describe("real programs accept what we render", () => {
  const nginx = programNamed("nginx")
  const isRoot = process.getuid?.() === 0
  it.skipIf(nginx === undefined || !isRoot)("nginx -t (needs root: it makes the folders it was compiled with)", () => {
    const plain = '[[server]]\nname = "example.test"\nport = 8080\nroot = "/srv"\n'
    const { config, service } = renderReal("nginx", plain)
    const { status, output } = ask(nginx ?? "", ["-t", "-e", "stderr", "-p", service, "-c", `${config}/nginx.conf`])
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("test is successful") })
  })

  const haproxy = programNamed("haproxy")
  it.skipIf(haproxy === undefined)("haproxy -c", () => {
    const { config } = renderReal("haproxy")
    const { status, output } = ask(haproxy ?? "", ["-c", "-f", `${config}/haproxy.conf`])
    expect({ status, output }).toEqual({ status: 0, output: expect.anything() })
  })

  const promtool = programNamed("promtool")
  it.skipIf(promtool === undefined)("promtool check config", () => {
    const { config } = renderReal("prometheus")
    const { status, output } = ask(promtool ?? "", ["check", "config", `${config}/prometheus.yml`])
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("SUCCESS") })
  })

  const postgres = programNamed("postgres")
  it.skipIf(postgres === undefined)("postgres -C", () => {
    const { config, service } = renderReal("postgresql")
    const file = `--config-file=${config}/postgresql.conf`
    const names = ["random_page_cost", "log_min_messages", "log_line_prefix", "max_wal_senders"]
    const answers = names.map((name) => {
      const { output } = ask(postgres ?? "", ["-D", `${service}/data`, "-C", name, file], true)
      // It may log a missing optional file in front of the answer.
      return output.split("\n").find((line) => !/ LOG: {2}/.test(line))
    })
    expect(answers).toEqual(["4", "warning", "%t [%p]: [%l-1] user=%u,db=%d,client=%h %r ", "5"])
  })

  const redis = programNamed("redis-server")
  it.skipIf(redis === undefined)("redis-server starts", async () => {
    const { config, service } = renderReal("redis")
    const socket = ["--port", "0", "--unixsocket", `${service}/var/redis.sock`]
    const server = spawn(redis ?? "", [`${config}/redis.config`, ...socket])
    let output = ""
    server.stdout.on("data", (chunk) => {
      output += chunk
    })
    const ended = new Promise((resolve) => server.once("exit", resolve))
    try {
      await until("redis is ready", () => /ready to accept connections/i.test(output))
    } finally {
      server.kill("SIGKILL")
      await ended
    }
  })
})
