import type { OptionTable } from "../command.ts"
import { CACHE_KEY_PATH } from "../key-cache.ts"
import { CLUSTER_OPTIONS } from "./cluster-options.ts"
import { CONTROL_OPTIONS } from "./control-options.ts"
import { GATEWAY_OPTIONS } from "./gateway-options.ts"
import { INEFFECTIVE_OPTIONS } from "./ineffective-options.ts"
import { SERVICE_OPTIONS } from "./service-options.ts"

/** What `hab sup run` can be told, on the command line or in sup.toml (spec supervisor §1.7). */
export const SUPERVISOR_OPTIONS = {
  ...SERVICE_OPTIONS,
  serviceMinBackoffPeriod: { kind: "number", value: "SECONDS", summary: "Least wait before a failed service restarts" },
  serviceMaxBackoffPeriod: {
    kind: "number",
    value: "SECONDS",
    summary: "Longest wait before a failed service restarts",
  },
  serviceRestartCooldownPeriod: {
    kind: "number",
    value: "SECONDS",
    summary: "Up this long, and failures are forgotten",
  },
  serviceUpdatePeriod: {
    kind: "number",
    value: "SECONDS",
    minimum: 1,
    default: 60,
    summary: "Seconds between two looks for updates of services with --strategy at-once or rolling",
  },
  keepLatestPackages: {
    kind: "number",
    value: "N",
    minimum: 1,
    env: "HAB_KEEP_LATEST_PACKAGES",
    summary: "Once a service runs, remove all releases of its package but the newest so many",
  },
  ...GATEWAY_OPTIONS,
  ...CLUSTER_OPTIONS,
  ...CONTROL_OPTIONS,
  org: { kind: "text", value: "ORG", summary: "Organization of every service group of this supervisor" },
  sysIpAddress: { kind: "text", value: "ADDRESS", summary: "The address templates see as sys.ip (default: detected)" },
  cacheKeyPath: CACHE_KEY_PATH,
  exitWith: {
    kind: "text",
    value: "SERVICE",
    summary: "When this service ends for good, stop everything and exit with its exit code",
  },
  noColor: { kind: "flag", summary: "Print without colours" },
  jsonLogging: { kind: "flag", summary: "Print one JSON object a line" },
  ...INEFFECTIVE_OPTIONS,
} as const satisfies OptionTable

/** Key of the ident or artifact in sup.toml: the one setting that is an argument on the command line. */
export const ARGUMENT_KEY = "pkg_ident_or_artifact"

/** Keys of sup.toml that are not the flag in snake case. */
const CONFIG_KEYS: Readonly<Record<string, string>> = {
  url: "bldr_url",
  org: "organization",
  key: "key_file",
  certs: "cert_file",
  caCerts: "ca_cert_file",
}

/** The key of an option in sup.toml. */
export function configKeyOf(option: string): string {
  return CONFIG_KEYS[option] ?? option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
