import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"

const SLOW_MS = 600_000
const sources = path.join(project, ".cache/sources")
const hasSource = (name: string) => existsSync(path.join(sources, name))
const hasCompiler = ["gcc", "make"].every((tool) => spawnSync(tool, ["--version"]).status === 0)

/** A root whose builds find the tarballs that `.ci/run` fetched, and nothing on the network. */
function builder(origin: string): Hab {
  const hab = createHab({ HAB_CACHE_SRC_PATH: sources })
  hab.does("origin", "key", "generate", origin)
  return hab
}

describe.skipIf(!hasCompiler || !hasSource("lzo-2.10.tar.gz") || !hasSource("lzop-1.04.tar.gz"))(
  "lzo and lzop from their own tarballs (needs .cache/sources, gcc, make)",
  () => {
    it("build one after the other; lzop links to the installed lzo and runs", { timeout: SLOW_MS }, () => {
      const hab = builder("core")
      const plans = ["stubs/glibc", "stubs/gcc", "stubs/make", "lzo", "lzop"]
      const installed = plans.map((plan) => {
        hab.does("pkg", "install", hab.does("pkg", "build", path.join(project, "fixtures/plans", plan)))
        return hab.does("pkg", "path", `core/${path.basename(plan)}`)
      })
      const [glibc = "", , , lzo = "", lzop = ""] = installed
      const ident = (place: string) => place.slice(place.indexOf("/core/") + 1)
      expect(readFileSync(`${lzop}/TDEPS`, "utf8")).toBe(`${ident(lzo)}\n${ident(glibc)}\n`)
      const run = { env: { PATH: hab.env["PATH"] ?? "", LD_LIBRARY_PATH: `${lzo}/lib` }, encoding: "utf8" } as const
      expect(execFileSync(`${lzop}/bin/lzop`, ["--version"], run)).toMatch(/^lzop 1\.04\nLZO library 2\.10/)
      const needed = execFileSync("readelf", ["-d", `${lzop}/bin/lzop`], { encoding: "utf8" })
      expect(needed).toMatch(/runpath: \[[^\]]*\/hab\/pkgs\/core\/lzo\/2\.10\/\d+\/lib\]/)
    })
  },
)
