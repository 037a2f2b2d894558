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
  summary: "Channels of a depot",
  commands: [
    createChannelCommand,
    destroyChannelCommand,
    listChannelsCommand,
    promoteChannelCommand,
    demoteChannelCommand,
  ],
}
