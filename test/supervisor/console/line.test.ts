import { expect, it } from "vitest"
import { formatLine, linePrefix } from "../../../src/supervisor/console/line.ts"

const service = { preamble: "redis.default", key: "O" }
const program = { preamble: "hab-sup", key: "MR", program: true }
const place = { file: "src/x.ts", line: 3, column: 7 }

it("prints preamble, key and text, and the place when verbose", () => {
  const plain = { json: false, color: false }
  expect(formatLine(plain, service, "ready")).toBe("redis.default(O): ready")
  expect(formatLine(plain, program, "hello", place)).toBe("hab-sup(MR)[src/x.ts:3:7]: hello")
  expect(linePrefix(plain, service)).toBe("redis.default(O): ")
})

it("colours programs cyan and others green, keys bold white, places underlined white", () => {
  const color = { json: false, color: true }
  expect(formatLine(color, service, "ready")).toBe("\u001b[32mredis.default\u001b[0m(\u001b[1;37mO\u001b[0m): ready")
  expect(formatLine(color, program, "x", place)).toBe(
    "\u001b[36mhab-sup\u001b[0m(\u001b[1;37mMR\u001b[0m)[\u001b[4;37msrc/x.ts:3:7\u001b[0m]: x",
  )
})

it("is one JSON object a line without colours when asked for", () => {
  const json = { json: true, color: true }
  expect(formatLine(json, service, 'say "hi"')).toBe(
    '{"preamble":"redis.default","logkey":"O","content":"say \\"hi\\""}',
  )
  expect(JSON.parse(formatLine(json, program, "x", place))).toEqual({
    preamble: "hab-sup",
    logkey: "MR",
    ...place,
    content: "x",
  })
})
