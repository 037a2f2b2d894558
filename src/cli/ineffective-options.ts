import type { OptionTable } from "./command.ts"

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

/** The flags of such options that somebody asked something of, for one warning; --ring alone names no place to meet. */
export function ineffectiveFlags(options: Readonly<Record<string, unknown>>, named: ReadonlySet<string>): string[] {
  const alone = options["ring"] !== undefined && options["cluster"] === undefined ? ["ring"] : []
  const others = Object.entries(INEFFECTIVE_OPTIONS)
    .filter(([key, spec]) => {
      const value = options[key]
      if (value === undefined || value === false) return false
      if (Array.isArray(value)) return value.length > 0 || named.has(key)
      return !("default" in spec) || value !== spec.default
    })
    .map(([key]) => key)
  return [...others, ...alone].map(flagOf)
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
