import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { VERSION } from "../../base/version.ts"
import { buildPackage } from "../../plan/build.ts"
import { momentOfRelease } from "../../plan/build-moment.ts"
import { buildAndCompare } from "../../plan/build-twice.ts"
import { buildDependencies, DEPENDENCY_OPTIONS } from "../build-dependencies.ts"
import { buildEvents } from "../build-events.ts"
import { readCliConfig } from "../cli-config.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { INEFFECTIVE_BUILD_OPTIONS, warnAsked } from "../options/ineffective-options.ts"

/** `hab pkg build`: prints the artifact's path alone on stdout (decisions K). */
export const buildPackageCommand = defineCommand({
  name: "build",
  summary: "Build a plan into a signed .hart file",
  arguments: "[plan-context]",
  examples: ["hab pkg build .", "hab pkg build plans/hello", "artifact=$(hab pkg build .)"],
  options: {
    origin: {
      kind: "text",
      value: "ORIGIN",
      summary: "Build under this origin instead of the plan's (also HAB_ORIGIN)",
    },
    ...DEPENDENCY_OPTIONS,
    force: { kind: "flag", summary: "Build although nothing changed since the last build" },
    check: { kind: "flag", summary: "Build twice and compare; name the first file that differs" },
    release: { kind: "text", value: "RELEASE", summary: "Release to build (YYYYMMDDhhmmss, UTC) instead of now" },
    locked: { kind: "flag", summary: "Fail when the dependencies are not those of plan.lock" },
    updateLock: { kind: "flag", summary: "Write plan.lock with the newest dependencies" },
    sandbox: { kind: "flag", summary: "Show the build only its plan, sources and dependencies, and no network" },
    json: { kind: "flag", summary: "Print what happens as JSON, one event per line" },
    noCheck: { kind: "flag", summary: "Do not look for mistakes in the plan first" },
    keys: { kind: "list", short: "k", value: "ORIGIN", summary: "Fail at once where a secret key of these is missing" },
    src: { kind: "text", short: "s", value: "DIR", summary: "Build as if called from this folder" },
    cacheKeyPath: CACHE_KEY_PATH,
    nativePackage: {
      kind: "flag",
      short: "N",
      summary: "Mark the package as native (needs HAB_FEAT_NATIVE_PACKAGE_SUPPORT)",
    },
    ...INEFFECTIVE_BUILD_OPTIONS,
  },
  async run({ args: [planContext = "."], options }, context) {
    warnAsked(context, INEFFECTIVE_BUILD_OPTIONS, options)
    if (options.nativePackage) checkNative(context.host.env, options)
    checkLock(options)
    requireKeys(context, options)
    const workplace = context.workplace()
    const { layout, enclosure } = workplace
    const build = options.check ? buildAndCompare : buildPackage
    const events = options.json ? buildEvents((text) => void context.print(text)) : undefined
    const report = events?.report ?? context.report
    const cwd = options.src === undefined ? context.host.cwd : sourceFolder(context, options.src)
    const host = { ...context.host, cwd, env: environment(context.host, options) }
    const store = openStore({ host, layout })
    const dependencies = buildDependencies({ ...context, report }, workplace, store, options)
    const origin = options.origin ?? originOfCliConfig(context)
    const result = await build(host, {
      planContext,
      layout,
      store,
      enclosure,
      report,
      bashDirectory: `${context.programDirectory}/plan`,
      target: host.target,
      signal: context.signal,
      askLine: context.askLine,
      check: !options.noCheck,
      version: VERSION,
      force: options.force,
      sandbox: options.sandbox,
      ...(dependencies.source === undefined ? {} : { dependencySource: dependencies.source }),
      ...(options.release === undefined ? {} : { epochSeconds: momentOfRelease(options.release) }),
      ...(options.locked ? { lock: "keep" } : options.updateLock ? { lock: "renew" } : {}),
      ...(origin === undefined ? {} : { origin }),
    })
      .catch((error: unknown) => {
        events?.failed(error)
        throw error
      })
      .finally(dependencies.close)
    return { text: events?.built(result) ?? result.artifact }
  },
})

/** As in Habitat, the origin of cli.toml stands for HAB_ORIGIN where that is not set. */
function originOfCliConfig(context: CommandContext): string | undefined {
  return context.host.env["HAB_ORIGIN"] ? undefined : readCliConfig(context).origin
}

type EnvironmentOptions = Readonly<{
  url: string | undefined
  channel: string
  cacheKeyPath: string | undefined
  nativePackage: boolean
}>

/** A plan that asks a depot itself finds the one that was named. */
function environment(
  { env, cwd }: Pick<CommandContext["host"], "env" | "cwd">,
  { url, channel, cacheKeyPath, nativePackage }: EnvironmentOptions,
): Readonly<Record<string, string>> {
  return {
    ...env,
    HAB_BLDR_CHANNEL: channel,
    ...(url === undefined ? {} : { HAB_BLDR_URL: url }),
    ...(cacheKeyPath === undefined ? {} : { HAB_CACHE_KEY_PATH: path.resolve(cwd, cacheKeyPath) }),
    ...(nativePackage ? { HAB_NATIVE_PACKAGE: "1" } : {}),
  }
}

/** Several origins may stand behind one flag, with commas between them. Throws KEY_NOT_FOUND. */
function requireKeys(
  context: CommandContext,
  { keys = [], cacheKeyPath }: Readonly<{ keys: readonly string[] | undefined; cacheKeyPath: string | undefined }>,
): void {
  const cache = openKeyCache(context, cacheKeyPath)
  for (const origin of keys.flatMap((text) => text.split(","))) cache.latest("origin-secret", origin)
}

function checkLock({ locked, updateLock }: Readonly<{ locked: boolean; updateLock: boolean }>): void {
  if (!locked || !updateLock) return
  throw new HabError("USAGE", "--locked and --update-lock exclude each other", {
    hint: "--locked holds the build to plan.lock, --update-lock writes a new one",
  })
}

/** As in Habitat, these end with 1. */
function checkNative(
  env: Readonly<Record<string, string>>,
  { reuse, docker }: Readonly<{ reuse: boolean; docker: boolean }>,
): void {
  const refuse = (why: string, hint: string) => new HabError("USAGE", why, { hint, exitCode: 1 })
  if (reuse || docker) throw refuse("--native-package excludes --reuse and --docker", "leave one of them out")
  if (!env["HAB_FEAT_NATIVE_PACKAGE_SUPPORT"]) {
    throw refuse("native packages are not switched on", "set HAB_FEAT_NATIVE_PACKAGE_SUPPORT=1")
  }
}

function sourceFolder({ host: { files, cwd } }: CommandContext, given: string): string {
  const folder = path.resolve(cwd, given)
  if (files.stat(folder)?.kind === "directory") return folder
  throw new HabError("USAGE", `--src ${given}: there is no folder ${folder}`, {
    hint: "name the folder of the sources",
  })
}
