import { describe, expect, it } from "vitest"
import { KEY_KINDS, type KeyKind, keyFileName, parseKey, parseKeyOf, printKey } from "../../src/crypto/key.ts"
import { parseNamedRevision } from "../../src/crypto/named-revision.ts"

const REVISION = "20240102030405"
const material = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64")
const publicText = (changed: Record<number, string> = {}) => {
  const lines = ["SIG-PUB-1", `acme-${REVISION}`, "", material(32)]
  return lines.map((line, at) => changed[at] ?? line).join("\n")
}

describe("named revisions", () => {
  it("end in a dash and exactly 14 digits", () => {
    expect(parseNamedRevision("my-org.x-20240102030405")).toEqual({ name: "my-org.x", revision: REVISION })
    expect(parseNamedRevision("service.default@acme-20160509181736")?.name).toBe("service.default@acme")
    expect(parseNamedRevision("a-20240102030405-20240102030406")?.name).toBe("a-20240102030405")
  })

  it.each([
    "acme",
    "acme-2024010203040",
    "acme-202401020304055x",
    "-20240102030405",
    "acme-20240102030405-x!",
    "a/b-20240102030405",
  ])("%s is none", (text) => {
    expect(parseNamedRevision(text)).toBeUndefined()
  })
})

describe("key files", () => {
  it.each(Object.keys(KEY_KINDS) as KeyKind[])("of kind %s print back to the bytes they were read from", (kind) => {
    const { format, bytes, extension } = KEY_KINDS[kind]
    const text = `${format}\nacme-${REVISION}\n\n${material(bytes)}`
    const key = parseKey(kind, text, "the key")
    expect(key).toMatchObject({ kind, name: "acme", revision: REVISION })
    expect(printKey(key)).toBe(text)
    expect(keyFileName(kind, key)).toBe(`acme-${REVISION}${extension}`)
    expect(printKey(parseKeyOf([kind], text, "the key"))).toBe(text)
  })

  it("accept CRLF, a final line feed, more lines and any third line", () => {
    const text = `SIG-PUB-1\r\nacme-${REVISION}\r\nwhatever\r\n${material(32)}\r\nmore\r\n`
    expect(printKey(parseKey("origin-public", text, "x"))).toBe(publicText())
  })

  it.each([
    ["", /the version line is missing/],
    [publicText({ 0: "NONSENSE-12" }), /'NONSENSE-12', and 'SIG-PUB-1' is expected/],
    ["SIG-PUB-1", /line with the key's name is missing/],
    [publicText({ 1: "acme" }), /'acme' is not a name followed by/],
    [`SIG-PUB-1\nacme-${REVISION}\n`, /line with the key itself is missing/],
    [publicText({ 3: "***" }), /not valid base64/],
    [publicText({ 3: material(32).replace("=", "") }), /not valid base64/],
    [publicText({ 3: material(31) }), /31 bytes, and 32 are expected/],
  ])("are refused when damaged: %j", (text, message) => {
    expect(() => parseKey("origin-public", text, "/keys/acme.pub")).toThrowError(
      expect.objectContaining({ code: "KEY_INVALID", message: expect.stringMatching(message) }),
    )
    expect(() => parseKey("origin-public", text, "/keys/acme.pub")).toThrowError(/^\/keys\/acme\.pub is not/)
  })

  it("of another kind than those wanted are refused", () => {
    expect(() => parseKeyOf(["origin-secret", "ring"], publicText(), "stdin")).toThrowError(
      /'SIG-PUB-1', and SIG-SEC-1 or SYM-SEC-1 is expected/,
    )
  })
})
