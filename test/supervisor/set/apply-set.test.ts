import { describe, expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { createStore } from "../../../src/package/store.ts"
import type { OperationContext } from "../../../src/supervisor/control/operations.ts"
import { describePlan, planSet } from "../../../src/supervisor/set/apply-set.ts"
import { applyUnsupervised } from "../../../src/supervisor/set/apply-unsupervised.ts"
import type { ServiceSet } from "../../../src/supervisor/set/service-set.ts"
import { readAppliedSets } from "../../../src/supervisor/set/set-files.ts"
import { defaultSpec, type OwnSpec } from "../../../src/supervisor/spec/spec.ts"
import { findSpec, writeSpec } from "../../../src/supervisor/spec/spec-files.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })

function emptyRoot(): OperationContext {
  const files = memoryFileSystem()
  return { files, layout, env: {}, store: createStore({ files, layout, target: "x86_64-linux" }) }
}

function command(name: string, own: Partial<OwnSpec> = {}) {
  const spec = defaultSpec({ origin: "local", name }, {})
  const plain = { set: "shop", folder: "/srv", command: { run: name, environment: {} } }
  return { ...spec, own: { ...spec.own, ...plain, ...own } }
}

function shop(...services: ServiceSet["services"]): ServiceSet {
  return { name: "shop", file: "/srv/shop.toml", services, hooks: {}, notes: [] }
}

const tagsOf = (context: OperationContext, set: ServiceSet) =>
  planSet(context, { set }).changes.map(({ tag, name }) => `${tag} ${name}`)

describe("applying a set", () => {
  it("creates, updates, leaves alone and removes, and knows the next time that nothing changed", () => {
    const context = emptyRoot()
    applyUnsupervised(context, { set: shop(command("a"), command("b"), command("c")) })
    const next = shop(command("b"), command("c", { restart: "no" }), command("d"))
    expect(tagsOf(context, next)).toEqual(["unchanged b", "update c", "create d", "remove a"])
    expect(applyUnsupervised(context, { set: next })).toMatchObject({ changed: true, names: ["b", "c", "d"] })
    expect(findSpec(context, "a")).toBeUndefined()
    expect(applyUnsupervised(context, { set: next })).toMatchObject({ changed: false })
    expect(describePlan(planSet(context, { set: next }))).toBe("The set shop is unchanged")
  })

  it("wants up again what was stopped, and sees that only its own hooks changed", () => {
    const context = emptyRoot()
    applyUnsupervised(context, { set: shop(command("a")) })
    const hooks = { "pre-start": [{ run: "true" }] }
    expect(describePlan(planSet(context, { set: { ...shop(command("a")), hooks } }))).toContain(
      "~ update its own hooks",
    )
    writeSpec(context, { ...command("a"), desiredState: "down" })
    expect(tagsOf(context, shop(command("a")))).toEqual(["update a"])
  })

  it("takes nothing from another file, another set or a hand, unless forced", () => {
    const context = emptyRoot()
    applyUnsupervised(context, { set: shop(command("a")) })
    const moved = { ...shop(command("a")), file: "/elsewhere/shop.toml" }
    expect(() => planSet(context, { set: moved })).toThrow("was applied from /srv/shop.toml")
    expect(planSet(context, { set: moved, force: true }).setChanged).toBe(true)
    const other = { ...shop(command("a", { set: "other" })), name: "other" }
    expect(() => planSet(context, { set: other })).toThrow("of the set 'shop' already")
    const { set: _, ...byHand } = command("b").own
    writeSpec(context, { ...command("b"), own: byHand })
    expect(() => planSet(context, { set: shop(command("b")) })).toThrow("loaded as local/b already")
  })

  it("passes over what it cannot understand of earlier sets, and names that are no names", () => {
    const context = emptyRoot()
    context.files.makeDirectories("/r/hab/sup/default/sets")
    context.files.writeFile("/r/hab/sup/default/sets/broken.json", "{")
    expect(readAppliedSets(context)).toEqual([])
    expect(() => planSet(context, { set: { ...shop(), name: "../x" } })).toThrow("cannot name a set")
    expect(() => planSet(context, { set: shop(command("..")) })).toThrow("cannot name a set or a service")
  })
})
