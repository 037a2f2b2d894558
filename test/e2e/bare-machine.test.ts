import { mkdtempSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { expect, it } from "vitest"
import { barePath } from "../support/bare-path.ts"
import { createHab, processesOf, project } from "../support/hab.ts"
import { freePort } from "../support/sockets.ts"
import { until } from "../support/until.ts"

it("builds, installs and supervises with nothing on PATH but what the README asks for", async () => {
  const tools = barePath(path.join(mkdtempSync(path.join(os.tmpdir(), "hab-bare-")), "bin"))
  const hab = createHab({ PATH: tools })
  hab.does("origin", "key", "generate", "demo")
  const artifact = hab.does("pkg", "build", path.join(project, "plans/hello"))
  hab.does("pkg", "install", artifact)
  // On the port of its default another test's service may listen.
  hab.write("hab/user/hello/config/user.toml", `port = ${await freePort()}\n`)
  const sup = hab.supervise("demo/hello")
  await until("the service is healthy", () => hab.status("hello")?.health === "ok")
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})
