import { describe, expect, it } from "vitest"
import type { ErrorCode } from "../../src/base/error-codes.ts"
import { HabError } from "../../src/base/errors.ts"
import type { Progress } from "../../src/base/progress.ts"
import { stringifyIdent } from "../../src/package/ident.ts"
import type { Build } from "../../src/plan/build-state.ts"
import { resolveDependencies } from "../../src/plan/dependencies.ts"
import { type DependencySource, obtainDependencies } from "../../src/plan/obtain-dependencies.ts"
import { installed } from "./installed.ts"

const wanted = (...texts: string[]) => texts.map((text) => ({ text, where: "plan.sh:1" }))

/** A machine with these packages, and a depot whose channels have those; what was asked is remembered. */
function machine(
  present: Readonly<Record<string, Readonly<Record<string, string>>>>,
  channels: Readonly<Record<string, readonly string[] | ErrorCode>>,
) {
  const { files, store, packagesPath } = installed(present)
  const asked: string[] = []
  const progress: Progress[] = []
  const install: DependencySource["install"] = async (wish, { channel, withHooks }) => {
    const text = stringifyIdent(wish)
    asked.push(`${text} from ${channel}${withHooks ? " with hooks" : ""}`)
    const has = channels[channel] ?? []
    if (typeof has === "string") throw new HabError(has, "the depot is not well", { hint: "try later" })
    const found = has.find((ident) => `${ident}/`.startsWith(`${text}/`))
    if (found === undefined) throw new HabError("PACKAGE_NOT_FOUND", `'${text}' is not in ${channel}`)
    files.makeDirectories(`/r/hab/pkgs/${found}`)
    files.writeFile(`/r/hab/pkgs/${found}/TARGET`, "x86_64-linux\n")
    files.writeFile(`/r/hab/pkgs/${found}/IDENT`, `${found}\n`)
  }
  const dependencySource = { channel: "dev", refreshChannel: "base", fallbackChannel: "stable", install }
  const request = { store, report: (fact: Progress) => void progress.push(fact), dependencySource }
  const build = { host: { files }, request } as unknown as Build
  const obtain = (texts: string[], withHooks = false) => obtainDependencies(build, wanted(...texts), { withHooks })
  return { asked, progress, obtain, context: { files, store, packagesPath }, request }
}

describe("dependencies that are not installed", () => {
  it("are installed from the channel, those of core from the refresh channel", async () => {
    const { obtain, asked, progress, context } = machine({}, { dev: ["acme/lib/1/1"], base: ["core/gcc/9/1"] })
    const found = await obtain(["acme/lib", "core/gcc/9"], true)
    expect(asked).toEqual(["acme/lib from dev with hooks", "core/gcc/9 from base with hooks"])
    expect(progress).toContainEqual({ tag: "status", verb: "Missing", subject: "acme/lib" })
    expect(resolveDependencies(context, { build: found, run: [] }).buildDeps).toHaveLength(2)
  })

  it("are looked for in the fallback channel when theirs lacks them, and only then", async () => {
    const { obtain, asked } = machine({}, { stable: ["acme/lib/1/1"], base: "DEPOT_UNREACHABLE" })
    expect(await obtain(["acme/lib"])).toEqual(wanted("acme/lib"))
    const [down] = await obtain(["core/gcc"])
    expect(down?.tried).toBe("core/gcc could not be installed: the depot is not well (try later)")
    expect(asked).toEqual(["acme/lib from dev", "acme/lib from stable", "core/gcc from base"])
  })

  it("that no channel has are missing, with where they were looked for", async () => {
    const { obtain, context } = machine({ "core/make/4/1": {} }, {})
    const run = await obtain(["core/mkae"])
    expect(() => resolveDependencies(context, { build: [], run })).toThrow(
      expect.objectContaining({
        code: "BUILD_DEPENDENCY_MISSING",
        problems: [
          {
            where: "plan.sh:1",
            message:
              "core/mkae is not installed in /r/hab/pkgs; the nearest name there is core/make; core/mkae could not be installed: 'core/mkae' is not in base, and 'core/mkae' is not in stable",
          },
        ],
      }),
    )
  })

  it("and only they make a build ask: what is installed is taken, unless something it needs is missing", async () => {
    const present = { "core/gcc/9/1": {}, "core/zlib/1/1": { TDEPS: "core/glibc/2/1" } }
    const { obtain, asked } = machine(present, { base: ["core/gcc/12/1"] })
    await obtain(["core/gcc", "core/zlib"])
    expect(asked).toEqual(["core/zlib from base", "core/zlib from stable"])
  })

  it("are left alone without a depot", async () => {
    const { request, context } = machine({}, {})
    const build = { host: context, request: { ...request, dependencySource: undefined } } as unknown as Build
    expect(await obtainDependencies(build, wanted("acme/lib"), { withHooks: true })).toEqual(wanted("acme/lib"))
  })

  it("end the build when it is stopped meanwhile", async () => {
    const { request, context } = machine({}, { dev: "DEPOT_UNREACHABLE" })
    const build = { host: context, request: { ...request, signal: AbortSignal.abort() } } as unknown as Build
    await expect(obtainDependencies(build, wanted("acme/lib"), { withHooks: true })).rejects.toThrow("not well")
  })
})
