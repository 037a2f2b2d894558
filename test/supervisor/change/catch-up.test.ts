import { describe, expect, it } from "vitest"
import { HabError } from "../../../src/base/errors.ts"
import { createLayout } from "../../../src/base/layout.ts"
import { resumeOwed, takeUpKnown } from "../../../src/supervisor/change/catch-up.ts"
import { knownServices, type OwedChange } from "../../../src/supervisor/change/known-services.ts"
import type { ServiceChange } from "../../../src/supervisor/change/service-change.ts"
import type { ServiceSpec } from "../../../src/supervisor/spec/spec.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import type { ChangeContext } from "../../../src/supervisor/take-spec.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { fakeUsers } from "../../support/fake-users.ts"
import { commandSpec } from "../../support/held-service.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })
const OLD = { inputs: { channel: "stable" }, outputs: { pid: 7 } }
const web = commandSpec("web", { hooks: { "pre-delete": [{ run: "x" }], "post-update": [{ run: "x" }] } })
const bare = commandSpec("bare")

function notInstalled(): never {
  throw new HabError("PACKAGE_NOT_FOUND", "it has no installed release")
}

/** A supervisor that begins, after an earlier one knew these services and owed what it owed. */
function beginning(earlier: readonly ServiceSpec[], owed: Readonly<Record<string, OwedChange>> = {}) {
  const files = memoryFileSystem()
  const open = () =>
    knownServices({
      ...{ files, layout, env: {} },
      tryWrite(write) {
        write()
        return true
      },
    })
  for (const spec of earlier) {
    const { [spec.ident.name]: debt } = owed
    if (debt === undefined) open().note(spec)
    else open().owe(spec, debt)
  }
  const known = open()
  const services = new Map<string, Supervised>()
  const posted: string[] = []
  const said: string[] = []
  const begun: ServiceChange[] = []
  const change = {
    ...{ known, reason: "boot", say: (_: string, __: string, text: string) => void said.push(text) },
    context: {
      host: { files, env: {}, clock: fakeClock(), users: fakeUsers(), watcher: { watch: () => () => undefined } },
      ...{ layout, hooks: { declared: [] }, store: { find: () => undefined, load: notInstalled } },
      options: { backoff: { tag: "default" } },
      launcher: { left: () => [] },
    },
    roster: {
      ...{ services, heldBack: new Map(), broken: new Map() },
      add: (held: Supervised) => services.set(held.name, held),
      post: (held: Supervised, { tag }: { tag: string }) => posted.push(`${held.name} ${tag}`),
    },
    changes: { isPending: () => false, run: async (one: ServiceChange) => void begun.push(one) },
  } as unknown as ChangeContext
  const takeUp = (...found: ServiceSpec[]) => takeUpKnown(change, new Map(found.map((spec) => [spec.ident.name, spec])))
  return { change, known, services, posted, said, begun, takeUp }
}

describe("services that changed while no supervisor ran", () => {
  it("are taken up as they were, and down, where hooks are declared around that", () => {
    const gone = beginning([web, bare])
    gone.takeUp()
    expect([...gone.services.keys()]).toEqual(["web"])
    expect(gone.services.get("web")?.spec).toEqual({ ...web, desiredState: "down" })
    const changed = beginning([web, bare])
    changed.takeUp({ ...web, channel: "beta" }, { ...bare, channel: "beta" })
    expect([...changed.services.values()].map(({ name, spec }) => [name, spec.channel])).toEqual([["web", web.channel]])
  })

  it("are told of where their package went meanwhile: their hooks cannot run", () => {
    const gone = { ...web, ident: { origin: "acme", name: "gone" }, own: { ...web.own, command: undefined } }
    const { takeUp, said, services } = beginning([gone as unknown as ServiceSpec])
    takeUp()
    expect([services.size, said]).toEqual([
      0,
      [
        "gone was unloaded while no supervisor ran, and acme/gone is not installed any more: hooks around that do not run",
      ],
    ])
  })

  it("are not those that are wanted up or down now, nor those that did not change", () => {
    const { services, takeUp } = beginning([web, bare])
    expect(takeUp({ ...web, desiredState: "down" }, bare)).toEqual([])
    expect(services.size).toBe(0)
  })
})

describe("hooks that an earlier supervisor owed", () => {
  const update: OwedChange = { verb: "update", reason: "load", old: OLD, changed: ["config/a"] }

  it("are those of a change that goes on where it was, once its service is listed", () => {
    const { change, services, begun, posted, takeUp } = beginning([web], { web: update })
    const owed = takeUp(web)
    expect(owed).toEqual(["web"])
    resumeOwed(change, owed)
    expect(begun).toEqual([])
    services.set("web", { name: "web", spec: web, declared: {}, service: { life: {} } } as unknown as Supervised)
    resumeOwed(change, owed)
    expect(begun).toMatchObject([{ verb: "update", reason: "load", resumed: { old: OLD }, changed: ["config/a"] }])
    begun[0]?.act()
    expect(posted).toEqual([])
  })

  it("of a removal have the service unloaded, and are forgotten where it was loaded again", () => {
    const removal: OwedChange = { verb: "delete", reason: "unload", old: OLD }
    const gone = beginning([web], { web: removal })
    resumeOwed(gone.change, gone.takeUp())
    gone.begun[0]?.act()
    expect(gone.posted).toEqual(["web unload"])
    const back = beginning([web], { web: removal })
    expect(back.takeUp({ ...web, channel: "beta" })).toEqual([])
    expect([back.known.has("web"), back.services.size]).toEqual([false, 0])
  })

  it("are kept while the service changed in a way that no hook is declared around", () => {
    const created: OwedChange = { verb: "create", reason: "load" }
    const { takeUp, services } = beginning([bare], { bare: created })
    expect(takeUp({ ...bare, channel: "beta" })).toEqual(["bare"])
    expect(services.size).toBe(0)
  })

  it("of a replacement have what lives replaced: it can only be the old one", () => {
    const { change, services, begun, posted, takeUp } = beginning([web], { web: { verb: "replace", reason: "load" } })
    const owed = takeUp(web)
    services.set("web", {
      name: "web",
      spec: web,
      declared: {},
      service: { life: { pid: 7 } },
    } as unknown as Supervised)
    resumeOwed(change, owed)
    begun[0]?.act()
    expect(posted).toEqual(["web restart"])
  })
})
