import { HabError } from "../../base/errors.ts"
import { parseDepotAddress } from "../../depot/addresses.ts"
import type { Depot, Shelf } from "../../depot/depot.ts"
import { channelSource, openDepot } from "../../depot/open-depot.ts"
import type { PackageSource } from "../../package/package-source.ts"
import { parseTarget } from "../../package/target.ts"
import { readCliConfig } from "../cli-config.ts"
import type { CommandContext, OptionSpec } from "../command.ts"

/** Looked in when none is named. */
export const DEFAULT_CHANNEL = "base"

/** Which depot, and as who (spec package §7.1). */
export const DEPOT_OPTIONS = {
  url: {
    kind: "text",
    short: "u",
    value: "URL",
    env: "HAB_BLDR_URL",
    summary: "The depot: http(s) URL, file URL or folder; mirrors behind commas (or bldr_url of cli.toml)",
  },
  auth: {
    kind: "text",
    short: "z",
    value: "TOKEN",
    env: "HAB_AUTH_TOKEN",
    summary: "Access token (or auth_token of cli.toml)",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>

/** A channel to look in. */
export const CHANNEL_OPTION = {
  kind: "text",
  short: "c",
  value: "CHANNEL",
  env: "HAB_BLDR_CHANNEL",
  default: DEFAULT_CHANNEL,
  summary: "Channel to take packages from",
} as const satisfies OptionSpec

/** A channel to put something on. */
export const TO_CHANNEL_OPTION = {
  kind: "text",
  short: "c",
  value: "CHANNEL",
  summary: "Also promote it to this channel",
} as const satisfies OptionSpec

export type DepotChoice = Readonly<{ url: string | undefined; auth: string | undefined }>

/** Only what fills a depot may be the first to use its folder. */
type DepotUse = "must-exist" | "may-be-new"

/** The depot that options, environment and cli.toml name; undefined when none of them does. Throws DEPOT_UNREACHABLE. */
export function depotIfNamed(
  context: CommandContext,
  { url, auth }: DepotChoice,
  use: DepotUse = "must-exist",
): Depot | undefined {
  const config = readCliConfig(context)
  const address = url ?? (context.host.env["HAB_DEPOT_URL"] || undefined) ?? config.bldr_url
  if (address === undefined) return undefined
  const { host, layout, report, signal } = context
  requireFolder(context, address, use)
  return openDepot({ ...host, layout, report, signal }, address, auth ?? config.auth_token)
}

function requireFolder({ host: { files } }: CommandContext, address: string, use: DepotUse): void {
  const found = parseDepotAddress(address)
  if (found.tag !== "directory") return
  const kind = files.stat(found.path)?.kind
  if (kind === "directory" || (kind === undefined && use === "may-be-new")) return
  throw new HabError("DEPOT_UNREACHABLE", `there is no depot: ${found.path} is no folder`, {
    hint: "check --url, HAB_BLDR_URL or bldr_url of cli.toml; the first hab pkg upload makes the folder",
  })
}

/** As `depotIfNamed`. Throws USAGE when no depot is named. */
export function requireDepot(context: CommandContext, choice: DepotChoice, use: DepotUse = "must-exist"): Depot {
  const depot = depotIfNamed(context, choice, use)
  if (depot !== undefined) return depot
  throw new HabError("USAGE", "no depot is named", {
    hint: "give --url, set HAB_BLDR_URL (Chef's is https://bldr.habitat.sh), or write bldr_url into cli.toml",
  })
}

/** Where an install takes from what is not here; undefined when no depot is named or none may be asked. */
export function sourceOf(
  context: CommandContext,
  options: DepotChoice & Readonly<{ channel: string; offline?: boolean }>,
): PackageSource | undefined {
  if (options.offline === true) return undefined
  const depot = depotIfNamed(context, options)
  return depot === undefined
    ? undefined
    : channelSource(depot, { channel: options.channel, target: context.host.target })
}

/** The platform a command is about: its argument, HAB_PACKAGE_TARGET or this machine's. Throws TARGET_INVALID. */
export function targetOf({ host }: CommandContext, given: string | undefined): Shelf["target"] {
  return parseTarget(given ?? (host.env["HAB_PACKAGE_TARGET"] || host.target))
}
