import { describe, expect, it } from "vitest"
import { hashFile } from "../../src/crypto/hash.ts"
import { printKey } from "../../src/crypto/key.ts"
import { answerDepot } from "../../src/depot/depot-server.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { writeArtifact } from "../support/artifact.ts"
import { depotWorld, putRelease, remoteOver, TARGET, TOKEN } from "../support/depot-world.ts"
import { testKeys } from "../support/keys.ts"

const WEB = "acme/web/1.0.0/20240101000000"

/** What a client of Builder gets for a GET, without which it says that the answer makes no sense. */
async function world() {
  const { context, directory, ...rest } = depotWorld()
  const ask = async (target: string) => {
    const request = { method: "GET", target, authorization: `Bearer ${TOKEN}` }
    const nothing = { receive: async () => "received" as const, receiveText: async () => "" }
    const { status, headers, body = "" } = await answerDepot(context, "/depot", { ...request, ...nothing })
    return { status, headers, body: typeof body === "string" && body.startsWith("{") ? JSON.parse(body) : body }
  }
  await putRelease(rest.files, directory, WEB)
  return { ask, depot: directory, remote: remoteOver({ context, directory, ...rest }) }
}

describe("clients of Builder get from a depot of ours", () => {
  it("since when a release is in each channel, as text", async () => {
    const { ask, depot } = await world()
    await depot.promote(parseFullIdent(WEB), TARGET, "stable")
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+$/)
    const listed = ["stable", "unstable"].map((name) => ({ name, created_at: time, promoted_at: time }))
    for (const path of [`pkgs/${WEB}/channels`, "channels/acme"]) {
      const { body } = await ask(`/v1/depot/${path}`)
      expect(JSON.parse(body)).toEqual(listed)
    }
  })

  it("the file name of a secret key", async () => {
    const { ask, depot } = await world()
    const { secret } = await testKeys()
    await depot.uploadKey("origin-secret", secret, printKey(secret))
    const { headers } = await ask("/v1/depot/origins/acme/secret_keys/latest")
    expect(headers).toEqual({ "x-filename": `acme-${secret.revision}.sig.key` })
  })

  it("an owner of each origin, whom we do not show", async () => {
    const { ask, remote } = await world()
    expect((await ask("/v1/depot/origins/acme")).body).toMatchObject({ owner_id: "0", owner_account: "" })
    expect(await remote.originInfo("acme")).toEqual({ name: "acme", default_package_visibility: "public" })
  })

  it("a number and a text of what failed, and ours its code", async () => {
    const { ask } = await world()
    const { status, body } = await ask("/v1/depot/channels/acme/unstable/pkgs/none/latest")
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 404, error: "PACKAGE_NOT_FOUND" } })
  })

  it("of two uploads of one release only the first", async () => {
    const { files, context, directory: depot } = depotWorld()
    const { public: key } = await testKeys()
    await depot.uploadKey("origin-public", key, printKey(key))
    const upload = async (path: string) => {
      const checksum = await hashFile({ files }, path)
      return depot.upload({ path, ident: parseFullIdent(WEB), target: TARGET, force: false, checksum })
    }
    const one = await writeArtifact(files, { ident: WEB, files: { content: "one" }, path: "/one.hart" })
    const two = await writeArtifact(files, { ident: WEB, files: { content: "two" }, path: "/two.hart" })
    expect((await Promise.all([upload(one), upload(two)])).sort()).toEqual(["exists", "uploaded"])
    const found = await depot.find(parseFullIdent(WEB), { channel: "unstable", target: TARGET })
    const request = { method: "GET", target: `/v1/depot/pkgs/${WEB}/download`, authorization: undefined }
    const nothing = { receive: async () => "received" as const, receiveText: async () => "" }
    const { body } = await answerDepot(context, "/depot", { ...request, ...nothing })
    expect(await hashFile({ files }, (body as { file: string }).file)).toBe(found?.checksum)
  })

  it("what other tools look around with: releases without a channel, lists, the latest of each, the latest key", async () => {
    const { files, context, directory: depot } = depotWorld()
    const [older, newer, lib] = [WEB, "acme/web/1.1.0/20240102000000", "acme/lib/2.0/20240101000000"]
    for (const ident of [older, newer, lib]) await putRelease(files, depot, ident)
    await depot.promote(parseFullIdent(older), TARGET, "stable")
    const get = async (path: string) => {
      const request = { method: "GET", target: `/v1/depot/${path}`, authorization: undefined }
      const nothing = { receive: async () => "received" as const, receiveText: async () => "" }
      return answerDepot(context, "/depot", { ...request, ...nothing })
    }
    const jsonAt = async (path: string) => JSON.parse(String((await get(path)).body))
    const names = async (path: string) =>
      (await jsonAt(path)).data.map(Object.values).map((one: string[]) => one.join("/"))
    for (const path of [`pkgs/${newer}`, "pkgs/acme/web/latest", "pkgs/acme/web/1.1.0/latest"]) {
      expect(await jsonAt(path)).toMatchObject({ ident: parseFullIdent(newer) })
    }
    expect(await names("pkgs/acme")).toEqual([lib, older, newer])
    expect(await names("pkgs/acme/web")).toEqual([older, newer])
    expect(await names("pkgs/acme/web/1.1.0")).toEqual([newer])
    expect(await names("channels/acme/stable/pkgs")).toEqual([older])
    expect(await names("channels/acme/unstable/pkgs/web/1.1.0")).toEqual([newer])
    expect(await names("channels/acme/unstable/pkgs/_latest")).toEqual([lib, newer])
    const { status, headers } = await get("origins/acme/keys/latest")
    expect({ status, headers }).toEqual({ status: 200, headers: { "x-filename": "acme-20240102030405.pub" } })
    expect((await get("origins/nobody/keys/latest")).status).toBe(404)
    expect((await get("pkgs/search/web")).status).toBe(200)
  })

  it("nothing at all where they ask whether it is there", async () => {
    const { ask } = await world()
    expect(await ask("/v1/status")).toMatchObject({ status: 200, body: "" })
  })
})
