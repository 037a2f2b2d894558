import { HabError } from "../base/errors.ts"
import { stringifyIdent } from "../package/ident.ts"
import { buildPackage } from "./build.ts"
import { momentOfRelease } from "./build-moment.ts"
import type { BuildHost, BuildRequest, BuildResult } from "./build-state.ts"
import { firstDifference } from "./compare-artifacts.ts"

/**
 * `hab pkg build --check`: builds, builds the same release again and compares. Throws BUILD_NOT_REPRODUCIBLE with the
 * first file that differs; both artifacts are kept then, the first as `NAME.first`.
 */
export async function buildAndCompare(host: BuildHost, request: BuildRequest): Promise<BuildResult> {
  const { files } = host
  const built = await buildPackage(host, request)
  const first = `${built.artifact}.first`
  files.removeTree(first)
  files.rename(built.artifact, first)
  request.report({ tag: "note", text: `Building ${stringifyIdent(built.ident)} again, to compare` })
  const second = await rebuild(host, request, built).catch((error: unknown) => {
    if (files.lstat(built.artifact) === undefined) files.rename(first, built.artifact)
    throw error
  })
  if (second.blake2b === built.blake2b) {
    files.removeTree(first)
    request.report({ tag: "end", text: `The second build of ${stringifyIdent(built.ident)} gave the same bytes` })
    return second
  }
  const difference = await firstDifference(host, first, second.artifact)
  const what = difference === undefined ? "only their headers differ" : `${difference.path}: ${difference.what}`
  throw new HabError("BUILD_NOT_REPRODUCIBLE", `two builds of ${stringifyIdent(built.ident)} differ: ${what}`, {
    hint: `both are kept to compare: ${first} and ${second.artifact}`,
  })
}

function rebuild(host: BuildHost, request: BuildRequest, built: BuildResult): Promise<BuildResult> {
  return buildPackage(host, {
    ...request,
    epochSeconds: momentOfRelease(built.ident.release),
    force: true,
    check: false,
  })
}
