import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { systemCompression } from "../../src/host/xz.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const xz = systemCompression()
const without = systemCompression("no-such-xz")
const unpiped: typeof xz = {
  ...xz,
  async decompress(request) {
    const { TMPDIR } = process.env
    process.env["TMPDIR"] = "/proc/none"
    const reading = xz.decompress(request)
    if (TMPDIR === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = TMPDIR
    return reading
  },
}
const incompressible = randomBytes(400_000)

async function compressed(content: Uint8Array, level = 0): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const result = await xz.compress({
    level,
    produce: async (write) => {
      for (let at = 0; at < content.length; at += 100_000) await write(content.subarray(at, at + 100_000))
    },
    onBytes: (bytes) => parts.push(Buffer.from(bytes)),
  })
  expect(result).toEqual({ tag: "finished" })
  return Buffer.concat(parts)
}

async function decompressed(codec: typeof xz, bytes: Uint8Array, offset = 0) {
  const path = `${temporaryDirectory()}/x`
  writeFileSync(path, bytes)
  const parts: Uint8Array[] = []
  const onBytes = (part: Uint8Array) => {
    parts.push(Buffer.from(part))
    return "continue" as const
  }
  const result = await codec.decompress({ path, offset, onBytes })
  return { result, content: Buffer.concat(parts) }
}

describe("xz", () => {
  let good: Buffer
  beforeAll(async () => {
    good = await compressed(incompressible)
  })

  it("compresses in blocks of 4 MiB, the same bytes every time, whatever xz's own variables say", async () => {
    const content = Buffer.alloc(9_000_000, "some text ")
    const first = await compressed(content, 6)
    process.env["XZ_DEFAULTS"] = "-0"
    const second = await compressed(content, 6).finally(() => delete process.env["XZ_DEFAULTS"])
    expect(second.equals(first)).toBe(true)
    const path = `${temporaryDirectory()}/x.xz`
    writeFileSync(path, first)
    expect(execFileSync("xz", ["--list", "--robot", path]).toString()).toMatch(/^file\t1\t3\t/m)
    expect((await decompressed(xz, first)).content.equals(content)).toBe(true)
  })

  it.each([
    ["the program", xz],
    ["the program, where there is no place for a pipe of ours,", unpiped],
    ["the WASM decoder where there is no program", without],
  ])("%s reads from an offset on", async (_name, codec) => {
    const file = Buffer.concat([Buffer.from("header\n\n"), good])
    const { result, content } = await decompressed(codec, file, 8)
    expect(result).toEqual({ tag: "finished" })
    expect(content.equals(incompressible)).toBe(true)
  })

  it.each([
    ["the program", xz],
    ["the program, where there is no place for a pipe of ours,", unpiped],
    ["the WASM decoder", without],
  ])("%s finds damage, truncation and other formats", async (_name, codec) => {
    const flipped = Buffer.from(good)
    flipped[200_000] = (flipped[200_000] ?? 0) ^ 1
    for (const bad of [
      flipped,
      good.subarray(0, 200_000),
      good.subarray(0, -4),
      Buffer.from("no xz"),
      Buffer.alloc(0),
    ]) {
      const { result } = await decompressed(codec, bad)
      expect(result).toEqual({ tag: "damaged", why: expect.stringMatching(/./) })
    }
  })

  it.each([
    ["the program", xz],
    ["the program, where there is no place for a pipe of ours,", unpiped],
    ["the WASM decoder", without],
  ])("%s stops when told to, and throws on what the receiver throws", async (_name, codec) => {
    const path = `${temporaryDirectory()}/x`
    writeFileSync(path, good)
    let calls = 0
    const stopping = codec.decompress({
      path,
      offset: 0,
      onBytes: () => (++calls === 2 ? "stop" : "continue"),
    })
    expect(await stopping).toEqual({ tag: "stopped" })
    expect(calls).toBe(2)
    const boom = new Error("boom")
    const throwing = codec.decompress({
      path,
      offset: 0,
      onBytes: () => {
        throw boom
      },
    })
    await expect(throwing).rejects.toBe(boom)
  })

  it.each([
    ["the program", xz],
    ["the program, where there is no place for a pipe of ours,", unpiped],
    ["the WASM decoder", without],
  ])("%s hands on nothing before it is admitted, and nothing at all when it is refused", async (_name, codec) => {
    const path = `${temporaryDirectory()}/x`
    for (const content of [randomBytes(100), incompressible]) {
      writeFileSync(path, await compressed(content))
      const parts: Uint8Array[] = []
      const onBytes = (bytes: Uint8Array) => {
        parts.push(Buffer.from(bytes))
        return "continue" as const
      }
      // Long enough for a small content to be decompressed, and for the program to end.
      const admit = async () => {
        execFileSync("xz", ["--decompress", "--stdout", path])
        await new Promise((resolve) => setImmediate(resolve))
        expect(parts).toEqual([])
      }
      expect(await codec.decompress({ path, offset: 0, admit, onBytes })).toEqual({ tag: "finished" })
      expect(Buffer.concat(parts).equals(content)).toBe(true)
      const refused = new Error("refused")
      const reading = codec.decompress({
        path,
        offset: 0,
        admit: () => Promise.reject(refused),
        onBytes: () => {
          throw new Error("handed on")
        },
      })
      await expect(reading).rejects.toBe(refused)
    }
  })

  it("ends the compression when the producer or the receiver throws, even while it is blocked", async () => {
    const boom = new Error("boom")
    const produce = async (write: (bytes: Uint8Array) => Promise<void>) => {
      for (;;) await write(incompressible)
    }
    const onBytes = () => {
      throw boom
    }
    await expect(xz.compress({ level: 0, produce, onBytes })).rejects.toBe(boom)
    const failing = async (write: (bytes: Uint8Array) => Promise<void>) => {
      await write(incompressible)
      throw boom
    }
    await expect(xz.compress({ level: 0, produce: failing, onBytes: () => undefined })).rejects.toBe(boom)
  })

  it("says that the program is missing, or what it said", async () => {
    const produce = async (write: (bytes: Uint8Array) => Promise<void>) => write(incompressible)
    const missing = await without.compress({ level: 6, produce, onBytes: () => undefined })
    expect(missing).toEqual({
      tag: "failed",
      why: expect.stringMatching(/no-such-xz cannot be started.*(ENOENT|EACCES)/),
    })
    const failing = await systemCompression("false").compress({ level: 6, produce, onBytes: () => undefined })
    expect(failing).toEqual({ tag: "failed", why: "false ended with status 1" })
  })

  it("fails when the file cannot be opened", async () => {
    const reading = xz.decompress({ path: "/no/such/file", offset: 0, onBytes: () => "continue" })
    await expect(reading).rejects.toThrowError(expect.objectContaining({ code: "ENOENT" }))
  })
})
