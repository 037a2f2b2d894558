import { describe, expect, it } from "vitest"
import { parseByteSize, printByteSize } from "../../src/base/byte-size.ts"
import { changeLimits, processLimits } from "../../src/config/limits.ts"
import { parseOwnSpec } from "../../src/supervisor/spec/parse-own.ts"

describe("the limits of a service", () => {
  it("are changed one by one, and taken away with none", () => {
    const limits = changeLimits({}, ["nofile=4096", "memory=512M"])
    expect(limits).toEqual({ nofile: 4096, memory: 512 * 1024 * 1024 })
    expect(changeLimits(limits, ["nofile=none", "cpu=60"])).toEqual({ memory: 512 * 1024 * 1024, cpu: 60 })
    expect(processLimits(limits)).toEqual({ openFiles: 4096, memoryBytes: 512 * 1024 * 1024 })
    expect(processLimits({})).toBeUndefined()
  })

  it.each([
    ["nofiles=1", "did you mean nofile?"],
    ["nofile", "is no limit"],
    ["nofile=many", "a number of files"],
    ["memory=0", "an amount of memory"],
    ["cpu=1h", "a number of seconds"],
  ])("%s is refused: %s", (text, why) => {
    expect(() => changeLimits({}, [text])).toThrow(why)
  })

  it("may stand in the spec file as numbers or texts, and are refused there with their place", () => {
    expect(parseOwnSpec('[limits]\nnofile = 10\nmemory = "1GiB"', "web.hab.toml").limits).toEqual({
      nofile: 10,
      memory: 1024 ** 3,
    })
    expect(() => parseOwnSpec("[limits]\nnofile = -1", "web.hab.toml")).toThrow("is not valid")
    expect(() => parseOwnSpec("[limits]\nfiles = 1", "web.hab.toml")).toThrow("is not valid")
  })
})

it("amounts of bytes are read in units of 1024 and printed as short as they can be", () => {
  expect(["7", "4k", "1.5G", "2 GiB", "1TB", "x", ""].map(parseByteSize)).toEqual([
    7,
    4096,
    undefined,
    2 * 1024 ** 3,
    1024 ** 4,
    undefined,
    undefined,
  ])
  expect([7, 4096, 1024 ** 3, 1536].map(printByteSize)).toEqual(["7", "4K", "1G", "1536"])
})
