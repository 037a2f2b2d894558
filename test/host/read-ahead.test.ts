import { describe, expect, it } from "vitest"
import { readAhead } from "../../src/host/read-ahead.ts"

const MEGABYTE = 1024 * 1024

function world() {
  const told: string[] = []
  let text = ""
  const source = { pause: () => void told.push("pause"), resume: () => void told.push("resume") }
  const ahead = readAhead(
    () => source,
    (bytes) => {
      text += Buffer.from(bytes).toString()
    },
  )
  return { ahead, told, text: () => text }
}

describe("reading ahead", () => {
  it("keeps what comes until it is wanted, and hands it on in order with what comes meanwhile", async () => {
    const { ahead, text } = world()
    const memory = Buffer.from("a")
    ahead.take(memory)
    memory.write("b")
    ahead.take(memory)
    expect(text()).toBe("")
    const opened = ahead.open()
    memory.write("c")
    ahead.take(memory)
    await opened
    expect(text()).toBe("abc")
    ahead.take(Buffer.from("d"))
    expect(text()).toBe("abcd")
  })

  it("pauses the source when much is kept, and resumes it when there is room", async () => {
    const { ahead, told, text } = world()
    for (let megabytes = 0; megabytes < 15; megabytes++) ahead.take(Buffer.alloc(MEGABYTE, "x"))
    expect(told).toEqual([])
    ahead.take(Buffer.alloc(MEGABYTE, "x"))
    expect(told).toEqual(["pause"])
    await ahead.open()
    expect(told).toContain("resume")
    expect(text()).toHaveLength(16 * MEGABYTE)
  })
})
