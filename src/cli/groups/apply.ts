import type { CommandGroup } from "../command.ts"
import { applySetCommand } from "../commands/apply.ts"
import { destroySetCommand } from "../commands/destroy.ts"

/** `hab apply` (spec lifecycle §C.6, decisions 27). */
export const applyCommands: CommandGroup = {
  name: "apply",
  summary: "Make a set of services, packages and configs what a file declares",
  section: "Run services",
  commands: [applySetCommand],
}

/** `hab destroy`. */
export const destroyCommands: CommandGroup = {
  name: "destroy",
  summary: "Delete everything of an applied set",
  section: "Run services",
  commands: [destroySetCommand],
}
