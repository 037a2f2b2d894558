import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, processesOf, project } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { until } from "../support/until.ts"

const folder = path.join(project, ".cache/node")
const nodes = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(nodeOf(name))) : []

function nodeOf(name: string): string {
  return path.join(folder, name, "node_modules/.bin/node")
}

describe.skipIf(nodes.length === 0)("another Node than the one the tests run on (needs .cache/node)", () => {
  it.each(nodes)("%s builds, installs and supervises", async (name) => {
    const node = nodeOf(name)
    expect(execFileSync(node, ["--version"], { encoding: "utf8" })).not.toBe(process.version)
    const hab = createHab({ PATH: `${path.dirname(node)}:${process.env["PATH"]}` }, node)
    hab.does("origin", "key", "generate", "demo")
    hab.does("pkg", "install", hab.does("pkg", "build", path.join(project, "plans/hello")))
    // On the port of its default another test's service may answer, its health check in its place.
    const own = `port = ${await freePort()}\n`
    hab.write("hab/user/hello/config/user.toml", own)
    const sup = hab.supervise("demo/hello")
    const healthy = await until("the service is healthy", () => {
      const status = hab.status("hello")
      return status?.health === "ok" ? status : undefined
    })
    expect(healthy.pid).toBeTypeOf("number")
    hab.write("hab/user/hello/config/user.toml", `${own}greeting = "changed"\n`)
    await until("the config is rendered", () =>
      hab.readIfPresent("hab/svc/hello/config/hello.json")?.includes("changed"),
    )
    expect(hab.status("hello")?.pid).toBe(healthy.pid)
    expect(await sup.stop()).toBe(0)
    expect(processesOf(hab.root)).toEqual([])
  })
})
