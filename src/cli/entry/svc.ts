import { svcCommands } from "../groups/svc.ts"
import { runGroups } from "./run-groups.ts"

runGroups([svcCommands], process.argv.slice(2))
