import { originCommands } from "../groups/origin.ts"
import { runGroups } from "./run-groups.ts"

runGroups([originCommands], process.argv.slice(2))
