import { describe, expect, it } from "vitest"
import { createOutages } from "../../../src/supervisor/updates/outages.ts"

describe("a depot that does not answer for days", () => {
  it("is said when it begins, when the reason is another one, and when it is over", () => {
    const said: string[] = []
    const outages = createOutages((group, _, text) => void said.push(`${group}: ${text.split(";")[0]}`))
    const [web, api] = [{ group: "web.default" }, { group: "api.default" }]
    outages.worked(web)
    for (const why of ["refused", "refused", "silent", "silent"]) outages.failed(web, why)
    outages.failed(api, "silent")
    for (const follower of [web, web, api]) outages.worked(follower)
    outages.failed(web, "silent")
    expect(said).toEqual([
      "web.default: Looking for an update failed: refused",
      "web.default: Looking for an update failed: silent",
      "api.default: Looking for an update failed: silent",
      "web.default: Looking for updates works again",
      "api.default: Looking for updates works again",
      "web.default: Looking for an update failed: silent",
    ])
  })
})
