import type { CommandGroup } from "../command.ts"
import { applyConfigCommand } from "../commands/config-apply.ts"
import { configSchemaCommand } from "../commands/config-schema.ts"
import { configContextCommand, showConfigCommand } from "../commands/config-show.ts"

/** `hab config …` (spec supervisor §1.6, §5.4). */
export const configCommands: CommandGroup = {
  name: "config",
  summary: "Look at the configuration of services and change it while they run",
  section: "Run services",
  commands: [showConfigCommand, applyConfigCommand, configContextCommand, configSchemaCommand],
}
