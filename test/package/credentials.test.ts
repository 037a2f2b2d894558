import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { chooseCredentials } from "../../src/package/credentials.ts"
import { fakeUsers } from "../support/fake-users.ts"

const none = { svcUser: undefined, svcGroup: undefined }
const byDefault = { svcUser: "hab", svcGroup: "hab" }
const redis = { svcUser: "redis", svcGroup: "redis" }

describe("choosing whom to run as", () => {
  it("becomes the accounts the package names", () => {
    const chosen = chooseCredentials(fakeUsers({ accounts: { redis: 70, hab: 80 } }), redis)
    expect(chosen).toEqual({
      user: { name: "redis", uid: 70 },
      group: { name: "redis", gid: 70 },
      runAs: { name: "redis", uid: 70, gid: 70 },
    })
  })

  it("becomes hab when the package names nobody, or one of the two only, and hab exists", () => {
    const users = fakeUsers({ accounts: { hab: 80, redis: 70 } })
    expect(chooseCredentials(users, none).runAs?.name).toBe("hab")
    expect(chooseCredentials(users, { ...none, svcUser: "redis" }).runAs?.name).toBe("hab")
  })

  it("stays the caller without a word when nobody is named and there is no hab", () => {
    const chosen = chooseCredentials(fakeUsers(), none)
    expect(chosen).toEqual({ user: { name: "root", uid: 0 }, group: { name: "root", gid: 0 } })
  })

  it("stays the caller and says so when only the default account is missing", () => {
    const chosen = chooseCredentials(fakeUsers(), byDefault)
    expect(chosen.runAs).toBeUndefined()
    expect(chosen.notice).toBe("There is no account 'hab': running as root")
  })

  it("does not switch when the package names the caller", () => {
    const chosen = chooseCredentials(fakeUsers(), { svcUser: "root", svcGroup: "root" })
    expect(chosen).toEqual({ user: { name: "root", uid: 0 }, group: { name: "root", gid: 0 } })
  })

  it.each([
    [redis, "No UID for user 'redis' could be found", "useradd"],
    [{ svcUser: "root", svcGroup: "cache" }, "No GID for group 'cache' could be found", "groupadd"],
    [{ svcUser: "hab", svcGroup: "root" }, "No UID for user 'hab' could be found", "useradd"],
  ])("refuses a missing account the package names: %o", (wanted, message, command) => {
    const choose = () => chooseCredentials(fakeUsers(), wanted)
    expect(choose).toThrow(HabError)
    expect(choose).toThrow(expect.objectContaining({ code: "ACCOUNT_MISSING", message }))
    expect(choose).toThrow(expect.objectContaining({ hint: expect.stringContaining(command) }))
  })

  it("stays the caller and says so without the capabilities, even when the named account is missing", () => {
    const users = fakeUsers({ current: { name: "eve", uid: 1000 }, capable: false })
    expect(chooseCredentials(users, redis)).toEqual({
      user: { name: "eve", uid: 1000 },
      group: { name: "eve", gid: 1000 },
      notice: "Current user (eve) lacks sufficient capabilites to run services as a different user; running as self!",
    })
    expect(chooseCredentials(users, { svcUser: "eve", svcGroup: "eve" }).notice).toBeUndefined()
    const nameless = fakeUsers({ current: { name: "1234", uid: 1234 }, capable: false })
    expect(chooseCredentials(nameless, redis).notice).toContain("Current user (anonymous [UID=1234]) lacks")
  })
})
