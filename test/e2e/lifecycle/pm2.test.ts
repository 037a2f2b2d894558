import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { partsOf, titlesIn } from "../../support/document-parts.ts"
import { createHab } from "../../support/hab.ts"
import { writeFilesOfPage } from "../../support/programs.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"

const DELIVERS = "runs an ecosystem file as it is, its hook after every start"
const SHARED = "is one instance for all services that name it, and a new one when the file changes"
const STREAMS = "gets pid, environment and the living streams of its service, and its output is in the log"

/** Every heading and code block of the document on post-start hooks, and the tests that show it. */
const PARTS: readonly (readonly [hash: string, about: string, ...proofs: readonly string[]])[] = [
  ["37f210b4", "configuration", DELIVERS],
  ["ef55861e", "an app with its hook", DELIVERS],
  ["503cc744", "the hook function, its arguments and its output", DELIVERS, STREAMS],
  ["808358ec", "sample of a hook", DELIVERS, STREAMS],
  ["18db6275", "where hooks run: one instance for all apps (a changed file is used here without a restart)", SHARED],
]

describe("the document on PM2's post-start hooks", () => {
  it.skipIf(!hasShared)("has no heading, table or code block without its tests", () => {
    const document = readFileSync(sharedPath("mission/pm2-post-start-hooks.md"), "utf8")
    expect(PARTS.map(([hash]) => hash)).toEqual(partsOf(document).map(({ hash }) => hash))
  })

  it("names tests that exist", () => {
    const files = ["./pm2.test.ts", "./modules.test.ts"]
    const titles = files.flatMap((file) => [...titlesIn(readFileSync(new URL(file, import.meta.url), "utf8"))])
    expect(PARTS.flatMap(([, , ...proofs]) => proofs).filter((title) => !titles.includes(title))).toEqual([])
    expect(PARTS.filter(([, , ...proofs]) => proofs.length === 0)).toEqual([])
  })
})

describe("the page for those who come from PM2", () => {
  it("runs an ecosystem file as it is, its hook after every start", async () => {
    const hab = createHab()
    writeFilesOfPage(hab, "how-to/coming-from-pm2.md")
    const sup = hab.supervise()
    await sup.sees("Starting ctl-gateway")
    hab.does("svc", "apply", hab.path("ecosystem.config.js"))
    await sup.sees("got a secret of 9 letters")
    const pid = hab.status("api")?.pid
    await sup.sees(`hook.post-start-hook-spec.:.HK.: post-start hook for app api with pid ${pid}`)
    hab.does("svc", "restart", "api", "--wait")
    await sup.sees(`post-start hook for app api with pid ${hab.status("api")?.pid}`)
    expect(hab.status("api")?.pid).not.toBe(pid)
    expect(await sup.stop()).toBe(0)
  })

  it("runs a module as a hook of a whole set as well", async () => {
    const hab = createHab()
    hab.write("before.cjs", "module.exports = ({ event, reason }) => console.log('module', event, reason)\n")
    hab.write(
      "pair.toml",
      '[[hooks.pre-start]]\nmodule = "before.cjs"\n[services.sleeper]\ncommand = ["sleep", "1000"]\n',
    )
    const sup = hab.supervise()
    await sup.sees("Starting ctl-gateway")
    hab.does("svc", "apply", hab.path("pair.toml"))
    await sup.sees(/set\.pair hook\[pre-start-set\]:\(HK\): module pre-start apply/)
    expect(await sup.stop()).toBe(0)
  })
})
