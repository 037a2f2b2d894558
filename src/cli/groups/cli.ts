import type { CommandGroup } from "../command.ts"
import { completersCommand } from "../commands/cli-completers.ts"
import { setupCommand, showCliConfigCommand } from "../commands/cli-setup.ts"

/** `hab cli …` (spec package §7.5). */
export const cliCommands: CommandGroup = {
  name: "cli",
  summary: "Settings of the command line",
  section: "This machine",
  commands: [setupCommand, showCliConfigCommand, completersCommand],
}
