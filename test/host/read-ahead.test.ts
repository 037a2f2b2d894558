import { EventEmitter, once } from "node:events"
import { describe, expect, it } from "vitest"
import { readAhead } from "../../src/host/read-ahead.ts"
import { until } from "../support/until.ts"

const MEGABYTE = 1024 * 1024
/** Not a part of the ring's size: pieces come over its end. */
const PIECE = 60_001

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
    const source = new EventEmitter()
    const opened = ahead.open(once(source, "end"))
    memory.write("c")
    ahead.take(memory)
    expect(text()).toBe("abc")
    source.emit("end")
    await opened
  })

  it("pauses the source when much is kept, and resumes it when there is room", async () => {
    const { ahead, told, text } = world()
    const sent = Buffer.alloc(20 * MEGABYTE, "some text ")
    let at = 0
    const sendUntilPaused = () => {
      for (; told.at(-1) !== "pause" && at < sent.length; at += PIECE) ahead.take(sent.subarray(at, at + PIECE))
    }
    sendUntilPaused()
    expect(at).toBeLessThanOrEqual(8 * MEGABYTE)
    const ended = (async () => {
      while (at < sent.length) {
        await until("the source is resumed", () => told.at(-1) === "resume")
        sendUntilPaused()
      }
    })()
    await ahead.open(ended)
    expect(text()).toBe(sent.toString())
  })
})
