import { defineCommand, type OptionSpec } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { DEPOT_OPTIONS, requireDepot } from "../options/depot-options.ts"
import { originOf } from "../origin-name.ts"

const ORIGIN = { kind: "text", short: "o", value: "ORIGIN", summary: "Whose channel" } as const satisfies OptionSpec

/** `hab bldr channel create` */
export const createChannelCommand = defineCommand({
  name: "channel create",
  summary: "Make a channel",
  arguments: "<channel>",
  examples: ["hab bldr channel create canary --origin acme"],
  options: { ...DEPOT_OPTIONS, origin: ORIGIN },
  async run({ args: [channel = ""], options }, context) {
    const origin = originOf(options.origin, context)
    const made = await requireDepot(context, options, "may-be-new").createChannel(origin, channel)
    const verb = made === "created" ? "Created" : "Using"
    context.report({ tag: "status", verb, subject: `channel ${channel} of ${origin}` })
    return {}
  },
})

/** `hab bldr channel destroy`: the packages stay in the depot. */
export const destroyChannelCommand = defineCommand({
  name: "channel destroy",
  summary: "Remove a channel; its packages stay in the depot",
  arguments: "<channel>",
  examples: ["hab bldr channel destroy canary --origin acme"],
  options: { ...DEPOT_OPTIONS, origin: ORIGIN },
  async run({ args: [channel = ""], options }, context) {
    const origin = originOf(options.origin, context)
    await requireDepot(context, options).removeChannel(origin, channel)
    context.report({ tag: "status", verb: "Deleted", subject: `channel ${channel} of ${origin}` })
    return {}
  },
})

/** `hab bldr channel list`: one name a line. */
export const listChannelsCommand = defineCommand({
  name: "channel list",
  summary: "List the channels of an origin",
  arguments: "[origin]",
  examples: ["hab bldr channel list acme"],
  options: {
    ...DEPOT_OPTIONS,
    sandbox: { kind: "flag", short: "s", summary: "Also those Chef's Builder makes for its own builds" },
    json: JSON_OUTPUT,
  },
  async run({ args: [given], options }, context) {
    const channels = await requireDepot(context, options).channels(originOf(given, context), options)
    return { text: options.json ? JSON.stringify(channels) : channels.join("\n") }
  },
})

/** `hab bldr channel promote`: everything of one channel goes into another as well. */
export const promoteChannelCommand = defineCommand({
  name: "channel promote",
  summary: "Put every release of a channel into another one",
  arguments: "<source> <target>",
  examples: ["hab bldr channel promote canary stable --origin acme"],
  options: { ...DEPOT_OPTIONS, origin: ORIGIN },
  async run({ args: [from = "", to = ""], options }, context) {
    const origin = originOf(options.origin, context)
    const depot = requireDepot(context, options)
    await depot.createChannel(origin, to)
    await depot.moveAll("promote", origin, { from, to })
    context.report({ tag: "status", verb: "Promoted", subject: `all of ${from} to ${to}` })
    return {}
  },
})

/** `hab bldr channel demote`: what is in one channel is taken out of another. */
export const demoteChannelCommand = defineCommand({
  name: "channel demote",
  summary: "Take every release of a channel out of another one",
  arguments: "<source> <target>",
  examples: ["hab bldr channel demote canary stable --origin acme"],
  options: { ...DEPOT_OPTIONS, origin: ORIGIN },
  async run({ args: [from = "", to = ""], options }, context) {
    const origin = originOf(options.origin, context)
    await requireDepot(context, options).moveAll("demote", origin, { from, to })
    context.report({ tag: "status", verb: "Demoted", subject: `all of ${from} from ${to}` })
    return {}
  },
})
