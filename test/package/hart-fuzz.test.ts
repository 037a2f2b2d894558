import { Buffer } from "node:buffer"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HabError, isSystemError } from "../../src/base/errors.ts"
import { hashBytes } from "../../src/crypto/hash.ts"
import type { KeyCache } from "../../src/crypto/key-cache.ts"
import { hartHeaderFor, verifyHart } from "../../src/package/hart.ts"
import { unpackHart } from "../../src/package/unpack.ts"
import { testKeys } from "../support/keys.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { plainCompression } from "../support/plain-compression.ts"
import { tarArchive } from "../support/tar-archive.ts"

/** Hundreds in every run of the tests, tens of thousands in `npm run fuzz`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200)
const TIMEOUT_MS = 3_600_000

const BLOCK = 512
const PKG = "hab/pkgs/acme/web/1.0/20240102030405"
const LONG = "long/".repeat(40)

const archive = tarArchive([
  { path: `${PKG}/` },
  { path: `${PKG}/IDENT`, content: "acme/web/1.0/20240102030405\n" },
  { path: `${PKG}/bin/`, mode: 0o755 },
  { path: `${PKG}/bin/web`, content: "x".repeat(1500), mode: 0o755 },
  { path: `${PKG}/bin/www`, type: "Link", linkTarget: `${PKG}/bin/web` },
  { path: `${PKG}/out`, type: "SymbolicLink", linkTarget: "/etc" },
  { path: `${PKG}/${LONG}name`, content: "y" },
])

/** Where a ustar header keeps what decides over files: name, mode, size, checksum, type, link, prefix. */
const FIELDS = [
  [0, 100],
  [100, 8],
  [124, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [345, 155],
] as const

const HOSTILE = [
  "../../../etc/x",
  "/etc/x",
  `${PKG}/out/x`,
  `${PKG}/../x`,
  `${PKG}/bin/web/x`,
  "\u0000",
  "77777777777",
  "-1",
]

const at = fc.nat({ max: archive.length / BLOCK - 1 })
const mutation = fc.oneof(
  fc.record({
    tag: fc.constant("field" as const),
    block: at,
    field: fc.constantFrom(...FIELDS),
    text: fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.constantFrom("0", "1", "2", "3", "4", "5", "6", "x", "g", "L", "K", "S"),
      fc.string({ maxLength: 30 }),
    ),
  }),
  fc.record({
    tag: fc.constant("byte" as const),
    block: at,
    offset: fc.nat({ max: BLOCK - 1 }),
    value: fc.nat({ max: 255 }),
  }),
  fc.record({ tag: fc.constant("cut" as const), length: fc.nat({ max: archive.length }) }),
  fc.record({ tag: fc.constant("copy" as const), block: at, to: at, count: fc.integer({ min: 1, max: 4 }) }),
)
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const out = Buffer.from(bytes)
  switch (change.tag) {
    case "field": {
      const [offset, length] = change.field
      const start = change.block * BLOCK
      if (start + BLOCK > out.length) return out
      out.fill(0, start + offset, start + offset + length)
      out.write(change.text, start + offset, length, "latin1")
      if (offset !== 148) repairChecksum(out.subarray(start, start + BLOCK))
      return out
    }
    case "byte":
      if (change.block * BLOCK + change.offset < out.length) out[change.block * BLOCK + change.offset] = change.value
      return out
    case "cut":
      return out.subarray(0, change.length)
    case "copy": {
      const copied = out.subarray(change.block * BLOCK, (change.block + change.count) * BLOCK)
      return Buffer.concat([out.subarray(0, change.to * BLOCK), copied, out.subarray(change.to * BLOCK)])
    }
  }
}

/** A header whose sum is wrong is refused before anything in it counts: the hostile ones are right. */
function repairChecksum(header: Buffer): void {
  header.fill(" ", 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1")
}

/** Failures that are ours to give; what the file system refuses is one of them. */
const isExpected = (error: unknown) => error instanceof HabError || isSystemError(error)

describe("mutated artifacts", () => {
  it(
    "unpack or are refused in words, and write nothing outside the package",
    async () => {
      const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(mutations, async (changes) => {
          const files = memoryFileSystem({ "/into": undefined, "/etc/passwd": "root" })
          files.writeFile("/x.hart", changes.reduce(mutate, archive))
          const request = { path: "/x.hart", offset: 0, begin: () => "/into" }
          const refusal = await unpackHart({ files, compression: plainCompression(files, 700) }, request).then(
            () => undefined,
            (error: unknown) => error,
          )
          if (refusal !== undefined && !isExpected(refusal)) throw refusal
          expect(files.snapshot("/etc")).toEqual({ "/etc": "d 755", "/etc/passwd": "f 644 root" })
          expect(files.readDirectory("/").map(({ name }) => name)).toEqual(["etc", "into", "x.hart"])
        }),
        { numRuns: RUNS },
      )
    },
    TIMEOUT_MS,
  )

  it(
    "are verified only while their content is what was signed",
    async () => {
      const { public: key, secret } = await testKeys()
      const signed = Buffer.from(`${await hartHeaderFor(await hashBytes("payload"), secret)}payload`)
      const files = memoryFileSystem({ "/x.hart": "" })
      const read: KeyCache["read"] = (_, { name, revision }) => {
        if (name === key.name && revision === key.revision) return key as never
        throw new HabError("KEY_NOT_FOUND", name)
      }
      const changes = fc.tuple(fc.nat({ max: signed.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 9 }))
      await fc.assert(
        fc.asyncProperty(changes, async ([offset, by, cut]) => {
          const bytes = Buffer.from(signed)
          bytes[offset] = ((bytes[offset] ?? 0) + by) % 256
          const changed = bytes.subarray(0, bytes.length - cut)
          files.writeFile("/x.hart", changed)
          const outcome = await verifyHart({ files }, { read }, "/x.hart").catch((error: unknown) => error)
          if (outcome instanceof Error && !(outcome instanceof HabError)) throw outcome
          if (!(outcome instanceof Error)) expect(changed.toString("latin1")).toMatch(/\r?\n\r?\npayload$/)
        }),
        { numRuns: RUNS },
      )
    },
    TIMEOUT_MS,
  )
})
