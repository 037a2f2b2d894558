import { describe, expect, it } from "vitest"
import { completionNodes } from "../../../src/cli/completion/nodes.ts"
import { COMPLETION_SHELLS, completionScript } from "../../../src/cli/completion/scripts.ts"
import { GROUPS } from "../../../src/cli/groups.ts"

const nodes = completionNodes(GROUPS)
const at = (path: string) => nodes.find((node) => node.path === path)

describe("what can be completed", () => {
  it("is every word and flag of the command table, with what it is about", () => {
    expect(at("")?.words.map(({ name }) => name)).toEqual(GROUPS.map(({ name }) => name))
    expect(at("/pkg")?.words).toContainEqual({ name: "path", summary: expect.stringMatching(/./) })
    expect(at("/pkg/export")?.words.map(({ name }) => name)).toEqual(["tar", "container", "systemd", "kubernetes"])
    expect(at("/apply")?.flags.length).toBeGreaterThan(0)
    expect(at("/svc/load")?.flags).toContainEqual({
      long: "--topology",
      short: "-t",
      summary: expect.any(String),
      takesValue: true,
      choices: ["standalone", "leader"],
    })
  })

  it.each(COMPLETION_SHELLS)("is all in the script for %s", (shell) => {
    const script = completionScript(shell, nodes)
    const flags = nodes.flatMap((node) =>
      node.flags.map(({ long }) => (shell === "fish" ? ` -l ${long.slice(2)}` : long)),
    )
    const words = nodes.flatMap((node) => node.words.map(({ name }) => name))
    expect([...flags, ...words].filter((text) => !script.includes(text))).toEqual([])
  })
})
