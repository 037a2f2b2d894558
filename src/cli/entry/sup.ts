import { supCommands } from "../groups/sup.ts"
import { runGroups } from "./run-groups.ts"

runGroups([supCommands], process.argv.slice(2))
