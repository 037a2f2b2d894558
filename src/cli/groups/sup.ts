import type { CommandGroup } from "../command.ts"
import { runSupervisorCommand } from "../commands/sup-run.ts"
import { terminateSupervisorCommand } from "../commands/sup-term.ts"

/** `hab sup …` (spec supervisor §1.7, §1.8). */
export const supCommands: CommandGroup = {
  name: "sup",
  summary: "Run and stop the supervisor",
  commands: [runSupervisorCommand, terminateSupervisorCommand],
}
