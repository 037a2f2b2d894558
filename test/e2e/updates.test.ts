import http from "node:http"
import { describe, expect, it } from "vitest"
import { serveDepot } from "../support/depot-server.ts"
import { createHab, type Hab } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { until } from "../support/until.ts"
import { trustTestKey, writeHart } from "../support/written-packages.ts"

const ident = (version: string) => `acme/web/${version}/20240101000000`

/** Which release answers; undefined while none does. */
function ask(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, agent: false }, (reply) => {
      let text = ""
      reply.on("data", (chunk) => (text += chunk))
      reply.on("end", () => resolve(text))
    })
    request.on("error", () => resolve(undefined))
  })
}

async function writeReleases(builder: Hab, port: number, versions: readonly string[]): Promise<string[]> {
  const serve = (version: string) =>
    `require("http").createServer((q, r) => r.end("${version}")).listen({ host: "127.0.0.1", port: ${port} })`
  const run = (version: string) => `#!/bin/sh\nexec ${process.execPath} -e '${serve(version)}'\n`
  const harts: string[] = []
  for (const version of versions)
    harts.push(await writeHart(builder, { ident: ident(version), files: { "hooks/run": run(version) } }))
  return harts
}

describe("a service with the strategy at-once that tracks a channel", () => {
  it("follows it up and back down while requests flow; what it rolled back from is removed", async () => {
    const builder = createHab()
    await trustTestKey(builder)
    const port = await freePort()
    const harts = await writeReleases(builder, port, ["1.0.0", "2.0.0"])
    const depot = await serveDepot(builder)
    const as = ["--url", depot.url, "--auth", depot.token]
    builder.does("pkg", "upload", ...harts, ...as)
    builder.does("pkg", "promote", ident("1.0.0"), "stable", ...as)

    const hab = createHab({
      HAB_BLDR_URL: depot.url,
      HAB_UPDATE_STRATEGY_PERIOD_MS: "300",
      HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1",
    })
    const strategy = ["--strategy", "at-once", "--update-condition", "track-channel", "--channel", "stable"]
    const sup = hab.supervise("acme/web", ...strategy)
    const answers = (version: string) => until(`${version} answers`, async () => (await ask(port)) === version)
    await answers("1.0.0")

    builder.does("pkg", "promote", ident("2.0.0"), "stable", ...as)
    await answers("2.0.0")
    await sup.sees(`Updating from ${ident("1.0.0")} to ${ident("2.0.0")}`)
    expect(hab.list("hab/pkgs/acme/web")).toEqual(["1.0.0", "2.0.0"])

    builder.does("pkg", "demote", ident("2.0.0"), "stable", ...as)
    await answers("1.0.0")
    await sup.sees(`Rolling back from ${ident("2.0.0")} to ${ident("1.0.0")}`)
    await until("the newer release is removed", () => hab.list("hab/pkgs/acme/web").join() === "1.0.0")
    expect(await ask(port)).toBe("1.0.0")
    await sup.stop()
  })
})

describe("--keep-latest-packages", () => {
  it("removes older releases once the service runs", async () => {
    const builder = createHab()
    await trustTestKey(builder)
    const port = await freePort()
    for (const hart of await writeReleases(builder, port, ["1.0.0", "2.0.0", "3.0.0"]))
      builder.does("pkg", "install", hart)
    const sup = builder.supervise("acme/web", "--keep-latest-packages", "2")
    await until("it answers", async () => (await ask(port)) === "3.0.0")
    await until("the oldest is removed", () => builder.list("hab/pkgs/acme/web").join() === "2.0.0,3.0.0")
    await sup.stop()
  })
})

describe("a service pinned to a range of versions", () => {
  it("updates within it only, and its spec file stays one of Habitat", async () => {
    const builder = createHab()
    await trustTestKey(builder)
    const port = await freePort()
    const harts = await writeReleases(builder, port, ["1.0.0", "1.2.0", "2.0.0"])
    const depot = `file://${builder.path("depot")}`
    builder.does("pkg", "upload", ...harts, "--url", depot)
    const hab = createHab({
      HAB_BLDR_URL: depot,
      HAB_UPDATE_STRATEGY_PERIOD_MS: "300",
      HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1",
    })
    hab.does("pkg", "install", ident("1.0.0"))
    hab.does("svc", "load", "acme/web@^1", "--strategy", "at-once", "--channel", "unstable")
    expect(hab.read("hab/sup/default/specs/web.spec")).toContain('ident = "acme/web"\n')
    expect(hab.read("hab/sup/default/specs/web.hab.toml")).toContain('version_range = "^1"')
    const sup = hab.supervise()
    await until("the newest of the range answers", async () => (await ask(port)) === "1.2.0")
    expect(hab.list("hab/pkgs/acme/web")).toEqual(["1.0.0", "1.2.0"])
    await sup.stop()
  })
})

describe("a service whose update is wanted at run time", () => {
  it("takes strategy and channel without a restart; what was installed meanwhile is not taken for what runs", async () => {
    const builder = createHab()
    await trustTestKey(builder)
    const port = await freePort()
    const harts = await writeReleases(builder, port, ["1.0.0", "2.0.0"])
    const depot = `file://${builder.path("depot")}`
    builder.does("pkg", "upload", ...harts, "--url", depot)
    builder.does("pkg", "promote", ident("1.0.0"), "stable", "--url", depot)
    const hab = createHab({
      HAB_BLDR_URL: depot,
      HAB_UPDATE_STRATEGY_PERIOD_MS: "300",
      HAB_UPDATE_STRATEGY_PERIOD_BYPASS_CHECK: "1",
    })
    const sup = hab.supervise()
    await until("the supervisor answers", () => hab.run("sup", "status").code === 0)
    // Nothing of it is here yet: the load gets it from the depot.
    hab.does("svc", "load", "acme/web", "--channel", "stable", "--update-condition", "track-channel", "--wait")
    await until("1.0.0 answers", async () => (await ask(port)) === "1.0.0")
    const pid = hab.status("web")?.pid
    hab.does("svc", "update", "acme/web", "--strategy", "at-once")
    hab.does("pkg", "install", harts[1] ?? "")
    // The next supervisor finds the process of the older release.
    process.kill(JSON.parse(hab.does("sup", "status", "--json")).pid, "SIGKILL")
    await until("it is back", () => hab.status("web")?.ident === ident("1.0.0"))
    expect([hab.status("web")?.pid, await ask(port)]).toEqual([pid, "1.0.0"])
    hab.does("svc", "update", "acme/web", "--channel", "unstable")
    await until("2.0.0 answers", async () => (await ask(port)) === "2.0.0")
    expect(hab.status("web")?.ident).toBe(ident("2.0.0"))
    await sup.stop()
  })
})
