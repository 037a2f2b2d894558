import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { createStore } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const at = (ident: string, file = "TARGET") => `/srv/x/hab/pkgs/${ident}/${file}`

function storeOf(tree: Record<string, string | undefined>) {
  return createStore({ files: memoryFileSystem(tree), layout, target: "x86_64-linux" })
}

describe("the package store", () => {
  it("lists nothing where nothing is installed", () => {
    expect(storeOf({}).list()).toEqual([])
    expect(storeOf({}).find(parseIdent("acme/web"))).toBeUndefined()
  })

  it("counts a release only if its TARGET is this platform's, whatever else is there", () => {
    const store = storeOf({
      [at("acme/web/1.0/1")]: "x86_64-linux\r\n",
      [at("acme/web/1.0/2")]: "aarch64-linux\n",
      [at("acme/web/1.0/3")]: "nonsense",
      [at("acme/web/1.0/4", "IDENT")]: "acme/web/1.0/4",
      [at("acme/web/1.0/.hab-pkg-install-5xyz")]: "x86_64-linux",
      [at("acme/web/1.0/6", "TARGET/x")]: "",
      "/srv/x/hab/pkgs/.lock": "",
      "/srv/x/hab/pkgs/acme/stray": "",
    })
    expect(store.list().map((pkg) => pkg.ident.release)).toEqual(["1"])
    expect(store.find(parseIdent("acme/web/1.0/2"))).toBeUndefined()
    expect(store.find(parseIdent("acme/web/1.0/.hab-pkg-install-5xyz"))).toBeUndefined()
  })

  const several = {
    [at("acme/web/1.10/1")]: "x86_64-linux",
    [at("acme/web/1.9/7")]: "x86_64-linux",
    [at("acme/web/1.9/10")]: "x86_64-linux",
    [at("acme/db/1/1")]: "x86_64-linux",
    [at("zeta/web/9/1")]: "x86_64-linux",
  }

  it("lists by origin, name, version and release what satisfies a wish", () => {
    const idents = (wish?: string) =>
      storeOf(several)
        .list(wish === undefined ? undefined : parseIdent(wish))
        .map((pkg) => stringifyIdent(pkg.ident))
    expect(idents()).toEqual(["acme/db/1/1", "acme/web/1.9/10", "acme/web/1.9/7", "acme/web/1.10/1", "zeta/web/9/1"])
    expect(idents("acme/web/1.9")).toEqual(["acme/web/1.9/10", "acme/web/1.9/7"])
    expect(idents("acme/web/2")).toEqual([])
  })

  it("finds the latest release of a wish, and the exact one of an exact wish", () => {
    const store = storeOf(several)
    expect(store.find(parseIdent("acme/web"))?.ident.version).toBe("1.10")
    expect(store.find(parseIdent("acme/web/1.9"))?.ident.release).toBe("7")
    expect(store.load(parseIdent("acme/web/1.9/10"))).toEqual({
      ident: { origin: "acme", name: "web", version: "1.9", release: "10" },
      path: "/srv/x/hab/pkgs/acme/web/1.9/10",
      innerPath: "/hab/pkgs/acme/web/1.9/10",
    })
  })

  it("says what is missing and how to get it", () => {
    const missing = (wish: string) => () => storeOf(several).load(parseIdent(wish))
    const error = (message: RegExp, hint: RegExp) =>
      expect.objectContaining({
        code: "PACKAGE_NOT_FOUND",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      })
    expect(missing("acme/cache")).toThrowError(error(/no installed release/, /hab pkg install acme\/cache/))
    expect(missing("acme/web/1.9/8")).toThrowError(error(/is not installed/, /hab pkg install acme\/web\/1.9\/8/))
  })
})
