import { describe, expect, it } from "vitest"
import { chooseRoot, layoutOf } from "../../src/cli/root.ts"

const users = (uid: number) => ({
  current: { name: "x", uid, gid: uid, home: "/home/x" },
  capable: uid === 0,
  findUser: () => undefined,
  findGroup: () => undefined,
})
const choose = (env: Record<string, string>, uid: number) => chooseRoot({ env, users: users(uid), cwd: "/work" })

describe("the root", () => {
  it("is FS_ROOT when that is set, even a relative one; an empty one counts as unset", () => {
    expect(choose({ FS_ROOT: "/srv/x" }, 1000).path).toBe("/srv/x")
    expect(choose({ FS_ROOT: "x" }, 0).path).toBe("/work/x")
    expect(choose({ FS_ROOT: "" }, 0).path).toBe("/")
  })

  it("is the user's data directory for an ordinary user, with caches in ~/.hab", () => {
    const root = choose({}, 1000)
    expect(root).toEqual({ path: "/home/x/.local/share/hab-root", home: "/home/x", chosenForUser: true })
    expect(choose({ XDG_DATA_HOME: "/data" }, 1000).path).toBe("/data/hab-root")
    expect(layoutOf(root, { enclosed: true }).cacheKeys).toBe("/home/x/.hab/cache/keys")
  })

  it("keeps caches below FS_ROOT: nothing outside it is written", () => {
    const layout = layoutOf(choose({ FS_ROOT: "/srv/x" }, 1000), { enclosed: true })
    expect(layout.cacheArtifacts).toBe("/srv/x/hab/cache/artifacts")
    expect(layout.prefix).toBe("/hab")
    expect(layoutOf(choose({ FS_ROOT: "/srv/x" }, 1000), { enclosed: false }).prefix).toBe("/srv/x/hab")
  })
})
