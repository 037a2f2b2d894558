import type { CommandGroup } from "../command.ts"
import { studioCommand } from "../commands/studio.ts"

/** `hab studio` (spec package §7.7). */
export const studioCommands: CommandGroup = {
  name: "studio",
  summary: "Of Habitat; builds need none",
  section: "This machine",
  commands: [studioCommand],
}
