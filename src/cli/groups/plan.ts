import type { CommandGroup } from "../command.ts"
import { checkPlanCommand } from "../commands/plan-check.ts"
import { initPlanCommand } from "../commands/plan-init.ts"

/** `hab plan …` (spec package §7.3). */
export const planCommands: CommandGroup = {
  name: "plan",
  summary: "Write and check plans",
  commands: [initPlanCommand, checkPlanCommand],
}
