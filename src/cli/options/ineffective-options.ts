import type { CommandContext, OptionTable } from "../command.ts"
import { longFlag } from "../parse.ts"

const SUMMARY = "Of Habitat; has no effect here"
const FLAG = { kind: "flag", hidden: true, summary: SUMMARY } as const
const TEXT = { kind: "text", hidden: true, summary: SUMMARY } as const
const NUMBER = { kind: "number", hidden: true, summary: SUMMARY } as const
const LIST = { kind: "list", hidden: true, mayBeEmpty: true, summary: SUMMARY } as const

/**
 * Options of Habitat's `sup run` that scripts and sup.toml files of Habitat hosts name and that change nothing here, with
 * Habitat's defaults: to name a default asks for nothing. docs/explanation/differences-from-habitat.md lists them.
 */
export const INEFFECTIVE_OPTIONS = {
  listenGossip: { ...TEXT, value: "ADDRESS", default: "0.0.0.0:9638", env: "HAB_LISTEN_GOSSIP" },
  localGossipMode: FLAG,
  peer: { ...LIST, value: "ADDRESS" },
  peerWatchFile: { ...TEXT, value: "FILE" },
  permanentPeer: { ...FLAG, short: "I" },
  ringKey: { ...TEXT, value: "TEXT", env: "HAB_RING_KEY" },
  autoUpdate: { ...FLAG, short: "A" },
  autoUpdatePeriod: { ...NUMBER, value: "SECONDS", default: 60 },
  verbose: { ...FLAG, short: "v" },
  eventStreamApplication: { ...TEXT, value: "NAME" },
  eventStreamEnvironment: { ...TEXT, value: "NAME" },
  eventStreamSite: { ...TEXT, value: "NAME" },
  eventStreamUrl: { ...TEXT, value: "URL" },
  eventStreamToken: { ...TEXT, value: "TOKEN", env: "HAB_AUTOMATE_AUTH_TOKEN" },
  eventStreamConnectTimeout: {
    ...NUMBER,
    value: "SECONDS",
    default: 0,
    env: "HAB_EVENT_STREAM_CONNECT_TIMEOUT",
  },
  eventStreamServerCertificate: { ...TEXT, value: "FILE" },
  eventMeta: { ...LIST, value: "KEY=VALUE" },
} as const satisfies OptionTable

/** Of `hab pkg build`: about a studio. */
export const INEFFECTIVE_BUILD_OPTIONS = {
  root: { ...TEXT, short: "r", value: "DIR", env: "HAB_STUDIO_ROOT" },
  reuse: { ...FLAG, short: "R" },
  docker: { ...FLAG, short: "D" },
} as const satisfies OptionTable

/** Of both exporters: which packages hab itself is taken from. Here it is the hab that runs. */
export const INEFFECTIVE_EXPORT_OPTIONS = {
  habPkg: { ...TEXT, value: "IDENT" },
  launcherPkg: { ...TEXT, value: "IDENT" },
  supPkg: { ...TEXT, value: "IDENT" },
  basePkgsUrl: { ...TEXT, value: "URL" },
  basePkgsChannel: { ...TEXT, value: "CHANNEL" },
} as const satisfies OptionTable

/** Of the exporter of images: about a container engine and a registry. */
export const INEFFECTIVE_IMAGE_OPTIONS = {
  username: { ...TEXT, short: "U", value: "NAME" },
  password: { ...TEXT, short: "P", value: "PASSWORD" },
  registryType: { ...TEXT, short: "R", value: "TYPE", choices: ["docker", "amazon", "azure"] },
  rmImage: FLAG,
  memory: { ...TEXT, short: "m", value: "SIZE" },
  multiLayer: FLAG,
  engine: {
    ...TEXT,
    value: "ENGINE",
    choices: ["docker", "buildah"],
    env: "HAB_PKG_EXPORT_CONTAINER_ENGINE",
  },
} as const satisfies OptionTable

/** The flags of such options that somebody asked something of; --ring alone names no place to meet. */
export function ineffectiveFlags(options: Readonly<Record<string, unknown>>, named: ReadonlySet<string>): string[] {
  const alone = options["ring"] !== undefined && options["cluster"] === undefined ? [longFlag("ring")] : []
  return [...flagsAsked(INEFFECTIVE_OPTIONS, options, named), ...alone]
}

function flagsAsked(
  table: OptionTable,
  options: Readonly<Record<string, unknown>>,
  named: ReadonlySet<string>,
): string[] {
  return Object.entries(table)
    .filter(([key, spec]) => {
      const value = options[key]
      if (value === undefined || value === false) return false
      if (Array.isArray(value)) return value.length > 0 || named.has(key)
      return !("default" in spec) || value !== spec.default
    })
    .map(([key]) => longFlag(key))
}

/** One warning about everything of these tables that was asked for. */
export function warnAsked(
  { report }: Pick<CommandContext, "report">,
  table: OptionTable,
  options: Readonly<Record<string, unknown>>,
): void {
  warnWithoutEffect({ report }, flagsAsked(table, options, new Set()))
}

/** One warning that these flags have no effect; none where there are none. */
export function warnWithoutEffect({ report }: Pick<CommandContext, "report">, flags: readonly string[]): void {
  if (flags.length === 0) return
  report({
    tag: "warning",
    text: `${flags.join(", ")} ${flags.length === 1 ? "has" : "have"} no effect here`,
    hint: "docs/explanation/differences-from-habitat.md says what hab does instead",
  })
}
