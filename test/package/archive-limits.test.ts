import { describe, expect, it } from "vitest"
import { packedWithinLimits, withinLimits } from "../../src/package/archive-limits.ts"
import type { TarEntry } from "../../src/package/tar-reader.ts"

const GIB = 2 ** 30
const entry = (size: number): TarEntry => ({
  path: "hab/pkgs/acme/web/1/1/x",
  kind: "file",
  typeName: "File",
  mode: 0o644,
  mtimeSeconds: 0,
  size,
  linkTarget: "",
})

function counted(artifactBytes: number) {
  const taken = { count: 0 }
  const take = withinLimits({ where: "x.hart", artifactBytes }, () => {
    taken.count += 1
    return "skip"
  })
  return { taken, take }
}

const unsafe = (message: RegExp) =>
  expect.objectContaining({ code: "ARCHIVE_UNSAFE", message: expect.stringMatching(message) })

describe("what an artifact may hold", () => {
  it("is no ten gigabytes of zeros in a megabyte; none of it is taken", () => {
    const { take, taken } = counted(2 ** 20)
    expect(() => take(entry(10 * GIB))).toThrowError(unsafe(/of 1048576 bytes holds more than 1073741824/))
    expect(taken.count).toBe(0)
  })

  it("is as much as that when the artifact is large too, and a gigabyte in any case", () => {
    expect(counted(GIB).take(entry(10 * GIB))).toBe("skip")
    const { take } = counted(100)
    for (const size of [GIB / 2, GIB / 2]) expect(take(entry(size))).toBe("skip")
    expect(() => take(entry(1))).toThrowError(unsafe(/holds more than/))
  })

  it("is no million entries", () => {
    const { take, taken } = counted(GIB)
    const one = entry(0)
    const all = () => {
      for (let n = 0; n < 1_000_000; n++) take(one)
    }
    expect(all).toThrowError(unsafe(/one of more than 500000/))
    expect(taken.count).toBe(500_000)
  })
})

describe("what is packed", () => {
  const FILE = "hab/pkgs/acme/web/1/1/file"
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: "PACK_UNSUPPORTED", message: expect.stringMatching(message) })

  it("is refused when no hab would unpack it: zeros, or a million files", () => {
    const zeros = packedWithinLimits("/pkg")
    zeros.count(10 * GIB, FILE)
    expect(() => zeros.check(2 ** 20)).toThrowError(
      refused(/\/pkg cannot be packed: its 10737418240 bytes became 1048576/),
    )
    const crowd = packedWithinLimits("/pkg")
    const all = () => {
      for (let n = 0; n < 1_000_000; n++) crowd.count(0, FILE)
    }
    expect(all).toThrowError(refused(/\/pkg cannot be packed: it holds more than 500000 files/))
  })

  it("is refused when a metadata file is larger than who reads an artifact would hold", () => {
    const limits = packedWithinLimits("/pkg")
    const at = (name: string) => `hab/pkgs/acme/web/1/1/${name}`
    for (const name of ["FILES", "other", "folder/MANIFEST"]) limits.count(2 ** 24 + 1, at(name))
    limits.count(2 ** 24, at("MANIFEST"))
    const message = /\/pkg\/MANIFEST cannot be packed: its 16777217 bytes are more than 16777216/
    expect(() => limits.count(2 ** 24 + 1, at("MANIFEST"))).toThrowError(refused(message))
    expect(() => limits.count(2 ** 28 + 1, at("FILES"))).toThrowError(refused(/FILES cannot be packed/))
  })

  it("may be a gigabyte whatever it becomes, and more where its artifact is large too", () => {
    const small = packedWithinLimits("/pkg")
    for (const bytes of [GIB / 2, GIB / 2]) small.count(bytes, FILE)
    expect(() => small.check(100)).not.toThrow()
    const large = packedWithinLimits("/pkg")
    large.count(10 * GIB, FILE)
    expect(() => large.check(GIB / 10)).not.toThrow()
  })
})
