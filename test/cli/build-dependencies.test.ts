import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { buildDependencies } from "../../src/cli/build-dependencies.ts"
import type { CommandContext, Workplace } from "../../src/cli/command.ts"
import { createStore } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const CHOICE = { url: "file:///depot", auth: undefined, channel: "dev", refreshChannel: "base", offline: false }

function sourceOf(env: Readonly<Record<string, string>>, choice: Partial<typeof CHOICE> = {}) {
  const files = memoryFileSystem({})
  const host = { env, files, randomBytes: (length: number) => new Uint8Array(length), target: "x86_64-linux" }
  const context = { host, layout, report: () => undefined, signal: new AbortController().signal }
  const workplace: Workplace = { layout, enclosure: { enclosed: true, wrap: (argv) => argv } }
  const store = createStore({ files, layout, target: "x86_64-linux" })
  return buildDependencies(context as unknown as CommandContext, workplace, store, { ...CHOICE, ...choice }).source
}

describe("where a build takes missing dependencies from", () => {
  it("is the depot that is named, by channels of which the last is HAB_FALLBACK_CHANNEL", () => {
    expect(sourceOf({})).toMatchObject({ channel: "dev", refreshChannel: "base", fallbackChannel: "stable" })
    expect(sourceOf({ HAB_FALLBACK_CHANNEL: "old" })).toMatchObject({ fallbackChannel: "old" })
  })

  it.each([
    ["--offline", {}, { offline: true }],
    ["NO_INSTALL_DEPS", { NO_INSTALL_DEPS: "1" }, {}],
  ])("is nowhere with %s", (_, env: Record<string, string>, choice) => {
    expect(sourceOf(env, choice)).toBeUndefined()
  })

  it.each(["", "false"])("is not kept away by NO_INSTALL_DEPS=%j", (value) => {
    expect(sourceOf({ NO_INSTALL_DEPS: value })).toBeDefined()
  })
})
