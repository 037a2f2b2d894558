import { once } from "node:events"
import net from "node:net"
import { isDeepStrictEqual } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"
import { installPlan, RUNS_ON } from "../support/plans.ts"
import { until } from "../support/until.ts"

type Service = Readonly<{
  service_group: string
  desired_state: string
  health_check: string
  process: { pid: number | null; state: string }
  last_process_state: { pid: number; termination_reason: string } | null
  restart_count: number
  cfg: unknown
  sys: { http_gateway_port: number }
}>

/** The address in the line that says where the gateway listens. */
async function addressOf(sup: SupervisorRun): Promise<string> {
  const line = await sup.sees("Starting http-gateway on ")
  return line.slice(line.lastIndexOf(" ") + 1)
}

let hab: Hab
let sup: SupervisorRun
let address: string

beforeAll(async () => {
  hab = createHab()
  installPlan(hab, {
    name: "web",
    toml: "health = 0\nratio = 1.0\n",
    hooks: {
      init: "echo ready",
      run: RUNS_ON,
      reconfigure: "exit 0",
      "health-check": "echo looks {{cfg.health}}\necho twice >&2\nexit {{cfg.health}}",
    },
  })
  sup = hab.supervise("--service-min-backoff-period", "0", "--service-max-backoff-period", "0")
  address = await addressOf(sup)
  hab.does("svc", "load", "acme/web", "--health-check-interval", "1")
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
})

const get = (path: string, options: RequestInit = {}) => fetch(`http://${address}${path}`, options)
const web = async () => (await (await get("/services/web/default")).json()) as Service
const health = async () => {
  const reply = await get("/services/web/default/health")
  // Until the supervisor knows the service there is nothing to say of it.
  const text = (await reply.text()) || "{}"
  return { code: reply.status, body: JSON.parse(text) as { status: string; stdout: string; stderr: string } }
}

