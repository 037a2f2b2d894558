import type { BuildPaths } from "./build-paths.ts"

/**
 * Variables of the operator that reach a build when they are set and not empty (spec package §2.11, §8.2). Nothing else
 * does: what a package is made of must not depend on who builds it.
 */
export const PASSED_VARIABLES = [
  "DEBUG",
  "DO_CHECK",
  "HAB_AUTH_TOKEN",
  "HAB_BIN",
  "HAB_BLDR_CHANNEL",
  "HAB_BLDR_URL",
  "HAB_CONFIG_EXCLUDE",
  "HAB_FALLBACK_CHANNEL",
  "HAB_LICENSE",
  "HAB_NATIVE_PACKAGE",
  "HAB_NOCOLORING",
  "HAB_NONINTERACTIVE",
  "HAB_ORIGIN",
  "HAB_PREFER_LOCAL_CHEF_DEPS",
  "HAB_REFRESH_CHANNEL",
  "NO_INSTALL_DEPS",
  "SSL_CERT_FILE",
  "STUDIO_TYPE",
  "http_proxy",
  "https_proxy",
  "no_proxy",
] as const

const SECRET = "HAB_STUDIO_SECRET_"
/** Secrets cannot change what the build itself relies on. */
const NEVER_SECRET = [
  "HAB_BINLINK_DIR",
  "HAB_ORIGIN",
  "HOME",
  "LC_ALL",
  "PATH",
  "PWD",
  "STUDIO_TYPE",
  "TERM",
  "TERMINFO",
]
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
const DEFAULT_BUILDER_URL = "https://bldr.habitat.sh"
const DEFAULT_CHANNEL = "base"

type Options = Readonly<{
  env: Readonly<Record<string, string>>
  paths: BuildPaths
  /** The build's moment in seconds since the epoch. */
  epochSeconds: number
  origin?: string | undefined
}>

/**
 * The environment the build's shell starts with: the operator's PATH (the host's toolchain), fixed locale, zone, terminal
 * and HOME, the listed variables, HAB_ENV_* settings, and `HAB_STUDIO_SECRET_X` as `X`.
 */
export function shellEnvironment({ env, paths, epochSeconds, origin }: Options): Record<string, string> {
  const passed = PASSED_VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))
  const settings = Object.entries(env).filter(
    ([name, value]) => /^HAB_ENV_.+_(TYPE|SEPARATOR)$/.test(name) && value !== "",
  )
  const secrets = Object.entries(env)
    .filter(([name, value]) => name.startsWith(SECRET) && value !== "")
    .map(([name, value]) => [name.slice(SECRET.length), value] as const)
    .filter(([name]) => name !== "" && !NEVER_SECRET.includes(name))
  return {
    HAB_BLDR_URL: DEFAULT_BUILDER_URL,
    HAB_BLDR_CHANNEL: DEFAULT_CHANNEL,
    ...Object.fromEntries([...secrets, ...passed, ...settings]),
    ...(origin === undefined ? {} : { HAB_ORIGIN: origin }),
    HAB_CACHE_KEY_PATH: paths.keys,
    HOME: paths.scratch,
    LC_ALL: "POSIX",
    PATH: hostPrograms(env["PATH"] ?? ""),
    SOURCE_DATE_EPOCH: String(epochSeconds),
    TERM: "dumb",
    TZ: "UTC",
  }
}

/** The operator's PATH without the folders npm puts in front for its scripts. */
function hostPrograms(path: string): string {
  const kept = path.split(":").filter((entry) => entry !== "" && !/\/node_modules\/(\.bin|.*node-gyp-bin)$/.test(entry))
  return kept.length === 0 ? DEFAULT_PATH : kept.join(":")
}
