import type { CommandGroup } from "../command.ts"
import { supportBundleCommand } from "../commands/supportbundle.ts"

/** `hab supportbundle` (spec package §7.5). */
export const supportBundleCommands: CommandGroup = {
  name: "supportbundle",
  summary: "What somebody needs who helps",
  section: "This machine",
  commands: [supportBundleCommand],
}
