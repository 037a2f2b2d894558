import { HabError } from "../../base/errors.ts"
import type { OriginInfo } from "../../depot/depot.ts"
import { defineCommand } from "../command.ts"
import { DEPOT_OPTIONS, requireDepot } from "../options/depot-options.ts"

/** `hab origin create` */
export const createOriginCommand = defineCommand({
  name: "create",
  summary: "Make an origin in a depot",
  arguments: "<origin>",
  examples: ["hab origin create acme"],
  options: DEPOT_OPTIONS,
  async run({ args: [origin = ""], options }, context) {
    const depot = requireDepot(context, options, "may-be-new")
    const isThere = await depot.hasOrigin(origin)
    if (!isThere) await depot.createOrigin(origin)
    context.report({ tag: "status", verb: isThere ? "Skipping" : "Created", subject: `origin ${origin}` })
    return {}
  },
})

/** `hab origin delete`: only an origin without packages goes, with its channels and keys. */
export const deleteOriginCommand = defineCommand({
  name: "delete",
  summary: "Remove an origin that has no packages from a depot, with its channels and keys",
  arguments: "<origin>",
  examples: ["hab origin delete acme"],
  options: DEPOT_OPTIONS,
  async run({ args: [origin = ""], options }, context) {
    await requireDepot(context, options).removeOrigin(origin)
    context.report({ tag: "status", verb: "Deleted", subject: `origin ${origin}` })
    return {}
  },
})

const LABELS: readonly (readonly [string, keyof OriginInfo])[] = [
  ["Owner Id", "owner_id"],
  ["Owner Account", "owner_account"],
  ["Private Key", "private_key_name"],
  ["Package Visibility", "default_package_visibility"],
]
const LABEL_WIDTH = 19

/** `hab origin info` */
export const originInfoCommand = defineCommand({
  name: "info",
  summary: "Show what a depot says of an origin",
  arguments: "<origin>",
  examples: ["hab origin info acme", "hab origin info acme --json"],
  options: { ...DEPOT_OPTIONS, json: { kind: "flag", short: "j", summary: "Print JSON" } },
  async run({ args: [origin = ""], options }, context) {
    const depot = requireDepot(context, options)
    const info = await depot.originInfo(origin)
    if (info === undefined) {
      throw new HabError("ORIGIN_NOT_FOUND", `${depot.url} has no origin '${origin}'`, {
        hint: `hab origin create ${origin}`,
      })
    }
    if (options.json) return { text: JSON.stringify(info) }
    const known = LABELS.filter(([, key]) => info[key] !== undefined)
    return { text: known.map(([label, key]) => `${label.padEnd(LABEL_WIDTH)}: ${info[key]}`).join("\n") }
  },
})
