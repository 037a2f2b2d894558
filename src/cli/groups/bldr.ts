import type { CommandGroup } from "../command.ts"
import {
  createChannelCommand,
  demoteChannelCommand,
  destroyChannelCommand,
  listChannelsCommand,
  promoteChannelCommand,
} from "../commands/bldr-channel.ts"

/** `hab bldr …` (spec package §7.5). */
export const bldrCommands: CommandGroup = {
  name: "bldr",
  summary: "Make, fill and list the channels of a depot",
  section: "Build and share packages",
  nouns: {
    channel: "Channels of a depot",
  },
  withdrawn: {
    job: "Builders build nothing now; build with hab pkg build, and hab pkg upload --channel puts it into a channel",
  },
  commands: [
    createChannelCommand,
    destroyChannelCommand,
    listChannelsCommand,
    promoteChannelCommand,
    demoteChannelCommand,
  ],
}
