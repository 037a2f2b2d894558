import { configCommands } from "../groups/config.ts"
import { runGroups } from "./run-groups.ts"

runGroups([configCommands], process.argv.slice(2))
