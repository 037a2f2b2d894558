import { describe, expect, it } from "vitest"
import { createHab } from "../support/hab.ts"

const hab = createHab()

/** What `hab svc apply` says of an ecosystem file with this text. Nobody supervises: nothing is started. */
function apply(text: string, file = "ecosystem.config.js") {
  hab.write(`apps/${file}`, text)
  return hab.run("svc", "apply", `apps/${file}`, "--dry-run")
}

describe("an ecosystem file is run in a process of its own", () => {
  it.each([
    ["is no JavaScript", "module.exports = {", "SyntaxError: "],
    ["throws", "throw new Error('no database')", "exports nothing: Error: no database"],
    ["rejects", "export default await Promise.reject(new Error('rejected'))", "rejected", "ecosystem.config.mjs"],
    ["needs what is not there", "require('left-pad')", "Cannot find module 'left-pad'"],
    ["ends the process", "process.exit(0)", "exports nothing: it exited with status 0"],
    ["kills it", "process.kill(process.pid, 'SIGKILL')", "exports nothing: it was killed by SIGKILL"],
    ["exports a function", "module.exports = () => ({ apps: [] })", "exports nothing"],
    ["exports a circle", "const a = { script: 'x' }; a.self = a; module.exports = a", "circular structure"],
    ["exports a number", "module.exports = 42", "an app must be an object"],
    ["exports nothing that is an app", "module.exports = {}", "an app needs a 'script'"],
  ])("and when it %s, that is said and nothing is loaded", (_, text, said, file?: string) => {
    const { code, stdout, stderr } = apply(text, file)
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(said)])
    expect(stderr).not.toContain("    at ")
  })

  it("may print, keep timers and wait for promises: what it exports is what counts", () => {
    const { code, stdout } = apply(
      `setInterval(() => 0, 1000)
       console.log('{"apps": []}')
       process.stdout.write("no line feed")
       const name = await Promise.resolve("noisy")
       export default { apps: [{ name, script: "sleep", args: "1000", env: { MARK: 1n.toString() } }] }`,
      "ecosystem.config.mjs",
    )
    expect([code, stdout]).toEqual([0, expect.stringContaining("+ create noisy (local/noisy)")])
  })

  it("may read the environment of who applies it", () => {
    const { stdout } = apply("module.exports = [{ name: process.env.HOME.split('/').pop(), script: 'sleep' }]")
    expect(stdout).toContain(`+ create ${hab.root.split("/").pop()}`)
  })
})
