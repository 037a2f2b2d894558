import type { CommandGroup } from "../command.ts"
import { serveDepotCommand } from "../commands/depot-serve.ts"

/** `hab depot …`: packages for other machines. */
export const depotCommands: CommandGroup = {
  name: "depot",
  summary: "Serve packages to other machines",
  section: "Build and share packages",
  commands: [serveDepotCommand],
}
