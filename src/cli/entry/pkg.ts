import { pkgCommands } from "../groups/pkg.ts"
import { runGroups } from "./run-groups.ts"

runGroups([pkgCommands], process.argv.slice(2))
