import { execFile, execFileSync, spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { promisify } from "node:util"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, project } from "../support/hab.ts"

const SLOW_MS = 600_000

const plans = path.join(project, "fixtures/plans")
const sources = path.join(project, ".cache/sources")
const has = (program: string) => spawnSync(program, ["--version"]).status === 0
const hasTools = ["gcc", "make", "cmake", "patch", "bzip2", "xz"].every(has)
const STUBS = ["glibc", "gcc", "make", "coreutils", "diffutils", "patch", "cmake"]

/** Twelve packages: the file of its source, what to run, what that prints, and what it links with. */
const PACKAGES: Readonly<
  Record<string, Readonly<{ source: string; run: readonly string[] | string; prints: RegExp }>>
> = {
  bzip2: { source: "bzip2-1.0.8.tar.gz", run: ["bin/bzip2", "--help"], prints: /Version 1\.0\.8/ },
  jbigkit: { source: "jbigkit-2.1.tar.gz", run: ["bin/pbmtojbg", "--help"], prints: /encoding options for T.85/ },
  libestr: {
    source: "libestr-0.1.11.tar.gz",
    run: "#include <stdio.h>\n#include <libestr.h>\nint main() { puts(es_version()); }\n// -lestr",
    prints: /^0\.1\.11\n/,
  },
  libmd: {
    source: "libmd-1.0.4.tar.xz",
    run: '#include <stdio.h>\n#include <md5.h>\nint main() { char h[33]; puts(MD5Data((const uint8_t *)"hab", 3, h)); }\n// -lmd',
    prints: /^d2fd0a41a7ae327ed8e2eda4ba27b235\n/,
  },
  libyajl2: { source: "libyajl2-2.1.0.tar.gz", run: ["bin/json_verify", "-h"], prints: /validate json/ },
  lzo: {
    source: "lzo-2.10.tar.gz",
    run: "#include <stdio.h>\n#include <lzo/lzo1x.h>\nint main() { puts(lzo_version_string()); }\n// -llzo2",
    prints: /^2\.10\n/,
  },
  mawk: { source: "mawk-1.3.4-20200120.tgz", run: ["bin/awk", "-W", "version"], prints: /^mawk 1\.3\.4 20200120/ },
  pv: { source: "pv-1.6.20.tar.bz2", run: ["bin/pv", "--version"], prints: /^pv 1\.6\.20/ },
  sshpass: { source: "sshpass-1.09.tar.gz", run: ["bin/sshpass", "-V"], prints: /^sshpass 1\.09/ },
  unzip: { source: "unzip60.tar.gz", run: ["bin/unzip", "-v"], prints: /^UnZip 6\.00/ },
  vmtouch: { source: "v1.3.1.tar.gz", run: ["bin/vmtouch", "-h"], prints: /vmtouch v1\.3\.1/ },
  lzop: { source: "lzop-1.04.tar.gz", run: ["bin/lzop", "--version"], prints: /^lzop 1\.04\nLZO library 2\.10/ },
}
/** Built where only what its plan declares can be seen. */
const SANDBOXED = "mawk"
/** The later one is built with the earlier. */
const IN_ORDER = ["lzo", "lzop"]

const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]
const hasSources = Object.values(PACKAGES).every(({ source }) => existsSync(path.join(sources, source)))

describe.skipIf(!hasTools || !hasSources)(
  "twelve packages from their own tarballs (needs .cache/sources, gcc, make, cmake, patch, bzip2, xz)",
  () => {
    const hab = createHab({ HAB_CACHE_SRC_PATH: sources })
    const hasNamespaces = spawnSync("unshare", [...asRoot, "--mount", "--net", "--ipc", "true"]).status === 0

    async function install(plan: string, ...options: string[]): Promise<void> {
      const program = path.join(project, "bin/hab")
      const words = [program, "pkg", "build", path.join(plans, plan), ...options]
      const { stdout } = await promisify(execFile)(process.execPath, words, {
        env: hab.env,
        cwd: hab.root,
        maxBuffer: 1 << 26,
      })
      hab.does("pkg", "install", stdout.trim())
    }

    /** Two at once: one begins with those of `inOrder`, each of which needs the one before it. */
    async function installAll(names: readonly string[], inOrder: readonly string[], ...options: string[]) {
      const waiting = [...names]
      const lane = async (own: readonly string[]) => {
        const mine = [...own]
        for (let name = mine.shift() ?? waiting.shift(); name !== undefined; name = mine.shift() ?? waiting.shift()) {
          const sandbox = name === SANDBOXED && hasNamespaces ? ["--sandbox"] : []
          await install(name, ...sandbox, ...options)
        }
      }
      await Promise.all([lane(inOrder), lane([])])
    }

    beforeAll(async () => {
      hab.does("origin", "key", "generate", "core")
      await installAll(
        STUBS.map((name) => `stubs/${name}`),
        [],
      )
      await install("scaffolding-autotools")
      // Each twice, which fails when the bytes differ.
      await installAll(
        Object.keys(PACKAGES).filter((name) => !IN_ORDER.includes(name)),
        IN_ORDER,
        "--check",
      )
    }, SLOW_MS)

    it.each(Object.entries(PACKAGES))("%s is built, installed, and runs", (name, { run, prints }) => {
      const place = hab.does("pkg", "path", `core/${name}`)
      const libraries = [`${place}/lib`, `${hab.does("pkg", "path", "core/lzo")}/lib`].join(":")
      const [file, ...args] = typeof run === "string" ? [compile(place, run)] : [`${place}/${run[0]}`, ...run.slice(1)]
      const env = { PATH: hab.env["PATH"] ?? "", LD_LIBRARY_PATH: libraries }
      const { stdout, stderr } = spawnSync(file ?? "", args, { env, encoding: "utf8", input: "" })
      expect(stdout + stderr).toMatch(prints)
    })

    /** A program that links with the package's library, as the last line says. */
    function compile(place: string, text: string): string {
      const base = hab.path(`uses-${path.basename(path.resolve(place, "../.."))}`)
      writeFileSync(`${base}.c`, text)
      const library = text.split("// ")[1] ?? ""
      execFileSync("gcc", ["-o", base, `${base}.c`, `-I${place}/include`, `-L${place}/lib`, library])
      return base
    }

    it("lzop names the lzo it was built with in its run path and in TDEPS", () => {
      const ident = (name: string) => {
        const place = hab.does("pkg", "path", `core/${name}`)
        return place.slice(place.indexOf("/core/") + 1)
      }
      const lzop = hab.does("pkg", "path", `core/lzop`)
      expect(readFileSync(`${lzop}/TDEPS`, "utf8")).toBe(`${ident("lzo")}\n${ident("glibc")}\n`)
      const needed = execFileSync("readelf", ["-d", `${lzop}/bin/lzop`], { encoding: "utf8" })
      expect(needed).toMatch(/runpath: \[[^\]]*\/hab\/pkgs\/core\/lzo\/2\.10\/\d+\/lib\]/)
    })

    it("BUILDINFO tells which of them was built in a sandbox", () => {
      const isolation = (name: string) =>
        JSON.parse(readFileSync(`${hab.does("pkg", "path", `core/${name}`)}/BUILDINFO`, "utf8")).isolation
      expect([isolation("pv"), isolation(SANDBOXED)]).toEqual(["host", hasNamespaces ? "sandbox" : "host"])
    })
  },
)
