import type { CommandGroup } from "../command.ts"
import { checkPlanCommand } from "../commands/plan-check.ts"
import { initPlanCommand } from "../commands/plan-init.ts"
import { renderPlanCommand } from "../commands/plan-render.ts"

/** `hab plan …` (spec package §7.3). */
export const planCommands: CommandGroup = {
  name: "plan",
  summary: "Write plans, check them and render their templates",
  section: "Build and share packages",
  commands: [initPlanCommand, checkPlanCommand, renderPlanCommand],
}
