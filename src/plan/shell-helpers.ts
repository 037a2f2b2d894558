import { reportTransfer } from "../base/transfer.ts"
import { stringifyIdent, tryParseIdent } from "../package/ident.ts"
import { wait } from "../ports/clock.ts"
import { type Build, toHost } from "./build-state.ts"
import { describeMissing } from "./dependencies.ts"
import { obtainDependencies } from "./obtain-dependencies.ts"
import type { HelperAnswer, Helpers } from "./plan-shell.ts"
import { copyServiceFiles, generatedRun, hasRunHook } from "./service-files.ts"
import { fetchSource } from "./sources.ts"
import { strippableFiles } from "./strip.ts"

const SETTLE_MS = 30

/** What prelude.bash and callbacks.bash ask the builder for, by verb. */
export function shellHelpers(buildOf: () => Build): Helpers {
  return {
    download: (url = "", destination = "", sha256 = "") => download(buildOf(), url, destination, sha256),
    "resolve-dependency": (wish = "") => resolve(buildOf(), wish),
    "build-config": (planContext = "", prefix = "") => buildConfig(buildOf(), planContext, prefix),
    attach: (prompt = "") => askForLine(buildOf(), prompt),
    "build-service": (...fields) => buildService(buildOf(), fields),
    "strippable-files": (prefix = "") => {
      const build = buildOf()
      const found = strippableFiles(build.host, toHost(build, prefix))
      const inner = (path: string) => prefix + path.slice(toHost(build, prefix).length)
      return ok(...found.flatMap(({ kind, path }) => [kind, inner(path)]))
    },
  }
}

function ok(...fields: string[]): HelperAnswer {
  return { status: 0, fields }
}

async function askForLine({ host, request }: Build, prompt: string): Promise<HelperAnswer> {
  // What the last line printed comes through another pipe, and should stand above the question.
  await wait(host.clock, SETTLE_MS)
  const line = await request.askLine?.(prompt)
  return line === undefined ? { status: 1, fields: [] } : ok(line)
}

function download(build: Build, url: string, destination: string, sha256: string): Promise<HelperAnswer> {
  const { request, paths, host } = build
  const wanted = {
    url,
    destination: toHost(build, destination),
    sha256,
    sourceCache: paths.sourceCache,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
  return reportTransfer(request.report, (onMoved) => fetchSource(host, { ...wanted, onMoved }))
}

/** As for the dependencies of the plan, what is missing is installed first. */
async function resolve(build: Build, wish: string): Promise<HelperAnswer> {
  const { store, layout } = build.request
  const ident = tryParseIdent(wish)
  if (ident === undefined) return { status: 1, fields: [`'${wish}' is not a package identifier`] }
  const text = stringifyIdent(ident)
  await obtainDependencies(build, [{ text, where: "_resolve_dependency" }], { withHooks: true })
  const found = store.find(ident)
  if (found !== undefined) return ok(found.innerPath)
  return { status: 1, fields: [describeMissing({ store, packagesPath: `${layout.hab}/pkgs` }, text)] }
}

function buildConfig(build: Build, planContext: string, prefix: string): HelperAnswer {
  const warnings = copyServiceFiles(build.host, {
    planContext,
    prefix: toHost(build, prefix),
    exclude: build.host.env["HAB_CONFIG_EXCLUDE"] ?? "",
  })
  for (const text of warnings) build.request.report({ tag: "warning", text })
  return ok()
}

/** user, group and the service's paths come from the shell with the call: it waits for us and cannot be asked. */
function buildService(build: Build, fields: readonly string[]): HelperAnswer {
  const [planContext = "", prefix = "", command = "", user = "", group = "", servicePath = "", dataPath = ""] = fields
  if (command === "" || hasRunHook(build.host, planContext)) return ok()
  const run = `${toHost(build, prefix)}/run`
  build.host.files.appendFile(run, generatedRun({ command, user, group, servicePath, dataPath }))
  return ok()
}
