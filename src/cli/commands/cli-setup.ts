import { HabError } from "../../base/errors.ts"
import { generateOriginKeys } from "../../crypto/origin-keys.ts"
import { parseDepotAddress } from "../../depot/addresses.ts"
import { CLI_SETTINGS, type CliConfig, type CliSetting, readCliConfig } from "../cli-config.ts"
import { defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"

const SECRETS: readonly CliSetting[] = ["auth_token", "ctl_secret"]
const OWNER_ONLY = 0o600

/** `hab cli setup`: what is given is saved; nothing is ever asked. */
export const setupCommand = defineCommand({
  name: "setup",
  summary: "Save settings for all commands in cli.toml, and make the origin's key where it is missing",
  examples: ["hab cli setup --bldr-url https://bldr.example.com --origin acme", "hab cli setup --auth-token TOKEN"],
  options: {
    bldrUrl: { kind: "text", value: "URL", summary: CLI_SETTINGS.bldr_url },
    origin: { kind: "text", value: "ORIGIN", summary: CLI_SETTINGS.origin },
    authToken: { kind: "text", value: "TOKEN", summary: CLI_SETTINGS.auth_token },
    ctlSecret: { kind: "text", value: "SECRET", summary: CLI_SETTINGS.ctl_secret },
    refreshChannel: { kind: "text", value: "CHANNEL", summary: CLI_SETTINGS.refresh_channel },
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ options: { bldrUrl, origin, authToken, ctlSecret, refreshChannel, cacheKeyPath } }, context) {
    const { host, layout, report } = context
    const given = Object.entries({
      bldr_url: bldrUrl,
      origin,
      auth_token: authToken,
      ctl_secret: ctlSecret,
      refresh_channel: refreshChannel,
    }).filter(([, value]) => value !== undefined)
    if (given.length === 0) {
      throw new HabError("USAGE", "say what to save; nothing is asked", { hint: "hab cli setup --help" })
    }
    if (bldrUrl !== undefined) parseDepotAddress(bldrUrl)
    const cache = openKeyCache(context, cacheKeyPath)
    if (origin !== undefined && cache.revisions("origin-secret", origin).length === 0) {
      await generateOriginKeys(host, cache, origin)
      report({ tag: "status", verb: "Generated", subject: `origin key of ${origin}` })
    }
    const config: CliConfig = { ...readCliConfig(context), ...Object.fromEntries(given) }
    const lines = Object.entries(config).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    host.files.makeDirectories(layout.cliConfig.slice(0, layout.cliConfig.lastIndexOf("/")))
    host.files.writeAtomically(layout.cliConfig, lines.join(""), { mode: OWNER_ONLY })
    return { text: layout.cliConfig }
  },
})

/** `hab cli config`: what cli.toml says, without its secrets. */
export const showCliConfigCommand = defineCommand({
  name: "config",
  summary: "Show the settings of cli.toml; secrets are not shown",
  examples: ["hab cli config", "hab cli config --json"],
  options: { json: JSON_OUTPUT },
  async run({ options }, context) {
    const config = Object.entries(readCliConfig(context))
    const shown = config.map(([key, value]) => [key, SECRETS.some((secret) => secret === key) ? "***" : value] as const)
    if (options.json) return { text: JSON.stringify(Object.fromEntries(shown)) }
    if (shown.length === 0) context.report({ tag: "note", text: `Nothing is set in ${context.layout.cliConfig}` })
    return { text: shown.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n") }
  },
})
