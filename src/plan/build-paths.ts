import { hostPath, innerPath, type Layout } from "../base/layout.ts"

/** Where a build works. Inner paths are what the plan sees, host paths what we open. */
export type BuildPaths = Readonly<{
  /** Inner: HAB_ROOT_PATH, `/hab`. */
  root: string
  /** Inner: HAB_PKG_PATH. */
  packages: string
  /**
   * Inner: HAB_CACHE_SRC_PATH as the plan sees it. Always below the root, wherever the operator keeps sources: the folder
   * a program is compiled in gets into what it compiles to, and must not depend on whose machine this is.
   */
  sources: string
  /** Inner: HAB_CACHE_ARTIFACT_PATH. */
  artifacts: string
  /** Inner: HAB_CACHE_KEY_PATH. */
  keys: string
  /** Inner: folder of builds, for HOME and packages built beside an installed one. */
  scratch: string
  /** Host: the operator's folder of downloads, HAB_CACHE_SRC_PATH of `hab pkg build` (decisions L). */
  sourceCache: string
  /** Host: key cache. */
  keyCache: string
  /** Host: pkg_output_path. */
  output: string
}>

type Options = Readonly<{
  layout: Layout
  env: Readonly<Record<string, string>>
  cwd: string
}>

/** The folders of a build under a layout, as the operator's environment asks (spec package §2.2, §8.2). */
export function buildPaths({ layout, env, cwd }: Options): BuildPaths {
  const given = (name: string, otherwise: string) =>
    env[name] ? hostPath(layout, absolute(env[name], cwd)) : otherwise
  const keyCache = given("HAB_CACHE_KEY_PATH", layout.cacheKeys)
  return {
    root: layout.prefix,
    packages: `${layout.prefix}/pkgs`,
    sources: `${layout.prefix}/cache/src`,
    artifacts: innerPath(layout, layout.cacheArtifacts),
    keys: innerPath(layout, keyCache),
    scratch: `${layout.prefix}/cache/build`,
    sourceCache: given("HAB_CACHE_SRC_PATH", layout.cacheSources),
    keyCache,
    output: given("HAB_OUTPUT_PATH", `${cwd === "/" ? "" : cwd}/results`),
  }
}

/** The path with the working directory in front when it is relative; no trailing slash. */
export function absolute(path: string, cwd: string): string {
  const joined = path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`
  return normalize(joined)
}

function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}
