import { spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import http, { type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { serveDepot } from "../support/depot-server.ts"
import { createHab, type Hab, project } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const IDENT = "acme/fat/1.0.0/20240101000000"
const hasScript = spawnSync("script", ["--version"]).status === 0

/** A depot that gives half of each artifact, and the rest when it is told to. */
async function hesitantDepot() {
  const builder = createHab()
  await trustTestKey(builder)
  const blob = randomBytes(300_000).toString("base64")
  const depot = await serveDepot(builder)
  const hart = await writeHart(builder, { ident: IDENT, files: { blob } })
  builder.does("pkg", "upload", hart, "--url", depot.url, "--auth", depot.token)
  const held: (() => void)[] = []
  const server = http.createServer(async ({ url = "" }, response) => {
    const found = await fetch(new URL(url, depot.url))
    const body = Buffer.from(await found.arrayBuffer())
    if (url.includes("/download?")) held.push(inHalves(response, body))
    else response.writeHead(found.status, { "content-type": "application/json" }).end(body)
  })
  onTestFinished(() => void server.closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const goOn = () => {
    for (const end of held.splice(0)) end()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, goOn, isAsked: () => held.length > 0 }
}

function inHalves(response: ServerResponse, body: Buffer): () => void {
  const half = body.length / 2
  response.writeHead(200, { "content-length": body.length }).write(body.subarray(0, half))
  return () => void response.end(body.subarray(half))
}

/** `hab pkg install` on a terminal of its own; `output` is what that shows, control characters included. */
function installOnTerminal(hab: Hab, url: string) {
  const words = [process.execPath, `${project}/bin/hab`, "pkg", "install", IDENT, "--url", url]
  const child = spawn("script", ["-qec", words.join(" "), "/dev/null"], {
    env: { ...hab.env, TERM: "xterm", SHELL: "/bin/sh" },
    stdio: ["ignore", "pipe", "ignore"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let text = ""
  child.stdout.on("data", (chunk) => (text += chunk))
  return { output: () => text, ended: new Promise<number | null>((resolve) => child.once("close", resolve)) }
}

describe.skipIf(!hasScript)("a download on a terminal (needs script of util-linux)", () => {
  it("shows how far it is in one line, which is away when it is over", async () => {
    const { url, goOn } = await hesitantDepot()
    const { output, ended } = installOnTerminal(createHab(), url)
    await until("half of it is shown", () =>
      /\r\u001b\[K {2}█{9,10}░{10,11} {2} (49|50) % {2}\d+ kB of \d+ kB/.test(output()),
    )
    goOn()
    expect(await ended).toBe(0)
    const shown = output().slice(output().lastIndexOf("\u001b[K"))
    expect(shown).toContain("with 1 new packages installed.")
    expect(shown).not.toContain(" %")
  })
})

describe("a download without a terminal", () => {
  it("shows lines that begin something and end it", async () => {
    const { url, goOn, isAsked } = await hesitantDepot()
    const hab = createHab()
    const child = spawn(process.execPath, [`${project}/bin/hab`, "pkg", "install", IDENT, "--url", url], {
      env: hab.env,
    })
    let errors = ""
    child.stderr.on("data", (chunk) => (errors += chunk))
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
    await until("the depot is asked", isAsked)
    goOn()
    expect(await ended).toBe(0)
    expect(errors).toContain(`↓ Downloading ${IDENT}\n`)
    expect(errors).not.toMatch(/[\r\u001b%]/)
  })
})
