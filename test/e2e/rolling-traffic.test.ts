import { spawnSync } from "node:child_process"
import { once } from "node:events"
import http from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { expect, it } from "vitest"
import { hasEtcd, startEtcd } from "../support/etcd.ts"
import { createHab, type Hab } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const hasProxy = spawnSync("haproxy", ["-v"]).status === 0
const ident = (name: string, version: string) => `acme/${name}/${version}/20240101000000`

/** Ends when it was told to, after what it was asked before is answered. */
const server = (version: string) => `
const server = require("http").createServer((_, reply) => reply.end("${version}"))
server.listen({ host: "127.0.0.1", port: {{cfg.port}} })
process.on("SIGTERM", () => server.close(() => process.exit(0)))
`

const web = (version: string) => ({
  "default.toml": "port = 1\n",
  EXPORTS: "port=port\n",
  "config/server.js": server(version),
  "hooks/run": `#!/bin/sh\nexec ${process.execPath} {{pkg.svc_config_path}}/server.js\n`,
  "hooks/health-check": "#!/bin/bash\n(exec 3<>/dev/tcp/127.0.0.1/{{cfg.port}}) 2>/dev/null || exit 2\n",
})

const PROXY = {
  "default.toml": "port = 1\n",
  BINDS: "backend=port\n",
  "config/haproxy.cfg": `defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  retries 5
  option redispatch 1
  retry-on conn-failure empty-response
listen web
  bind 127.0.0.1:{{cfg.port}}
{{#each bind.backend.members}}  server {{member_id}} 127.0.0.1:{{cfg.port}}
{{/each}}`,
  "hooks/run": "#!/bin/sh\nexec haproxy -W -db -f {{pkg.svc_config_path}}/haproxy.cfg\n",
  "hooks/reconfigure": "#!/bin/sh\nkill -USR2 $(cat {{pkg.svc_pid_file}})\n",
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"))
  await Promise.all(servers.map((one) => once(one, "listening")))
  const ports = servers.map((one) => (one.address() as AddressInfo).port)
  for (const one of servers) one.close()
  return ports
}

/** Which release answered, or what went wrong. */
function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, agent: false }, (reply) => {
      let text = ""
      reply.on("data", (chunk) => (text += chunk))
      reply.on("end", () => resolve(reply.statusCode === 200 ? text : `status ${reply.statusCode}`))
    })
    request.on("error", (error) => resolve(error.message))
  })
}

it.skipIf(!hasEtcd || !hasProxy)(
  "five members behind a proxy go over to a new release while requests flow, and none fails (needs etcd and haproxy)",
  async () => {
    const [etcd] = await startEtcd(1)
    const builder = createHab()
    await trustTestKey(builder)
    const url = `file://${builder.path("depot")}`
    const promote = (name: string, version: string) =>
      builder.does("pkg", "promote", ident(name, version), "stable", "--url", url)
    for (const [name, version, files] of [
      ["web", "1.0.0", web("1.0.0")],
      ["web", "2.0.0", web("2.0.0")],
      ["proxy", "1.0.0", PROXY],
    ] as const) {
      builder.does("pkg", "upload", await writeHart(builder, { ident: ident(name, version), files }), "--url", url)
    }
    promote("web", "1.0.0")
    promote("proxy", "1.0.0")
    const [front = 0, ...ports] = await freePorts(6)
    const cluster = ["--cluster", `etcd://${etcd?.endpoint.replace("http://", "")}`, "--cluster-lease", "5"]
    const start = (name: string, port: number, ...options: string[]) => {
      const hab: Hab = createHab({
        HAB_BLDR_URL: url,
        HAB_UPDATE_STRATEGY_PERIOD_MS: "500",
        HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1",
      })
      hab.does("pkg", "install", `acme/${name}`, "--channel", "stable")
      hab.write(`hab/user/${name}/config/user.toml`, `port = ${port}\n`)
      return { hab, sup: hab.supervise(`acme/${name}`, "--channel", "stable", ...cluster, ...options) }
    }
    const members = ports.map((port) => start("web", port, "--strategy", "rolling", "--health-backoff", "on"))
    const proxy = start("proxy", front, "--bind", "backend:web.default")
    await until(
      "the proxy knows all five",
      () => (proxy.hab.readIfPresent("hab/svc/proxy/config/haproxy.cfg") ?? "").split("  server ").length === 6,
      40_000,
    )
    await until("it answers", async () => (await ask(front)) === "1.0.0")

    const answers = new Map<string, number>()
    let isOver = false
    const client = async () => {
      while (!isOver) {
        const answer = await ask(front)
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
    }
    const clients = [client(), client(), client()]
    promote("web", "2.0.0")
    const runs = async (version: string) => (await Promise.all(ports.map(ask))).every((answer) => answer === version)
    await until("all five run the new release", () => runs("2.0.0"), 60_000)
    isOver = true
    await Promise.all(clients)
    expect([...answers.keys()].sort()).toEqual(["1.0.0", "2.0.0"])
    const { update } = JSON.parse(members[0]?.hab.does("ring", "status", "--json") ?? "").groups.find(
      ({ group }: { group: string }) => group === "web.default",
    )
    expect(update.package).toBe(ident("web", "2.0.0"))
    await Promise.all([...members, proxy].map(({ sup }) => sup.stop()))
  },
  180_000,
)
