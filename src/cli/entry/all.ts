import { GROUPS } from "../groups.ts"
import { runGroups } from "./run-groups.ts"

runGroups(GROUPS, process.argv.slice(2))