describe("the HTTP gateway of a supervisor", () => {
  it.each([
    [0, 200, "OK"],
    [1, 200, "WARNING"],
    [2, 503, "CRITICAL"],
    [3, 500, "UNKNOWN"],
    [9, 500, "UNKNOWN"],
    [0, 200, "OK"],
  ])("tells a health check that exits %i by status %i", async (exitCode, code, status) => {
    hab.write("hab/user/web/config/user.toml", `health = ${exitCode}\n`)
    // While a check runs, its output stands beside the result of the one before.
    const whole = { status, stdout: `looks ${exitCode}\n`, stderr: "twice\n" }
    const told = await until("the check has run and was told", async () => {
      const now = await health()
      return isDeepStrictEqual(now.body, whole) ? now : undefined
    })
    expect(told).toEqual({ code, body: whole })
  })

  it("shows the service, its configuration and the address it is asked at", async () => {
    const { cfg, process, sys } = await web()
    expect(process).toMatchObject({ state: "up", pid: hab.status("web")?.pid })
    expect(cfg).toEqual({ health: 0, ratio: 1 })
    expect(`127.0.0.1:${sys.http_gateway_port}`).toBe(address)
    expect(await (await get("/services/web/default/config")).text()).toBe('{"health":0,"ratio":1.0}')
    expect(await (await get("/census")).json()).toMatchObject({ census_groups: { "web.default": {} } })
    expect(await (await get("/metrics")).text()).toMatch(/^hab_sup_service_up\{service_group="web.default"\} 1$/m)
  })

  it("streams every change of state and every hook of a restart", async () => {
    const leave = new AbortController()
    const events = await get("/events", { signal: leave.signal })
    let heard = ""
    const reading = (async () => {
      for await (const chunk of events.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString()
    })().catch(() => undefined)
    await until("the stream is connected", () => heard.includes(": connected"))
    const { pid } = (await web()).process
    process.kill(pid ?? 0, "SIGKILL")
    const states = () => [...heard.matchAll(/^event: state\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ""))
    await until("it is up again", () => states().some(({ from, to }) => from === "starting" && to === "up"))
    await until("its init was told", () => /^event: hook\ndata: .*"hook":"init","outcome":"succeeded"/m.test(heard))
    expect(states().map(({ to }) => to)).toEqual(["stopping", "rendering", "initializing", "starting", "up"])
    expect(states()[0]).toMatchObject({ service_group: "web.default", from: "up", pid: null, reason: "exit" })
    expect(await web()).toMatchObject({
      last_process_state: { pid, termination_reason: "run_hook_failed" },
      restart_count: 1,
    })
    leave.abort()
    await reading
  })

  it("keeps a stopped service in the list, down and unknown", async () => {
    hab.does("svc", "stop", "acme/web")
    await until("it is down", async () => (await web()).process.state === "down")
    expect(await web()).toMatchObject({ desired_state: "Down", health_check: "Unknown", process: { pid: null } })
    expect((await health()).code).toBe(500)
    hab.does("svc", "start", "acme/web")
    await until("it is up", async () => (await web()).process.state === "up")
  })

  it("keeps a service it cannot open in the list", async () => {
    hab.write("hab/sup/default/specs/lost.spec", 'ident = "acme/lost"\n')
    await until("it is listed", async () => (await get("/services/lost/default")).status === 200)
    expect(await (await get("/services/lost/default")).json()).toMatchObject({
      process: { pid: null, state: "down" },
      pkg: { ident: "acme/lost" },
    })
    expect((await get("/services/lost/default/health")).status).toBe(500)
  })

  it("answers 404, 400 and 405 without a body", async () => {
    for (const [path, status] of [
      ["/services/none/default", 404],
      ["/services/web/default/none", 404],
      ["/nowhere", 404],
      ["/services/we%20b/default", 400],
    ] as const) {
      const reply = await get(path)
      expect([path, reply.status, await reply.text()]).toEqual([path, status, ""])
    }
    expect((await get("/services", { method: "POST", body: "x" })).status).toBe(405)
  })

  it("goes on while it is sent garbage, half a request, and more connections than it takes", async () => {
    const [host = "", port = "0"] = address.split(":")
    const sockets = Array.from({ length: 700 }, (_, index) => {
      const socket = net.connect(Number(port), host).resume()
      socket.on("error", () => undefined)
      socket.write(index % 2 === 0 ? "GET /services HTTP/1.1\r\nHost: x\r\nx" : "\u0000\u0001 garbage\r\n\r\n")
      return socket
    })
    await Promise.all(sockets.filter((_, index) => index % 2 === 1).map((socket) => once(socket, "close")))
    expect(hab.status("web")).toMatchObject({ state: "up" })
    for (const socket of sockets) socket.destroy()
    await until("it answers again", async () => (await get("/services").catch(() => undefined))?.status === 200)
  })
})

describe("another supervisor", () => {
  it("whose address is taken ends, and says which address and what to do", async () => {
    const other = createHab({ HAB_LISTEN_HTTP: address }).supervise()
    expect(await other.ended()).toBe(1)
    expect(other.output()).toContain(`Unable to bind to address ${address}`)
    expect(other.output()).toMatch(/--listen-http.* -D/)
  })

  it("wants its token, hides what is redacted, and is back on its address after it was killed", async () => {
    const guarded = createHab({ HAB_SUP_GATEWAY_AUTH_TOKEN: "open sesame", HAB_FEAT_REDACT_HTTP: "1" })
    const run = guarded.supervise()
    const at = await addressOf(run)
    const ask = async (path: string, token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      return (await fetch(`http://${at}${path}`, { headers })).status
    }
    expect([await ask("/services"), await ask("/services", "open"), await ask("/nowhere")]).toEqual([401, 401, 401])
    expect(await ask("/services", "open sesame")).toBe(200)
    expect([await ask("/census", "open sesame"), await ask("/butterfly", "open sesame")]).toEqual([404, 404])
    await run.stop()

    const fixed = createHab({ HAB_LISTEN_HTTP: at })
    const again = fixed.supervise()
    await addressOf(again)
    const status = JSON.parse(fixed.does("sup", "status", "--json")) as { pid: number }
    process.kill(status.pid, "SIGKILL")
    await until("another one listens there", () => again.output().split("Starting http-gateway on ").length === 3)
    await until("it answers", async () => (await fetch(`http://${at}/services`).catch(() => undefined))?.status === 200)
    await again.stop()
  })

  it("without a gateway says nothing of one", async () => {
    const quiet = createHab()
    const run = quiet.supervise("-D")
    await until("it runs", () => quiet.run("svc", "status").code === 0)
    expect(await run.stop()).toBe(0)
    expect(run.output()).not.toContain("http-gateway")
  })
})
