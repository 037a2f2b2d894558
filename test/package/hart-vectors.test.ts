import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseKey } from "../../src/crypto/key.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { hartHeaderFor, verifyHart } from "../../src/package/hart.ts"
import { readHartHeader } from "../../src/package/hart-header.ts"
import { hasShared, sharedPath } from "../support/shared.ts"

const HART = sharedPath("vectors/happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart")
const PAYLOAD_DIGEST = "0f2c5f4de145c7f78601caae9c7b8767098413d05739de913c012922b7eed760"

describe.skipIf(!hasShared)("the reference's artifacts", () => {
  const files = systemFiles
  const cache = createKeyCache({ files }, sharedPath("vectors"))

  it("verify", async () => {
    const verified = await verifyHart({ files }, cache, HART)
    expect(verified.digest).toBe(PAYLOAD_DIGEST)
    expect(verified.header.signer).toEqual({ name: "happyhumans", revision: "20160424223347" })
  })

  it("get the same header when their payload is signed again", async () => {
    const secret = sharedPath("vectors/happyhumans-20160424223347.sig.key")
    const key = parseKey("origin-secret", readFileSync(secret, "utf8"), secret)
    const { length } = readHartHeader({ files }, HART)
    expect(await hartHeaderFor(PAYLOAD_DIGEST, key)).toBe(readFileSync(HART).subarray(0, length).toString())
  })

  it("with a corrupt signer line are refused", async () => {
    const verifying = verifyHart({ files }, cache, sharedPath("vectors/bogus_and_corrupt.hart"))
    await expect(verifying).rejects.toThrowError(expect.objectContaining({ code: "HART_SIGNER_INVALID" }))
  })
})
