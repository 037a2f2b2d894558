import { describe, expect, it } from "vitest"
import { createLayout, hostPath, innerPath, servicePaths } from "../../src/base/layout.ts"

describe("the two views of the tree", () => {
  const layout = createLayout({ root: "/srv/x", enclosed: true })

  it("translate into each other, and leave everything outside the hab directory alone", () => {
    expect(hostPath(layout, "/hab/svc/redis")).toBe("/srv/x/hab/svc/redis")
    expect(hostPath(layout, "/habitat/x")).toBe("/habitat/x")
    expect(innerPath(layout, "/srv/x/hab")).toBe("/hab")
    expect(innerPath(layout, "/etc/hosts")).toBe("/etc/hosts")
  })

  it("are the same when the root is / and where namespaces are refused", () => {
    const plain = createLayout({ root: "/", enclosed: true })
    expect(servicePaths(plain, "redis").run).toBe("/hab/svc/redis/run")
    const refused = createLayout({ root: "/srv/x", enclosed: false })
    expect(hostPath(refused, "/srv/x/hab/pkgs")).toBe("/srv/x/hab/pkgs")
  })

  it("are told apart while other work goes on, where that has to be tried", async () => {
    const tried: string[] = []
    const probe = async () => void tried.push("namespaces")
    const found = { enclosed: true, probe }
    expect(await createLayout({ root: "/", ...found }).findPrefix()).toBe("/hab")
    expect(tried).toEqual([])
    expect(await createLayout({ root: "/srv/x", ...found }).findPrefix()).toBe("/hab")
    expect(tried).toEqual(["namespaces"])
    expect(await createLayout({ root: "/srv/x", enclosed: false }).findPrefix()).toBe("/srv/x/hab")
  })
})
