import { describe, expect, it } from "vitest"
import { parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { planRollback } from "../../src/package/rollback.ts"
import { createStore } from "../../src/package/store.ts"
import { installWorld } from "../support/install-world.ts"

async function planned(wish: string, ...versions: string[]) {
  const tree = versions.map((version) => [`/hab/pkgs/a/web/${version}/1/TARGET`, "x86_64-linux"])
  const { context } = await installWorld(Object.fromEntries(tree))
  const { target, newer } = planRollback(createStore(context), parseIdent(wish))
  return { target: stringifyIdent(target.ident), newer: newer.map(stringifyIdent) }
}

describe("going back", () => {
  it("means the release before the newest, or the one that is named", async () => {
    expect(await planned("a/web", "1", "2", "3")).toEqual({ target: "a/web/2/1", newer: ["a/web/3/1"] })
    expect(await planned("a/web/1", "1", "2", "3")).toEqual({ target: "a/web/1/1", newer: ["a/web/2/1", "a/web/3/1"] })
    expect(await planned("a/web@<3", "1", "2", "3")).toEqual({ target: "a/web/2/1", newer: ["a/web/3/1"] })
  })

  it("is refused where there is nothing to go back to", async () => {
    await expect(planned("a/web", "1")).rejects.toMatchObject({ code: "ROLLBACK_IMPOSSIBLE" })
    await expect(planned("a/web/2", "1", "2")).rejects.toMatchObject({ code: "ROLLBACK_IMPOSSIBLE" })
    await expect(planned("a/web/9", "1", "2")).rejects.toMatchObject({ code: "PACKAGE_NOT_FOUND" })
  })
})
