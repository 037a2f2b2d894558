import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hashFile } from "../../src/crypto/hash.ts"
import { printKey } from "../../src/crypto/key.ts"
import { answerDepot } from "../../src/depot/depot-server.ts"
import { DEPOT_ROUTES } from "../../src/depot/server-routes.ts"
import { writeArtifact } from "../support/artifact.ts"
import { depotWorld, putRelease, TARGET, TOKEN } from "../support/depot-world.ts"
import { testKeys } from "../support/keys.ts"

/** Hundreds in every run of the tests, tens of thousands in `npm run fuzz`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300)
const TIMEOUT_MS = 3_600_000

const IDENT = "acme/web/1.0.0/20240101000000"
const OTHER = "acme/web/2.0.0/20240101000000"

const word = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("acme", "web", "1.0.0", "2.0.0", "20240101000000", "stable", "unstable") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("..", ".", "%2e%2e", "a%2Fb", "pkgs", "keys", "tokens", "-", "x".repeat(300)),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
)

/** Parts of a path by their names: mostly what is there, sometimes what cannot be. */
const PARTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  origin: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("acme", "other") }, { weight: 1, arbitrary: word }),
  name: fc.oneof({ weight: 6, arbitrary: fc.constant("web") }, { weight: 1, arbitrary: word }),
  version: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("1.0.0", "2.0.0") }, { weight: 1, arbitrary: word }),
  release: fc.oneof({ weight: 6, arbitrary: fc.constant("20240101000000") }, { weight: 1, arbitrary: word }),
  channel: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("stable", "unstable") }, { weight: 1, arbitrary: word }),
}

const request = fc.constantFrom(...Object.values(DEPOT_ROUTES)).chain(({ method, path }) =>
  fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant<string>(method) },
      { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH") },
    ),
    parts: fc.tuple(
      ...path
        .split("/")
        .map((part) => (part.startsWith(":") ? (PARTS[part.slice(1)] ?? word) : fc.constant<string>(part))),
    ),
    query: fc.record({
      target: fc.oneof(
        { weight: 9, arbitrary: fc.constant(TARGET) },
        { weight: 1, arbitrary: fc.constantFrom("", "aarch64-linux", "../..", "x") },
      ),
      checksum: fc.constantFrom("right", "0".repeat(64), ""),
      forced: fc.constantFrom("true", "false", "1"),
      channel: PARTS["channel"] ?? word,
      range: fc.constantFrom("0", "50", "-1", "99999999999", "x"),
    }),
    token: fc.oneof(
      { weight: 8, arbitrary: fc.constant(TOKEN) },
      { weight: 1, arbitrary: fc.constantFrom("", "master", "guessed", "#") },
    ),
    body: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("web", "web 2", "key") },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.json() },
    ),
    damage: fc.option(fc.tuple(fc.nat(4000), fc.nat(255)), { freq: 3 }),
    received: fc.oneof(
      { weight: 9, arbitrary: fc.constant("received" as const) },
      { weight: 1, arbitrary: fc.constantFrom("too-large" as const, "cut-short" as const) },
    ),
  }),
)

async function bodies() {
  const { files } = depotWorld()
  const key = (await testKeys()).public
  const web = await writeArtifact(files, { ident: IDENT, tdeps: [] })
  const second = await writeArtifact(files, { ident: OTHER, tdeps: [] })
  const checksums = new Map([
    ["web", await hashFile({ files }, web)],
    ["web 2", await hashFile({ files }, second)],
  ])
  const contents = new Map<string, Uint8Array>([
    ["web", files.readFile(web)],
    ["web 2", files.readFile(second)],
    ["key", Buffer.from(printKey(key))],
  ])
  return { checksums, contents }
}

describe("mutated requests to a depot", () => {
  it(
    "are each answered, reach nothing outside its folder, and leave releases that are whole",
    async () => {
      const { checksums, contents } = await bodies()
      const world = depotWorld({ "/outside": "secret" })
      await putRelease(world.files, world.directory, IDENT)
      const top = world.files.readDirectory("/").map(({ name }) => name)
      await fc.assert(
        fc.asyncProperty(request, async ({ method, parts, query, token, body, damage, received }) => {
          const checksum = query.checksum === "right" ? (checksums.get(body) ?? "") : query.checksum
          const search = new URLSearchParams({ ...query, checksum })
          const bytes = Buffer.from(contents.get(body) ?? Buffer.from(body))
          if (damage !== null && bytes.length > 0) bytes[damage[0] % bytes.length] = damage[1]
          const reply = await answerDepot(world.context, "/depot", {
            method,
            target: `/v1/depot/${parts.join("/")}?${search}`,
            authorization: `Bearer ${token}`,
            async receive(path) {
              world.files.writeFile(path, received === "received" ? bytes : bytes.subarray(0, 10))
              return received
            },
            receiveText: async () => (received === "received" ? bytes.toString("utf8") : undefined),
          })
          expect(reply.status).toBeGreaterThanOrEqual(200)
          expect(reply.status).not.toBe(500)
          expect(JSON.stringify(reply.body ?? "")).not.toContain("secret")
          expect(world.files.readDirectory("/").map(({ name }) => name)).toEqual(top)
          expect(world.files.readDirectory("/depot/incoming").map(({ name }) => name)).toEqual([])
        }),
        { numRuns: RUNS },
      )
      const artifacts = Object.keys(world.files.snapshot("/depot/pkgs")).filter((name) => name.endsWith(".hart"))
      for (const path of artifacts) expect([...checksums.values()]).toContain(await hashFile(world, path))
      expect(world.files.readText("/depot/tokens")).toContain(TOKEN)
    },
    TIMEOUT_MS,
  )
})
