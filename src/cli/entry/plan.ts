import { planCommands } from "../groups/plan.ts"
import { runGroups } from "./run-groups.ts"

runGroups([planCommands], process.argv.slice(2))
