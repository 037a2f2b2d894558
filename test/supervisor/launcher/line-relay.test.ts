import { Buffer } from "node:buffer"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createLineRelay, skippedLine } from "../../../src/supervisor/launcher/line-relay.ts"

const plain = { json: false, color: false }
const source = { preamble: "web.default", key: "O" }
const bytes = (text: string) => Buffer.from(text)
const text = (lines: Buffer | undefined) => lines?.toString()

describe("relaying lines", () => {
  it("puts the prefix before every whole line and holds back the rest", () => {
    const relay = createLineRelay(plain, source)
    expect(text(relay.format(bytes("one\ntwo\nth")))).toBe("web.default(O): one\nweb.default(O): two\n")
    expect(relay.format(bytes("re"))).toBeUndefined()
    expect(text(relay.format(bytes("e\n\n")))).toBe("web.default(O): three\nweb.default(O): \n")
    expect(relay.end()).toBeUndefined()
  })

  it("prints an unfinished last line at the end", () => {
    const relay = createLineRelay(plain, source)
    relay.format(bytes("no line feed"))
    expect(text(relay.end())).toBe("web.default(O): no line feed\n")
    expect(relay.end()).toBeUndefined()
  })

  it("keeps every byte, UTF-8 or not", () => {
    const relay = createLineRelay(plain, source)
    const odd = Buffer.from([0xff, 0x00, 0xc3, 0x0a])
    expect(relay.format(odd)?.subarray(-4)).toEqual(odd)
  })

  it("passes the supervisor's own lines as they are", () => {
    const relay = createLineRelay(plain, undefined)
    expect(text(relay.format(bytes("a\nb\nc")))).toBe("a\nb\n")
    expect(text(relay.end())).toBe("c\n")
  })

  it("gives one JSON object a line", () => {
    const relay = createLineRelay({ json: true, color: false }, source)
    expect(text(relay.format(bytes('"é"\n')))).toBe('{"preamble":"web.default","logkey":"O","content":"\\"é\\""}\n')
  })

  it("breaks a line that does not end into pieces", () => {
    const relay = createLineRelay(plain, source)
    const chunk = Buffer.alloc(40 * 1024, "x")
    expect(relay.format(chunk)).toBeUndefined()
    expect(relay.format(chunk)?.length).toBe("web.default(O): \n".length + 80 * 1024)
  })

  it("does not depend on where chunks are cut", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat(40)), (whole, cuts) => {
        const expected = createLineRelay(plain, source)
        const once = [expected.format(bytes(whole)), expected.end()].map(text).join("")
        const relay = createLineRelay(plain, source)
        let rest = bytes(whole)
        let cutUp = ""
        for (const cut of cuts) {
          cutUp += text(relay.format(rest.subarray(0, cut))) ?? ""
          rest = rest.subarray(cut)
        }
        cutUp += `${text(relay.format(rest)) ?? ""}${text(relay.end()) ?? ""}`
        expect(cutUp).toBe(once)
      }),
    )
  })
})

describe("skipping lines", () => {
  it("counts the lines a slow console does not get, and goes on at a line's start", () => {
    const relay = createLineRelay(plain, source)
    relay.format(bytes("half "))
    expect(relay.skip(bytes("a line\nanother\nand a h"))).toBe(2)
    expect(text(relay.format(bytes("alf\n")))).toBe("web.default(O): and a half\n")
  })

  it("says how many", () => {
    expect(text(skippedLine(plain, source, 3))).toBe("web.default(O): [3 lines skipped]\n")
    expect(text(skippedLine(plain, undefined, 1))).toBe("[1 line skipped]\n")
  })
})
