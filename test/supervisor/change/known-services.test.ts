import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { knownServices } from "../../../src/supervisor/change/known-services.ts"
import { commandSpec } from "../../support/held-service.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const FILE = "/r/hab/sup/default/data/known/web.json"
const OLD = { inputs: { channel: "stable" }, outputs: { pid: 7 } }

function world() {
  const files = memoryFileSystem()
  let isFull = false
  const open = () =>
    knownServices({
      ...{ files, layout, env: {} },
      tryWrite(write) {
        if (!isFull) write()
        return !isFull
      },
    })
  const fill = (full: boolean) => {
    isFull = full
  }
  return { files, open, fill }
}

describe("the services that were created", () => {
  it("are remembered with the spec they were last under", () => {
    const { files, open } = world()
    const known = open()
    const spec = commandSpec("web", { restart: "no" })
    known.note(spec)
    const written = files.readText(FILE)
    known.note({ ...spec })
    expect(files.readText(FILE)).toBe(written)
    known.note({ ...spec, channel: "beta" })
    const later = open()
    expect([later.has("web"), later.has("db")]).toEqual([true, false])
    expect(later.specOf("web")).toEqual({ ...spec, channel: "beta" })
    expect([later.takeEarlier(), later.takeEarlier()]).toEqual([["web"], []])
    later.note({ ...spec, channel: "beta" }, "acme/web/1.0.0/1")
    expect(open().releaseOf("web")).toBe("acme/web/1.0.0/1")
  })

  it("are forgotten when nothing knows them any more", () => {
    const { files, open } = world()
    const known = open()
    for (const name of ["web", "db"]) known.note(commandSpec(name))
    known.keep(new Set(["db"]))
    expect(files.stat(FILE)).toBeUndefined()
    expect(open().takeEarlier()).toEqual(["db"])
  })

  it("are written down as soon as that can be done", () => {
    const { files, open, fill } = world()
    const known = open()
    const spec = commandSpec("web")
    fill(true)
    known.note(spec)
    fill(false)
    expect([known.has("web"), files.stat(FILE)]).toEqual([true, undefined])
    known.note({ ...spec, channel: "beta" })
    expect(open().specOf("web")?.channel).toBe("beta")
  })

  it.each(["{", "null", '{"spec": 1}'])("do not count where their file holds %s", (text) => {
    const { files, open } = world()
    files.makeDirectories("/r/hab/sup/default/data/known")
    files.writeFile(FILE, text)
    expect(open().takeEarlier()).toEqual([])
  })

  it("have no spec where it cannot be understood", () => {
    const { files, open } = world()
    files.makeDirectories("/r/hab/sup/default/data/known")
    files.writeFile(FILE, JSON.stringify({ spec: "ident = 1" }))
    expect([open().has("web"), open().specOf("web")]).toEqual([true, undefined])
  })
})

describe("hooks that are owed", () => {
  it("are known to the next supervisor until they are settled", () => {
    const { open } = world()
    open().owe(commandSpec("web"), { verb: "update", reason: "load", old: OLD })
    const known = open()
    expect(known.owedBy("web")).toEqual({ verb: "update", reason: "load", old: OLD })
    known.note({ ...commandSpec("web"), channel: "beta" })
    expect(known.owedBy("web")?.verb).toBe("update")
    expect(open().specOf("web")?.channel).toBe("beta")
    known.settle("web")
    expect([open().owedBy("web"), open().has("web")]).toEqual([undefined, true])
  })

  it("keep a service that was removed known, which is not created any more", () => {
    const { open } = world()
    const known = open()
    known.owe(commandSpec("web"), { verb: "delete", reason: "unload", old: OLD })
    known.keep(new Set())
    expect([known.has("web"), open().specOf("web")?.ident.name]).toEqual([false, "web"])
    known.settle("web")
    expect(open().takeEarlier()).toEqual([])
  })
})
