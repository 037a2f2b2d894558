import { HabError } from "../../base/errors.ts"
import type { Depot } from "../../depot/depot.ts"
import { type FullIdent, parseFullIdent, stringifyIdent } from "../../package/ident.ts"
import { type Arguments, type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { DEPOT_OPTIONS, type DepotChoice, requireDepot, targetOf } from "../options/depot-options.ts"

const SEARCH_LIMIT = 50

/** `hab pkg search`: nothing found is no failure. */
export const searchCommand = defineCommand({
  name: "search",
  summary: "Search a depot for packages by a part of their name",
  arguments: "<text>",
  examples: ["hab pkg search nginx", "hab pkg search acme/ --limit 10 --json"],
  options: {
    ...DEPOT_OPTIONS,
    limit: { kind: "number", short: "l", value: "N", minimum: 1, default: SEARCH_LIMIT, summary: "How many to show" },
    json: JSON_OUTPUT,
  },
  async run({ args: [text = ""], options }, context) {
    if (text.trim() === "") {
      throw new HabError("USAGE", "say what to search for", {
        hint: "hab pkg search acme/ lists the packages of an origin",
      })
    }
    const { idents, total } = await requireDepot(context, options).search(text, options.limit)
    const found = idents.map(stringifyIdent)
    if (found.length === 0) context.report({ tag: "note", text: `No packages found that match '${text}'` })
    if (total > found.length) {
      context.report({ tag: "note", text: `Showing ${found.length} of ${total}; --limit shows more` })
    }
    return { text: options.json ? JSON.stringify(found) : found.join("\n") }
  },
})

/** `hab pkg channels`: one channel a line. */
export const channelsCommand = defineCommand({
  name: "channels",
  summary: "List the channels of a depot that a release is in",
  arguments: "<release> [target]",
  examples: ["hab pkg channels acme/web/1.0.0/20260102030405"],
  options: { ...DEPOT_OPTIONS, json: JSON_OUTPUT },
  async run({ args: [text = "", target], options }, context) {
    const ident = parseFullIdent(text)
    const platform = targetOf(context, target)
    const depot = requireDepot(context, options)
    const channels = await depot.channelsOf(ident, platform)
    if (channels.length === 0) throw absent(ident, platform, depot)
    return { text: options.json ? JSON.stringify(channels) : channels.join("\n") }
  },
})

/** `hab pkg promote`: a release becomes visible in a channel, which is made when it is missing. */
export const promoteCommand = defineCommand({
  name: "promote",
  summary: "Put a release of a depot into a channel",
  arguments: "<release> <channel> [target]",
  examples: ["hab pkg promote acme/web/1.0.0/20260102030405 stable"],
  options: DEPOT_OPTIONS,
  async run({ args, options }, context) {
    const { depot, ident, channel, target } = chosen(context, args, options)
    await depot.createChannel(ident.origin, channel)
    await depot.promote(ident, target, channel)
    context.report({ tag: "status", verb: "Promoted", subject: `${stringifyIdent(ident)} to ${channel}` })
    return {}
  },
})

/** `hab pkg demote`: takes a release out of a channel; services that track it roll back. */
export const demoteCommand = defineCommand({
  name: "demote",
  summary: "Take a release of a depot out of a channel",
  arguments: "<release> <channel> [target]",
  examples: ["hab pkg demote acme/web/1.0.0/20260102030405 stable"],
  options: DEPOT_OPTIONS,
  async run({ args, options }, context) {
    const { depot, ident, channel, target } = chosen(context, args, options)
    if (channel === "unstable") {
      throw new HabError("CHANNEL_INVALID", "nothing can be taken out of 'unstable'", {
        hint: "every release is in it; to remove one: hab pkg delete",
      })
    }
    await depot.demote(ident, target, channel)
    context.report({ tag: "status", verb: "Demoted", subject: `${stringifyIdent(ident)} from ${channel}` })
    return {}
  },
})

/** `hab pkg delete`: out of the depot; what is installed anywhere stays. */
export const deleteCommand = defineCommand({
  name: "delete",
  summary: "Remove a release from a depot",
  arguments: "<release> [target]",
  examples: ["hab pkg delete acme/web/1.0.0/20260102030405"],
  options: DEPOT_OPTIONS,
  async run({ args: [text = "", target], options }, context) {
    const ident = parseFullIdent(text)
    await requireDepot(context, options).remove(ident, targetOf(context, target))
    context.report({ tag: "status", verb: "Deleted", subject: `${stringifyIdent(ident)} from the depot` })
    return {}
  },
})

function chosen(context: CommandContext, [text = "", channel = "", target]: Arguments, options: DepotChoice) {
  const ident = parseFullIdent(text)
  return { ident, channel, target: targetOf(context, target), depot: requireDepot(context, options) }
}

function absent(ident: FullIdent, target: string, { url }: Depot): HabError {
  return new HabError("PACKAGE_NOT_FOUND", `'${stringifyIdent(ident)}' for ${target} is not in ${url}`, {
    hint: "hab pkg search shows what is there",
  })
}
