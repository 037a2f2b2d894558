import type { CommandGroup } from "../command.ts"
import { generateUserKeyCommand } from "../commands/box-keys.ts"

/** `hab user …` (spec package §7.4). */
export const userCommands: CommandGroup = {
  name: "user",
  summary: "Keys that users encrypt with",
  section: "This machine",
  nouns: {
    key: "Keys of users",
  },
  commands: [generateUserKeyCommand],
}
